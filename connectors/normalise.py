"""Raw CRM records to canonical rows. Pure; what cannot be read is an issue that names record and field, never a guess.

A row is a tuple in the column order of its schema in `engine/frames/` (see `COLUMNS`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec

from connectors import reading
from connectors.dialect import Body, Dialect, Row, Stage
from connectors.dialects import DIALECTS
from connectors.mapping import FRAMES, INDISPENSABLE, STAGES, WITH_FACTS, CrmMapping, Kind, MappedField
from engine.model import Found, Issue, Severity

Rows = dict[str, list[Row]]

LOOKED_UP = ("products", "goals")
"""Objects whose records become no rows of their own: `products` and `goals` read them for those that need them."""

SPLITS = "@splits"
"""Where a deal's body carries its splits."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "people": ("person_id", "user_id", "name", "email", "title", "active", "manager_id", "currency"),
    "role_holdings": ("person_id", "role", "scope", "value", "from_on", "until_on", "capacity"),
    "accounts": (
        "account_id",
        "name",
        "parent_id",
        "owner_id",
        "industry",
        "country",
        "segment",
        "territory",
        "employees",
        "revenue_micros",
        "facts",
    ),
    "contracts": (
        "contract_id",
        "account_id",
        "origin_deal_id",
        "starts_on",
        "ends_on",
        "acv_micros",
        "currency",
        "cancelled_on",
    ),
    "deals": (
        "deal_id",
        "name",
        "account_id",
        "owner_id",
        "type",
        "motion",
        "stage",
        "is_won",
        "is_closed",
        "created_on",
        "closed_on",
        "qualified_on",
        "amount_micros",
        "acv_micros",
        "cost_micros",
        "list_micros",
        "currency",
        "source",
        "channel",
        "term_months",
        "starts_on",
        "prior_deal_id",
        "renewed_contract_id",
        "facts",
    ),
    "deal_lines": (
        *("line_id", "deal_id", "product_id", "product", "family"),
        *("quantity_micros", "amount_micros", "cost_micros", "list_micros"),
    ),
    "splits": ("split_id", "deal_id", "user_id", "share_num", "share_den"),
    "team_members": ("member_id", "deal_id", "user_id", "role"),
}
REFERENCES: Mapping[str, Mapping[str, str]] = {
    "accounts": {"parent_id": "accounts"},
    "contracts": {"account_id": "accounts", "origin_deal_id": "deals"},
    "deals": {"account_id": "accounts", "prior_deal_id": "deals", "renewed_contract_id": "contracts"},
    "deal_lines": {"deal_id": "deals"},
    "splits": {"deal_id": "deals"},
    "team_members": {"deal_id": "deals"},
}
"""By frame, the columns that name another record, and what they name."""
SINGULAR: Mapping[str, str] = {
    "people": "person",
    "accounts": "account",
    "contracts": "contract",
    "products": "product",
    "deals": "deal",
    "deal_lines": "deal line",
    "splits": "split",
    "team_members": "team member",
    "goals": "goal",
}


@dataclass(frozen=True, slots=True)
class Product:
    """What deal lines need of their product."""

    name: str | None
    family: str | None


@dataclass(frozen=True, slots=True)
class Context:
    """What the records themselves do not say."""

    zone: str
    """Where an instant becomes a business date."""
    currency: str | None
    """The currency of records that name none: the org's, in single-currency orgs."""
    products: Mapping[str, Product] = field(default_factory=dict)
    stages: Mapping[tuple[str, str], Stage] = field(default_factory=dict)
    """Pipeline and stage ids, where deals are won or lost by them."""
    winners: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By frame, records that were merged away, and into which: CRMs move their own references, not a company's."""


def normalise(object: str, bodies: Iterable[Body], mapping: CrmMapping, context: Context) -> Found[Rows]:  # noqa: A002  the CRM's word
    """Rows by frame name. Deleted and merged-away records give none, nor do objects without a frame."""
    frame = mapping.frame_of(object)
    if frame is None or frame in LOOKED_UP:
        return Found({})
    reader = _Reader(frame, mapping, context)
    rows: Rows = defaultdict(list)
    for record_id, deleted, body in bodies:
        if not deleted:
            for name, row in _BUILDERS[frame](reader, record_id, reader.read(record_id, body)):
                rows[name].append(row)
    return Found(dict(rows) or {frame: []}, tuple(reader.issues))


def products(bodies: Iterable[Body], mapping: CrmMapping, context: Context) -> Found[dict[str, Product]]:
    """Products by id, for `Context`; a deleted product keeps its name on old lines."""
    reader = _Reader("products", mapping, context)
    found = {}
    for record_id, _, body in bodies:
        values = reader.read(record_id, body)
        found[record_id] = Product(values["name"], values["family"])
    return Found(found, tuple(reader.issues))


Fields = Sequence[tuple[str, str, Callable[[Any], Any]]]
"""Our name, the CRM's name, and what reads the value."""
_FACTS = dict.fromkeys(WITH_FACTS, ("facts",))
_ENCODE = msgspec.json.Encoder(order="sorted").encode


def goals(bodies: Iterable[Body], mapping: CrmMapping, context: Context, people: Mapping[str, str]) -> Found[list[Row]]:
    """Rows of `Quotas` from the goals that the mapping names; `people` are person ids by the assignee's id."""
    reader = _Reader("goals", mapping, context)
    rows: list[Row] = []
    for record_id, _, body in bodies:
        v = reader.read(record_id, body)
        quota = mapping.goals.get(v["name"] or "")
        if quota is None or reader.lacks(record_id, v, *sorted(INDISPENSABLE["goals"])):
            continue
        if v["user_id"] not in people:
            reader.flaw(record_id, mapping.objects["goals"].fields["user_id"].field, "nobody of the people is meant")
            continue
        rows.append((people[v["user_id"]], quota, v["from_on"], v["until_on"], v["amount"]))
    return Found(rows, tuple(reader.issues))


class _Reader:
    """Reads the canonical fields of one frame out of raw bodies and keeps the issues."""

    def __init__(self, frame: str, mapping: CrmMapping, context: Context) -> None:
        self.mapping, self.context, self.frame = mapping, context, frame
        self.issues: list[Issue] = []
        self.flawed = False
        """Whether the record at hand has a value that cannot be read."""
        self.raw: dict[str, Any] = {}
        """The record at hand as the CRM sent it."""
        self.dialect = DIALECTS[mapping.crm]
        mapped = mapping.objects[frame]
        self._object = mapped.crm_object
        self._fields = [
            (name, mapped.fields[name].field, _parser(mapped.fields[name], kind, self.dialect, context.zone))
            for name, kind in FRAMES[frame].items()
            if name in mapped.fields
        ]
        self._facts = [
            (name, each.field, _parser(each, each.kind, self.dialect, context.zone))
            for name, each in mapped.facts.items()
        ]
        self._references = [
            (name, context.winners[named])
            for name, named in REFERENCES.get(frame, {}).items()
            if named in context.winners
        ]
        self._empty = dict.fromkeys((*FRAMES[frame], *_FACTS.get(frame, ())))
        self._decode = msgspec.json.Decoder(dict[str, Any], float_hook=str).decode

    def read(self, record_id: str, body: bytes) -> dict[str, Any]:
        """The canonical values; what is absent or cannot be read is None."""
        self.raw = raw = self._decode(body)
        values = dict(self._empty)
        self.flawed = False
        values |= self._parsed(record_id, raw, self._fields)
        for name, winners in self._references:
            values[name] = winners.get(values[name], values[name])
        if facts := self._parsed(record_id, raw, self._facts):
            values["facts"] = _ENCODE({name: fact_text(fact) for name, fact in facts.items()}).decode()
        return values

    def _parsed(self, record_id: str, raw: Mapping[str, Any], fields: Fields) -> dict[str, Any]:
        """The values of those fields that the record has and that can be read."""
        values = {}
        for name, crm_field, parse in fields:
            value = raw.get(crm_field)
            if value is not None:
                try:
                    values[name] = parse(value)
                except ValueError as problem:
                    self.flaw(record_id, crm_field, str(problem))
        return values

    def flaw(self, record_id: str, crm_field: str, message: str) -> None:
        """Note a value that cannot be read: it holds the record."""
        self.flawed = True
        self.issues.append(
            Issue(
                "unreadable_value",
                Severity.HOLDS,
                f"{SINGULAR[self.frame]} {record_id}",
                f"{self._object}.{crm_field}: {message}.",
                f"Correct {crm_field} of this record in {self.dialect.crm}; it is read again by itself.",
            )
        )

    def lacks(self, record_id: str, values: Mapping[str, Any], *names: str) -> bool:
        """Whether a value without which there can be no row is missing; if so, there is an issue."""
        missing = [self.mapping.objects[self.frame].fields[name].field for name in names if values[name] is None]
        if missing and not self.flawed:
            self.flaw(record_id, missing[0], "is empty, and the record means nothing without it")
        return bool(missing)

    def currency(self, record_id: str, values: Mapping[str, Any]) -> str | None:
        """The record's currency, or the org's where records carry none; an unknown one holds the record."""
        found = values["currency"] or self.context.currency
        if found is None or reading.known_currency(found):
            return found
        mapped = self.mapping.objects[self.frame].fields.get("currency")
        self.flaw(record_id, mapped.field if mapped else "currency", f"{found!r} is not a currency we know")
        return None


Built = Iterable[tuple[str, Row]]


def fact_text(value: Any) -> str:
    """A fact as conditions compare it: text, an amount in micro-units, a day, `true` or `false`."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _parser(mapped: MappedField, kind: Kind, dialect: Dialect, zone: str) -> Callable[[Any], Any]:
    if mapped.associated:
        return reading.associated
    if kind is Kind.DATE:
        return lambda value: reading.day(value, zone)
    return dialect.parsers[kind]


def _person(reader: _Reader, record_id: str, v: dict[str, Any]) -> Built:
    if reader.lacks(record_id, v, "active"):
        return
    person = (record_id, record_id, v["name"], v["email"], v["title"], v["active"], v["manager_id"], v["currency"])
    yield "people", person
    if role := reader.mapping.roles.get(v["title"] or ""):
        yield "role_holdings", (record_id, role, "company", None, date.min, None, None)


def _account(_reader: _Reader, record_id: str, v: dict[str, Any]) -> Built:
    yield "accounts", (record_id, *v.values())


def _contract(reader: _Reader, record_id: str, v: dict[str, Any]) -> Built:
    v["currency"] = reader.currency(record_id, v)
    if not reader.lacks(record_id, v, "account_id", "starts_on"):
        yield "contracts", (record_id, *v.values())


def _deal(reader: _Reader, record_id: str, v: dict[str, Any]) -> Built:
    """A deal with an unreadable value loses its amount: it is held as a whole, not computed from what is left."""
    v["currency"] = reader.currency(record_id, v)
    outcome = _by_stage(reader, record_id, v) if reader.dialect.stage_object else v
    if outcome is None or reader.lacks(record_id, outcome, "is_won", "is_closed"):
        return
    motion = reader.mapping.motions.get(v["type"] or "") or reader.mapping.pipelines.get(v["pipeline"] or "")
    v["motion"] = motion.value if motion else None
    team = list(_team(reader, record_id))
    v["amount_micros"] = None if reader.flawed else v["amount"]
    v["acv_micros"], v["cost_micros"], v["list_micros"] = v["acv"], v["cost"], v["list"]
    v["deal_id"] = record_id
    yield "deals", tuple(v[column] for column in COLUMNS["deals"])
    yield from team
    shared = reader.raw.get(SPLITS) if reader.mapping.deal_splits else None  # a body may be of when they were read
    for split_id, user_id, share in reader.dialect.splits(shared or ()):
        part = share or reading.NOTHING
        yield "splits", (split_id, record_id, user_id or "", part.numerator, part.denominator)


def _by_stage(reader: _Reader, record_id: str, v: dict[str, Any]) -> dict[str, Any] | None:
    """Whether the deal is closed and won, and the labels of its stage and pipeline: HubSpot keeps ids."""
    if reader.lacks(record_id, v, *sorted(STAGES)):
        return None
    stage = reader.context.stages.get((v["pipeline"], v["stage"]))
    if stage is None:
        name = reader.mapping.objects["deals"].fields["stage"].field
        reader.flaw(record_id, name, f"no stage {v['stage']!r} is known in pipeline {v['pipeline']!r}")
        return None
    v |= {"stage": stage.label, "pipeline": stage.pipeline, "is_closed": stage.is_closed, "is_won": stage.is_won}
    return v


def _team(reader: _Reader, record_id: str) -> Built:
    """The deal's own fields that name somebody in a role; several ids are separated by semicolons."""
    for role, crm_field in reader.mapping.team.items():
        for user in filter(None, str(reader.raw.get(crm_field) or "").split(";")):
            try:
                user_id = reader.dialect.parsers[Kind.ID](user)
            except ValueError as problem:
                reader.flaw(record_id, crm_field, str(problem))
            else:
                yield "team_members", (f"{record_id}:{role}:{user_id}", record_id, user_id, role)


def _deal_line(reader: _Reader, record_id: str, v: dict[str, Any]) -> Built:
    if reader.lacks(record_id, v, "deal_id"):
        return
    product = reader.context.products.get(v["product_id"] or "", Product(None, None))
    named = v["product_id"], product.name, product.family
    yield "deal_lines", (record_id, v["deal_id"], *named, v["quantity"], v["amount"], v["cost"], v["list"])


def _split(reader: _Reader, record_id: str, v: dict[str, Any]) -> Built:
    """A split that cannot be read stays, for nobody and of nothing: its deal's shares do not add up and hold it."""
    if reader.lacks(record_id, v, "deal_id"):
        return
    reader.lacks(record_id, v, "user_id", "share")
    share = v["share"] or reading.NOTHING
    yield "splits", (record_id, v["deal_id"], v["user_id"] or "", share.numerator, share.denominator)


def _team_member(reader: _Reader, record_id: str, v: dict[str, Any]) -> Built:
    if not reader.lacks(record_id, v, "deal_id", "user_id", "role"):
        yield "team_members", (record_id, v["deal_id"], v["user_id"], v["role"])


_BUILDERS: Mapping[str, Callable[[_Reader, str, dict[str, Any]], Built]] = {
    "people": _person,
    "accounts": _account,
    "contracts": _contract,
    "deals": _deal,
    "deal_lines": _deal_line,
    "splits": _split,
    "team_members": _team_member,
}
