"""Values that HubSpot works out. They are worked out here when somebody asks, so they change without a new stamp."""

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.hubspot.clock import DAY_MS, iso, parse_instant
from sandbox.hubspot.records.tables import Record

if TYPE_CHECKING:
    from sandbox.hubspot.state import Portal

Calculation = Callable[["Portal", Record], str | None]
DEAL, COMPANY, LINE = "0-3", "0-2", "0-8"
_PARENT, _PRIMARY = 14, 5


def tailed(value: float) -> str:
    """Write a number as HubSpot writes what it worked out: with all the digits of the binary fraction.

    >>> tailed(0.2)
    '0.200000000000000011102230246251565404236316680908203125'
    """
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _stage(part: str) -> Calculation:
    def tell(portal: "Portal", record: Record) -> str | None:
        stage = portal.pipelines.stage(record.values.get("dealstage", ""))
        if stage is None:
            return None
        told = {"closed": stage.closed, "won": stage.won, "lost": stage.closed and not stage.won}
        return "true" if told[part] else "false"

    return tell


def _count(of: Calculation, counted: str) -> Calculation:
    def tell(portal: "Portal", record: Record) -> str | None:
        found = of(portal, record)
        return None if found is None else "1" if found == counted else "0"

    return tell


_closed, _won, _lost = _stage("closed"), _stage("won"), _stage("lost")


def _probability(portal: "Portal", record: Record) -> str | None:
    stage = portal.pipelines.stage(record.values.get("dealstage", ""))
    return tailed(float(stage.probability)) if stage else None


def _amount(_portal: "Portal", record: Record) -> str | None:
    return record.values.get("amount") or None


def _projected(portal: "Portal", record: Record) -> str | None:
    amount, stage = _amount(portal, record), portal.pipelines.stage(record.values.get("dealstage", ""))
    return tailed(float(amount) * float(stage.probability)) if amount and stage else None


def _rate(portal: "Portal", record: Record) -> Decimal | None:
    code = record.values.get("deal_currency_code")
    return portal.currencies.rate(code) if code else Decimal(1)


def _home(portal: "Portal", record: Record) -> str | None:
    amount, rate = _amount(portal, record), _rate(portal, record)
    if not amount or rate is None:
        return None
    return amount if rate == 1 else tailed(float(Decimal(amount) * rate))


def _exchange_rate(portal: "Portal", record: Record) -> str | None:
    rate = _rate(portal, record)
    return None if rate is None or not record.values.get("deal_currency_code") else f"{rate:f}"


def _if_won(amount: Calculation) -> Calculation:
    def tell(portal: "Portal", record: Record) -> str | None:
        return amount(portal, record) if _won(portal, record) == "true" else "0"

    return tell


def _won_on(portal: "Portal", record: Record) -> str | None:
    return record.values.get("closedate") or None if _won(portal, record) == "true" else None


def _days_to_close(_portal: "Portal", record: Record) -> str | None:
    closes = record.values.get("closedate")
    return str(max(0, (parse_instant(closes) - record.created_ms) // DAY_MS)) if closes else None


def _splits(portal: "Portal", record: Record) -> list[Record]:
    return portal.splits.of(record.id)


def _split_owners(portal: "Portal", record: Record) -> str | None:
    return ";".join(each.values["hubspot_owner_id"] for each in _splits(portal, record)) or None


def _linked(source: str, target: str) -> Calculation:
    def tell(portal: "Portal", record: Record) -> str | None:
        live = portal.tables[target].live
        return str(sum(each in live for each in portal.links.of(source, record.id, target)))

    return tell


def _first(source: str, target: str, number: int) -> Calculation:
    def tell(portal: "Portal", record: Record) -> str | None:
        found = portal.links.first(source, record.id, target, number)
        return None if found is None else str(found)

    return tell


def _open_deals(portal: "Portal", record: Record) -> str | None:
    deals = portal.tables[DEAL].live
    linked = [deals[each] for each in portal.links.of(COMPANY, record.id, DEAL) if each in deals]
    return str(sum(_closed(portal, deal) == "false" for deal in linked))


def _owners(portal: "Portal", record: Record) -> str | None:
    held = [record.values.get("hubspot_owner_id"), record.values.get("hs_all_collaborator_owner_ids")]
    found = ";".join(filter(None, [*held, _split_owners(portal, record)])).split(";")
    return ";".join(dict.fromkeys(filter(None, found))) or None


def _users(portal: "Portal", record: Record) -> str | None:
    owners = (_owners(portal, record) or "").split(";")
    users = [portal.owners.by_id(owner) for owner in owners if owner]
    return ";".join(str(owner.user_id) for owner in users if owner) or None


def _team(portal: "Portal", record: Record) -> str | None:
    owner = portal.owners.by_id(record.values.get("hubspot_owner_id", ""))
    return next((team for team, primary in owner.teams if primary), None) if owner else None


_EVERYWHERE: dict[str, Calculation] = {
    "createdate": lambda _, record: iso(record.created_ms),
    "hs_createdate": lambda _, record: iso(record.created_ms),
    "hs_lastmodifieddate": lambda _, record: iso(record.updated_ms),
    "lastmodifieddate": lambda _, record: iso(record.updated_ms),
    "hs_object_id": lambda _, record: str(record.id),
    "hubspot_team_id": _team,
    "hs_all_owner_ids": _owners,
}
_OF: dict[str, dict[str, Calculation]] = {
    DEAL: {
        "hs_is_closed": _closed,
        "hs_is_closed_won": _won,
        "hs_is_closed_lost": _lost,
        "hs_is_closed_count": _count(_closed, "true"),
        "hs_is_open_count": _count(_closed, "false"),
        "hs_deal_stage_probability": _probability,
        "hs_forecast_amount": _amount,
        "hs_projected_amount": _projected,
        "amount_in_home_currency": _home,
        "hs_exchange_rate": _exchange_rate,
        "hs_closed_amount": _if_won(_amount),
        "hs_closed_amount_in_home_currency": _if_won(_home),
        "hs_closed_won_date": _won_on,
        "days_to_close": _days_to_close,
        "hs_primary_associated_company": _first(DEAL, COMPANY, _PRIMARY),
        "hs_num_of_associated_line_items": _linked(DEAL, LINE),
        "hs_num_associated_deal_splits": lambda portal, record: str(len(_splits(portal, record))),
        "hs_is_deal_split": lambda portal, record: "true" if _splits(portal, record) else "false",
        "hs_all_deal_split_owner_ids": _split_owners,
        "hs_user_ids_of_all_owners": _users,
    },
    COMPANY: {
        "hs_parent_company_id": _first(COMPANY, COMPANY, _PARENT),
        "hs_num_open_deals": _open_deals,
        "num_associated_deals": _linked(COMPANY, DEAL),
    },
}


def calculation(kind: str, name: str) -> Calculation | None:
    """Give the way in which a property is worked out; None for one that is stored."""
    return _OF.get(kind, {}).get(name) or _EVERYWHERE.get(name)


def value_of(portal: "Portal", kind: str, record: Record, name: str) -> str | None:
    """Give a property's value, stored or worked out."""
    work_out = calculation(kind, name)
    return work_out(portal, record) if work_out else record.values.get(name)
