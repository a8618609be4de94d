"""Plans by lot: measures, and components of every way to pay on them."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from tests.reference.made.alternatives import alternatives
from tests.reference.made.clawbacks import clawback
from tests.reference.made.components import component
from tests.reference.made.draws import draw
from tests.reference.made.measures import measures
from tests.reference.made.plan_caps import plan_caps
from tests.reference.made.pools import bonus_pools
from tests.reference.made.precedence import precedence
from tests.reference.made.releases import release, reserve
from tests.reference.made.writing import dated

SINCE = date(2025, 1, 1)
PAYS = ("weekly", "two_weekly", "half_monthly", "monthly", "monthly", "quarterly", "half_yearly", "yearly")
ROUNDINGS: tuple[dict[str, Any], ...] = ({}, {}, {"rounding": "half_even"}, {"rounding": "down"}, {"rounding_unit": 1})


def plan(chance: Random, name: str, parts: int, currency: str | None = None) -> dict[str, Any]:
    """A plan document with so many components, the first of which others may read; at times in a given currency."""
    by_lot = chance.choice(["USD", "USD", "EUR", "JPY"])
    document: dict[str, Any] = {
        "plan": name,
        "currency": currency or by_lot,
        "effective": {"from": SINCE},
        "pays": chance.choice(PAYS),
        **chance.choice(ROUNDINGS),
        "measures": measures(chance, of_team=name == "manager"),
        "components": [],
    }
    if chance.random() < 0.5:
        document["exchange"] = _exchange(chance, document["currency"])
    for _ in range(parts):
        document["components"].append(component(chance, document["components"], of_team=name == "manager"))
    document |= precedence(chance, document)
    document |= alternatives(chance, document)
    if chance.random() < 0.5:
        document |= clawback(chance, document)
    document |= bonus_pools(chance, of_team=name == "manager")
    document |= plan_caps(chance, document["components"])
    document |= draw(chance, document.get("pays", "monthly")) if chance.random() < 0.3 else {}
    document |= _waiting(chance, document, more="clawback" in document)
    document |= {"leavers": {"paid_for_days": chance.choice([10, 60])}} if chance.random() < 0.3 else {}
    if chance.random() < 0.3:
        shares = chance.choice([("25%", "50%", "75%"), ("0%", "0%", "50%")])
        document["ramp"] = [{"month": month, "quota": share} for month, share in enumerate(shares, 1)]
        document |= chance.choice([{}, {"zero_quota": "unpaid"}, {"zero_quota": "held"}])
    if chance.random() < 0.4:
        some = {"quota": chance.choice(["days", "months", "none"]), "deals": chance.choice(["paid", "unpaid"])}
        document["leave"] = some
    return {**document, **chance.choice([{}, {}, {"proration": "months"}, {"proration": "days"}])}


def _waiting(chance: Random, document: dict[str, Any], *, more: bool) -> dict[str, Any]:
    """A release of the plan, of some components, and a reserve, at times; not where they cannot stand."""
    gives_back = document.get("clawback", {}).get("paid_late") == "given_back"
    tops_all = any(part.get("floor", {}).get("always") for part in document["components"])
    if chance.random() < (0.4 if more else 0.7) or tops_all or gives_back:
        return {}
    of_plan = release(chance, of_deals=True) if chance.random() < 0.6 else {}
    for part in document["components"]:
        measure = document["measures"][part["measure"]]
        moves = part.get("carry", {}).get("surplus") == "moved"
        of_none = "to_date" in part or measure.keys() & {"import", "weighted", "ratio", "adds", "across"}
        of_deals = not moves and not of_none and measure.get("sum") != "cash"
        if chance.random() < 0.4 or (of_plan and not of_deals):
            part.update(release(chance, of_deals=of_deals))
    return {**of_plan, **(reserve(chance) if chance.random() < 0.5 else {})}


def _exchange(chance: Random, currency: str) -> dict[str, Any]:
    """By which day's rates, and at times one currency by a rate of the plan."""
    made: dict[str, Any] = {"rates_of": chance.choice(["day", "month_start", "plan_start"])}
    other = chance.choice([each for each in ("USD", "EUR", "JPY") if each != currency])
    return made if chance.random() < 0.5 else {**made, "fixed": {other: dated(chance, "1.15", "0.875")}}
