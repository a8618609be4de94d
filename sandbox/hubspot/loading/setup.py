"""The configuration part of a document: account, currencies, stages, custom properties."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sandbox.hubspot.clock import millis
from sandbox.hubspot.errors import LoadProblem
from sandbox.hubspot.loading.texts import TYPES, internal, options, property_name
from sandbox.hubspot.records.pipelines import Pipeline, Stage
from sandbox.hubspot.schema import ObjectType, Property

if TYPE_CHECKING:
    from sandbox.hubspot.state import Portal

Record = Mapping[str, Any]
RATE_DIGITS, _EXACT = 18, 60
"""A portal keeps six decimals. Here are more, for rates that the document keeps the other way round."""
DEAL = "0-3"
RENEWALS, _RENEWAL_STAGES = "75483920", 148_611_000
_ACCOUNT_TYPES = {True: "SANDBOX", False: "STANDARD", None: "STANDARD"}
_FIELD_KEYS = {
    "name", "type", "label", "length", "precision", "scale", "values", "restricted", "reference_to", "external_id",
    "unique",
}  # fmt: skip


def take_account(portal: "Portal", given: Record) -> None:
    """Take the zone and the currency of the company."""
    portal.zone = str(given.get("TimeZoneSidKey") or portal.zone)
    portal.account_type = _ACCOUNT_TYPES[given.get("IsSandbox")]
    portal.currencies.company = str(given.get("DefaultCurrencyIsoCode") or portal.currencies.company)


def take_currencies(portal: "Portal", currencies: Iterable[Record], dated: Iterable[Record]) -> None:
    """Take rates: the document says how much of a currency one corporate unit buys, a portal the reverse."""
    for row in currencies:
        if row.get("IsCorporate"):
            portal.currencies.company = str(row["IsoCode"])
    dated = list(dated)
    with_dates = {row["IsoCode"] for row in dated}
    for row in currencies:
        if row["IsoCode"] not in with_dates and row["IsoCode"] != portal.currencies.company:
            portal.currencies.add(str(row["IsoCode"]), _reverse(row), 0)
    for row in dated:
        midnight = datetime.combine(date.fromisoformat(str(row["StartDate"])), time(), ZoneInfo(portal.zone))
        portal.currencies.add(str(row["IsoCode"]), _reverse(row), millis(midnight))


def _reverse(row: Record) -> Decimal:
    with localcontext(prec=_EXACT):
        return round(1 / Decimal(str(row["ConversionRate"])), RATE_DIGITS)


def take_stages(portal: "Portal", stages: Iterable[Record], deals: Iterable[Record]) -> None:
    """Take the stages that the document declares, then those that its deals show; a contradiction is refused."""
    flags: dict[str, tuple[bool, bool]] = {}
    for stage in stages:
        label = str(stage.get("MasterLabel") or stage["ApiName"])
        flags[label] = bool(stage.get("IsClosed")), bool(stage.get("IsWon"))
    for place, deal in enumerate(deals):
        if deal.get("StageName") is None:
            continue
        label = str(deal["StageName"])
        if label not in flags:
            flags[label] = _shown_flags(portal, place, deal)
        shown = tuple(
            bool(deal.get(name, known)) for name, known in zip(("IsClosed", "IsWon"), flags[label], strict=True)
        )
        if shown != flags[label]:
            raise LoadProblem(
                f"opportunities[{place}] ({deal.get('Id', 'no Id')}): IsClosed or IsWon contradict stage {label!r}"
            )
    if flags:
        _add_pipelines(portal, flags)


def _shown_flags(portal: "Portal", place: int, deal: Record) -> tuple[bool, bool]:
    label = deal["StageName"]
    if "IsClosed" in deal and "IsWon" in deal:
        return bool(deal["IsClosed"]), bool(deal["IsWon"])
    known = portal.pipelines.stage(internal(label))
    if known is None:
        raise LoadProblem(f"opportunities[{place}]: stage {label!r} is unknown: declare it in `stages`")
    return known.closed, known.won


def _add_pipelines(portal: "Portal", flags: Mapping[str, tuple[bool, bool]]) -> None:
    """Two pipelines with the same stages: renewals have ids that say nothing, as a customer's own have."""
    ordered = sorted(flags, key=lambda label: flags[label])
    sales = {label: internal(label) for label in ordered}
    renewals = {label: str(_RENEWAL_STAGES + place) for place, label in enumerate(ordered)}
    for order, (identity, name, ids) in enumerate(
        (("default", "Sales Pipeline", sales), (RENEWALS, "Renewals", renewals))
    ):
        now = portal.now_ms()
        made = [_stage(ids[label], label, place, flags[label], now) for place, label in enumerate(ordered)]
        pipeline = Pipeline(id=identity, label=name, order=order, created_ms=now, changed_ms=now)
        pipeline.stages = {stage.id: stage for stage in made}
        portal.pipelines.add(pipeline)


def _stage(identity: str, label: str, place: int, flags: tuple[bool, bool], now_ms: int) -> Stage:
    closed, won = flags
    probability = "1.0" if won else "0.0" if closed else "0.2"
    return Stage(
        id=identity,
        label=label,
        order=place,
        closed=closed,
        probability=probability,
        created_ms=now_ms,
        changed_ms=now_ms,
    )


def take_fields(kind: ObjectType, declared: Iterable[Record], records: Iterable[Record], now_ms: int) -> dict[str, str]:
    """Make properties of custom fields, and give the type of each field by its name in the document."""
    types = {}
    records = list(records)
    for each in declared:
        name = str(each.get("name", ""))
        if not name.endswith("__c") or set(each) - _FIELD_KEYS or each.get("type") not in TYPES:
            raise LoadProblem(
                f"custom_fields: {dict(each)}: expected a name ending in __c, a type of {sorted(TYPES)} and only "
                f"{sorted(_FIELD_KEYS)}"
            )
        types[name] = str(each["type"])
        add_property(kind, property_name(name), str(each.get("label") or name), types[name], now_ms)
        if types[name] == "picklist":
            values = [*each.get("values", ()), *(record.get(name) for record in records)]
            add_options(kind, property_name(name), [(str(value), str(value)) for value in values if value is not None])
    return types


def add_property(kind: ObjectType, name: str, label: str, field: str, now_ms: int) -> None:
    """Make a property as a customer would."""
    written, shape = TYPES[field]
    group = next(iter(kind.groups))
    kind.add(
        Property(
            name=name,
            label=label,
            type=written,
            field_type=shape,
            group=group,
            currency=field == "currency",
            created_ms=now_ms,
            changed_ms=now_ms,
        )
    )


def add_options(kind: ObjectType, name: str, pairs: Iterable[tuple[str, str]]) -> None:
    """Give an enumeration further options; values that it has already stay as they are."""
    old = kind.properties[name]
    wanted = {option.value: option.label for option in old.options}
    for value, label in pairs:
        wanted.setdefault(value, label)
    kind.add(replace(old, options=options(wanted.items())))
