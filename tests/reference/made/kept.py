"""Customers by lot who renew, grow, shrink and leave, and plans that pay for what is kept of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from tests.reference.calendar import months_later
from tests.reference.made.components import ways_of_a_share
from tests.reference.made.conditions import of_owned
from tests.reference.made.deals import ACCOUNTS, FAMILIES, MICROS, REPS, Rows
from tests.reference.made.people import ROLES

FIRST_DAY = date(2025, 1, 1)
LAST_DAY = date(2027, 3, 1)
PERIODS = ("month", "quarter", "half", "year")


def customers(chance: Random) -> Rows:
    """The deals and contracts of every account: signed, changed, and renewed or not, one contract after the other."""
    rows: Rows = {"deals": [], "contracts": [], "deal_lines": [], "deal_events": []}
    for number in range(ACCOUNTS):
        _history(chance, f"A{number}", rows)
    for deal in rows["deals"]:
        rows["deal_lines"] += _products(chance, deal)
        rows["deal_events"] += _events(chance, deal)
    return rows


def _products(chance: Random, deal: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What a deal is made of; at times nobody says."""
    for place, family in enumerate(chance.sample(FAMILIES, chance.choice([1, 2, 2]))):
        if chance.random() < 0.99:
            named = {"line_id": f"{deal['deal_id']}-{place}", "deal_id": deal["deal_id"], "product": "Core"}
            yield {**named, "family": family, "amount_micros": chance.randrange(1, 9_000) * MICROS}


def _events(chance: Random, deal: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What it signed is cancelled, or becomes less, at times."""
    for kind in chance.sample(("cancelled", "downgraded", "downgraded"), chance.choice([0, 0, 0, 0, 0, 1, 2])):
        day = deal["closed_on"] + timedelta(days=chance.randrange(-20, 500))
        part = abs(deal["acv_micros"]) * chance.choice([10, 30, 110]) // 100
        amount = part if kind == "downgraded" and chance.random() < 0.9 else None
        yield {"deal_id": deal["deal_id"], "kind": kind, "happened_on": day, "amount_micros": amount}


def kept_engagement(chance: Random) -> dict[str, Any]:
    """Rules of which only those who own customers matter."""
    return {
        "rules_of_engagement": "made",
        "effective": {"from": date(2020, 1, 1)},
        "rules": [
            {
                "id": "rest",
                "because": "agreed",
                "owner": "deal_owner",
                "credit": [{"to": "deal_owner", "share": "100%"}],
            }
        ],
        "otherwise": {"hold": "revops"},
        "vacancies": {role: chance.choice(["nobody", ["account_owner"]]) for role in ROLES},
    }


def kept_plan(chance: Random, name: str) -> dict[str, Any]:
    """A plan whose components pay for rates of retention, or look at them."""
    of_team = name == "manager"
    kept = {f"kept{place}": _measure(chance, of_team=of_team) for place in range(2)}
    weighted = [{"measure": "kept0", "weight": "60%"}, {"measure": "kept1", "weight": "40%", "most": "100%"}]
    sold = {"sum": "amount", "credits": ["rollup"] if of_team else ["direct"]}
    parts = [_component(chance, name, kept[name]) for name in kept]
    if chance.random() < 0.3:
        both = _component(chance, "score", {"retention": {"kind": "logos"}})
        parts.append({key: value for key, value in both.items() if key != "rate_decimals"})
    return {
        "plan": name,
        "currency": chance.choice(["USD", "USD", "EUR"]),
        "effective": {"from": FIRST_DAY},
        "pays": "monthly",
        "measures": {**kept, "score": {"weighted": weighted}, "sold": sold},
        "components": [*parts, _beside(chance, parts)],
        **({"leavers": {"paid_for_days": 60}} if chance.random() < 0.3 else {}),
        **({"leave": {"deals": "unpaid"}} if chance.random() < 0.3 else {}),
        **({"exchange": {"rates_of": "month_start", "fixed": {"JPY": "0.0075"}}} if chance.random() < 0.3 else {}),
    }


def _beside(chance: Random, before: list[dict[str, Any]]) -> dict[str, Any]:
    """A commission that looks at a rate: by a gate, a multiplier or both."""
    made: dict[str, Any] = {"id": "beside", "kind": "commission", "measure": "sold", "rate": "5%"}
    if chance.random() < 0.7:
        made["only_if"] = {**_looked_at(chance, before), chance.choice(["min", "above", "max", "below"]): "85%"}
    if chance.random() < 0.2:
        made["only_if"] = _contest(chance)
    if chance.random() < 0.7:
        rows = [{"from": "0%", "factor": "50%"}, {"from": "80%", "factor": 1}, {"from": "100%", "factor": "120%"}]
        made["multiplied_by"] = {**_looked_at(chance, before), "brackets": rows}
    return made


def _contest(chance: Random) -> dict[str, Any]:
    """Who is first by a rate, among those who reach the least."""
    least = {"least": chance.choice(["80%", "100%"])} if chance.random() < 0.4 else {}
    ranked = {"ties": chance.choice(["best", "worst"]), "among": chance.choice(["plan", "team"]), **least}
    named = {"measure": chance.choice(["kept0", "kept1", "score"]), "over": chance.choice(PERIODS)}
    return {**named, "ranked": ranked, "max": chance.choice([1, 2])}


def _looked_at(chance: Random, before: list[dict[str, Any]]) -> dict[str, Any]:
    """A rate over some window, or that of a component before."""
    judged = {} if chance.random() < 0.5 else {"judged": chance.choice(["window", "deal"])}
    if chance.random() < 0.3:
        return {"attainment_of": chance.choice(before)["id"], **judged}
    return {"measure": chance.choice(["kept0", "kept1", "score"]), "over": chance.choice(PERIODS), **judged}


def _measure(chance: Random, *, of_team: bool) -> dict[str, Any]:
    asked: dict[str, Any] = {"kind": chance.choice(["gross", "net", "logos"])}
    if chance.random() < 0.6:
        asked["cohort"] = chance.choice(["book", "due"])
    if chance.random() < 0.7:
        asked["owner"] = chance.choice([*ROLES, "account_owner"])
    if chance.random() < 0.3:
        asked["losses"] = chance.choice(["every", "net"])
    if chance.random() < 0.3:
        asked["grace_days"] = chance.choice([1, 30, 90])
    if chance.random() < 0.3:
        asked["goal"] = chance.choice(["90%", "33.3%", "110%"])
    if chance.random() < 0.4:
        asked["trailing_months"] = chance.choice([1, 3, 12])
    if chance.random() < 0.6:
        asked["transferred"] = chance.choice(["stays", "follows", "drops", "divides", "divides"])
    made: dict[str, Any] = {"retention": asked, "credits": ["direct"]}
    if of_team:
        made["credits"] = chance.choice([["rollup"], ["rollup"], ["direct", "rollup"]])
        made |= chance.choice([{}, {"levels": chance.choice([{"max": 1}, {"min": 2}])}])
    if chance.random() < 0.3:
        made["when"] = of_owned(chance)
    return {**made, **(_lines(chance) if chance.random() < 0.2 else {})}


def _lines(chance: Random) -> dict[str, Any]:
    return {"lines": {"family": chance.choice(["Software", {"not": "Services"}])}}


def _component(chance: Random, measure: str, of: dict[str, Any]) -> dict[str, Any]:
    way = ways_of_a_share(chance, of_money=of["retention"]["kind"] != "logos")
    return {"id": f"of-{measure}", "kind": "bonus", "measure": measure, "accumulates": chance.choice(PERIODS), **way}


def _history(chance: Random, account: str, rows: Rows) -> None:
    """One contract after the other, most of them renewed: in time, early or late, by what the CRM says of it or not."""
    signed = FIRST_DAY + timedelta(days=chance.randrange(300))
    before: dict[str, Any] | None = None
    ends, in_crm = signed, chance.random() < 0.5
    currency = chance.choice(["USD", "USD", "USD", "EUR", "JPY"])
    while signed < LAST_DAY:
        currency = chance.choice(["USD", "EUR"]) if chance.random() < 0.1 else currency
        deal = _firm(chance, _deal(account, signed, _worth(chance), len(rows["deals"]), currency), before, ends)
        begins = deal.get("starts_on", signed)
        ends = months_later(begins, deal["term_months"])
        rows["deals"].append(deal)
        stated = in_crm and (before is None or chance.random() < 0.8)
        cancelled = in_crm and chance.random() < 0.15
        if stated and cancelled:
            ends = begins + timedelta(days=chance.randrange(2, (ends - begins).days))
        if stated:
            rows["contracts"].append({**_contract(deal, begins, ends), **_nameless(chance, deal, begins)})
            rows["contracts"][-1]["cancelled_on"] = ends if cancelled else None
        _meanwhile(chance, deal, (begins, ends), rows, in_crm=in_crm)
        if cancelled or chance.random() < 0.15:
            _afterwards(chance, deal, ends, rows)
            return
        before, signed = deal, ends + timedelta(days=chance.choice([-40, -5, 0, 0, 0, 0, 1, 20, 70]))


def _worth(chance: Random) -> int:
    return chance.choice([chance.randrange(5, 60) * 1_000 * MICROS, chance.randrange(1, 6_000_000) * 10_000])


def _firm(chance: Random, deal: dict[str, Any], before: dict[str, Any] | None, ends: date) -> dict[str, Any]:
    """A first contract, or the renewal of the one before: from its end on, or from about when it was signed."""
    deal |= {"term_months": chance.choice([6, 12, 12, 24]), "motion": "new_business"}
    if before is not None:
        deal |= {"motion": "renewal", **_naming(chance, before)}
    if before is not None and chance.random() < 0.5:
        deal["starts_on"] = max(deal["closed_on"], ends)
    elif chance.random() < 0.2:
        deal["starts_on"] = deal["closed_on"] + timedelta(days=chance.choice([-30, -3, 8]))
    return deal


def _meanwhile(chance: Random, deal: dict[str, Any], runs: tuple[date, date], rows: Rows, *, in_crm: bool) -> None:
    """What changes it while it runs, which may be a contract of its own in the CRM, or says that it is over."""
    changes = list(_changes(chance, deal, *runs, len(rows["deals"])))
    rows["deals"] += changes
    if in_crm and changes and chance.random() < 0.1:
        rows["contracts"].append(_contract(changes[0], changes[0]["closed_on"], runs[1]))
    if not in_crm and chance.random() < 0.15:
        rows["deals"].append(_churn(chance, deal, runs[0], len(rows["deals"])))


def _afterwards(chance: Random, deal: dict[str, Any], ends: date, rows: Rows) -> None:
    """At times something is sold to a customer who has left."""
    if chance.random() < 0.3:
        day = ends + timedelta(days=chance.randrange(40))
        later = _deal(deal["account_id"], day, deal["acv_micros"], len(rows["deals"]), deal["currency"])
        rows["deals"].append({**later, "motion": "upsell", "type": "upsell"})


def _nameless(chance: Random, deal: dict[str, Any], begins: date) -> dict[str, Any]:
    """At times a contract names no deal, and is worth what the CRM says of it, if that is known; it may begin later."""
    if chance.random() < 0.8:
        return {}
    own = {"origin_deal_id": None, "acv_micros": deal["acv_micros"] if chance.random() < 0.97 else None}
    days = chance.choice([-40, -31, -30, 0, 0, 0, 5])
    return {**own, "starts_on": begins + timedelta(days=days), **chance.choice([{}, {"ends_on": None}])}


def _churn(chance: Random, deal: dict[str, Any], begins: date, number: int) -> dict[str, Any]:
    """The end of a contract, of the deal that it names, or of the one that runs."""
    named = chance.choice([{"prior_deal_id": deal["deal_id"]}, {}])
    day = begins + timedelta(days=chance.randrange(10, 400))
    gone = _deal(deal["account_id"], day, -deal["acv_micros"], number, deal["currency"])
    return {**gone, "motion": "churn", "type": "churn", **named}


def _naming(chance: Random, before: dict[str, Any]) -> dict[str, Any]:
    """What a renewal names: the contract, the deal before it, or nothing."""
    named = {"renewed_contract_id": f"C{before['deal_id']}"}
    return chance.choice([named, {"prior_deal_id": before["deal_id"]}, {}])


def _deal(account: str, signed: date, worth: int, number: int, currency: str) -> dict[str, Any]:
    return {
        "currency": currency,
        "deal_id": f"D{number}",
        "account_id": account,
        "closed_on": signed,
        "amount_micros": worth,
        "acv_micros": worth,
        "owner_id": f"u-{REPS[0]}",
    }


def _contract(deal: dict[str, Any], begins: date, ends: date) -> dict[str, Any]:
    return {
        "contract_id": f"C{deal['deal_id']}",
        "account_id": deal["account_id"],
        "origin_deal_id": deal["deal_id"],
        "currency": deal["currency"],
        "starts_on": begins,
        "ends_on": ends - timedelta(days=1),
    }


def _changes(chance: Random, first: dict[str, Any], begins: date, ends: date, number: int) -> Iterator[dict[str, Any]]:
    """What is sold beside a contract or taken off it while it runs: never as much as it is worth."""
    for place in range(chance.choice([0, 0, 1, 2, 3])):
        motion = chance.choice(["upsell", "cross_sell", "downgrade"])
        size = first["acv_micros"] * chance.randrange(1, 30) // 100
        day = begins + timedelta(days=chance.randrange(1, (ends - begins).days))
        worth = -size if motion == "downgrade" else size
        deal = _deal(first["account_id"], day, worth, number + place, first["currency"])
        starts = {"starts_on": day + timedelta(days=chance.choice([-9, 4, 60]))} if chance.random() < 0.2 else {}
        named = chance.choice([{}, {}, _naming(chance, first)])
        term = {"term_months": chance.choice([1, 5, None])}
        yield {**deal, "motion": motion, "type": motion, **starts, **named, **term}
