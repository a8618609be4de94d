"""Raw CRM records to canonical rows. Pure; what cannot be read is an issue that names record and field, never a guess.

A row is a tuple in the column order of its schema in `engine/frames/` (see `COLUMNS` in `connectors/canonical.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from connectors import reading
from connectors.canonical import COLUMNS, Kind
from connectors.dialect import Body, Row
from connectors.mapping import STAGES, CrmMapping
from connectors.record_reader import Context, Product, Reader
from engine.documents.company.compensation import promised
from engine.documents.problems import Problems
from engine.model import Found

Rows = dict[str, list[Row]]

LOOKED_UP = ("products", "goals")
"""Objects whose records become no rows of their own: `products` and `goals` read them for those that need them."""

PROMISES = ("base_salary", "ote", "variable")
"""Fields of people: what is promised for a year, of which one follows from two."""

SPLITS = "@splits"
"""Where a deal's body carries its splits."""


def normalise(object: str, bodies: Iterable[Body], mapping: CrmMapping, context: Context) -> Found[Rows]:  # noqa: A002  the CRM's word
    """Rows by frame name. Deleted and merged-away records give none, nor do objects without a frame."""
    frame = mapping.frame_of(object)
    if frame is None or frame in LOOKED_UP:
        return Found({})
    reader = Reader(frame, mapping, context)
    rows: Rows = defaultdict(list)
    for record_id, deleted, body in bodies:
        if not deleted:
            for name, row in _BUILDERS[frame](reader, record_id, reader.read(record_id, body)):
                rows[name].append(row)
    return Found(dict(rows) or {frame: []}, tuple(reader.issues))


def products(bodies: Iterable[Body], mapping: CrmMapping, context: Context) -> Found[dict[str, Product]]:
    """Products by id, for `Context`; a deleted product keeps its name on old lines."""
    reader = Reader("products", mapping, context)
    found = {}
    for record_id, _, body in bodies:
        values = reader.read(record_id, body)
        found[record_id] = Product(values["name"], values["family"])
    return Found(found, tuple(reader.issues))


Built = Iterable[tuple[str, Row]]


def _person(reader: Reader, record_id: str, v: dict[str, Any]) -> Built:
    if reader.lacks(record_id, v, "active"):
        return
    person = (record_id, record_id, v["name"], v["email"], v["title"], v["active"], v["manager_id"], v["currency"])
    yield "people", person
    if (pay := _promised(reader, record_id, v)) is not None:
        yield "compensation", (record_id, *pay)


def _promised(reader: Reader, record_id: str, v: dict[str, Any]) -> Row | None:
    """Base salary, variable pay, OTE and currency, as far as the CRM says; None where that cannot be read."""
    given = [v[name] for name in PROMISES]
    if reader.flawed or not any(name in reader.mapping.objects["people"].fields for name in PROMISES):
        return None
    if all(amount is None for amount in given):
        return (None, None, None, None)
    try:
        base, ote, variable = promised(*given)
    except Problems as caught:
        fields = reader.mapping.objects["people"].fields
        crm_field = next(fields[name].field for name in reversed(PROMISES) if name in fields)
        reader.flaw(record_id, crm_field, caught.problems[0].message.removeprefix("ote: ").rstrip("."))
        return None
    return base, variable, ote, v["currency"]


def _account(_reader: Reader, record_id: str, v: dict[str, Any]) -> Built:
    yield "accounts", (record_id, *v.values())


def _contract(reader: Reader, record_id: str, v: dict[str, Any]) -> Built:
    v["currency"] = reader.currency(record_id, v)
    if not reader.lacks(record_id, v, "account_id", "starts_on"):
        yield "contracts", (record_id, *v.values())


def _deal(reader: Reader, record_id: str, v: dict[str, Any]) -> Built:
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


def _by_stage(reader: Reader, record_id: str, v: dict[str, Any]) -> dict[str, Any] | None:
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


def _team(reader: Reader, record_id: str) -> Built:
    """The deal's own fields that name somebody in a role; several ids are separated by semicolons."""
    for role, crm_field in reader.mapping.team.items():
        for user in filter(None, str(reader.raw.get(crm_field) or "").split(";")):
            try:
                user_id = reader.dialect.parsers[Kind.ID](user)
            except ValueError as problem:
                reader.flaw(record_id, crm_field, str(problem))
            else:
                yield "team_members", (f"{record_id}:{role}:{user_id}", record_id, user_id, role)


def _deal_line(reader: Reader, record_id: str, v: dict[str, Any]) -> Built:
    if reader.lacks(record_id, v, "deal_id"):
        return
    product = reader.context.products.get(v["product_id"] or "", Product(None, None))
    named = v["product_id"], product.name, product.family
    yield "deal_lines", (record_id, v["deal_id"], *named, v["quantity"], v["amount"], v["cost"], v["list"])


def _split(reader: Reader, record_id: str, v: dict[str, Any]) -> Built:
    """A split that cannot be read stays, for nobody and of nothing: its deal's shares do not add up and hold it."""
    if reader.lacks(record_id, v, "deal_id"):
        return
    reader.lacks(record_id, v, "user_id", "share")
    share = v["share"] or reading.NOTHING
    yield "splits", (record_id, v["deal_id"], v["user_id"] or "", share.numerator, share.denominator)


def _team_member(reader: Reader, record_id: str, v: dict[str, Any]) -> Built:
    if not reader.lacks(record_id, v, "deal_id", "user_id", "role"):
        yield "team_members", (record_id, v["deal_id"], v["user_id"], v["role"])


_BUILDERS: Mapping[str, Callable[[Reader, str, dict[str, Any]], Built]] = {
    "people": _person,
    "accounts": _account,
    "contracts": _contract,
    "deals": _deal,
    "deal_lines": _deal_line,
    "splits": _split,
    "team_members": _team_member,
}
