"""Customers by lot who renew, grow, shrink and leave, and plans that pay for what is kept of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from tests.reference.calendar import months_later
from tests.reference.made.components import ways_of_a_share
from tests.reference.made.deals import ACCOUNTS, MICROS, REPS, Rows
from tests.reference.made.people import ROLES

FIRST_DAY = date(2025, 1, 1)
LAST_DAY = date(2027, 3, 1)
PERIODS = ("month", "quarter", "half", "year")


def customers(chance: Random) -> Rows:
    """The deals and contracts of every account: signed, changed, and renewed or not, one contract after the other."""
    rows: Rows = {"deals": [], "contracts": []}
    for number in range(ACCOUNTS):
        _history(chance, f"A{number}", rows)
    return rows


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
    """A plan whose components pay for rates of retention."""
    measures = {f"kept{place}": _measure(chance, of_team=name == "manager") for place in range(2)}
    return {
        "plan": name,
        "currency": "USD",
        "effective": {"from": FIRST_DAY},
        "pays": "monthly",
        "measures": measures,
        "components": [_component(chance, name, measures[name]) for name in measures],
    }


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
    return {"retention": asked, "credits": ["rollup"] if of_team else ["direct"]}


def _component(chance: Random, measure: str, of: dict[str, Any]) -> dict[str, Any]:
    way = ways_of_a_share(chance, of_money=of["retention"]["kind"] != "logos")
    return {"id": f"of-{measure}", "kind": "bonus", "measure": measure, "accumulates": chance.choice(PERIODS), **way}


def _history(chance: Random, account: str, rows: Rows) -> None:
    """One contract after the other, most of them renewed: in time, early or late, by what the CRM says of it or not."""
    signed = FIRST_DAY + timedelta(days=chance.randrange(300))
    before: dict[str, Any] | None = None
    ends, in_crm = signed, chance.random() < 0.5
    while signed < LAST_DAY:
        worth = chance.choice([chance.randrange(5, 60) * 1_000 * MICROS, chance.randrange(1, 6_000_000) * 10_000])
        term = chance.choice([6, 12, 12, 24])
        deal = _deal(account, signed, worth, len(rows["deals"]))
        deal |= {"term_months": term, "motion": "new_business"}
        if before is not None:
            deal |= {"motion": "renewal", **_naming(chance, before)}
        if before is not None and chance.random() < 0.5:
            deal["starts_on"] = max(signed, ends)
        begins = deal.get("starts_on", signed)
        ends = months_later(begins, term)
        rows["deals"].append(deal)
        cancelled = in_crm and chance.random() < 0.15
        if in_crm and (before is None or chance.random() < 0.8):
            contract = _contract(deal, begins, ends)
            if cancelled:
                ends = begins + timedelta(days=chance.randrange(2, (ends - begins).days))
                contract["cancelled_on"] = ends
            rows["contracts"].append(contract)
        rows["deals"] += _changes(chance, deal, begins, ends, len(rows["deals"]))
        if cancelled or chance.random() < 0.15:
            return
        before, signed = deal, ends + timedelta(days=chance.choice([-40, -5, 0, 0, 0, 0, 1, 20, 70]))


def _naming(chance: Random, before: dict[str, Any]) -> dict[str, Any]:
    """What a renewal names: the contract, the deal before it, or nothing."""
    named = {"renewed_contract_id": f"C{before['deal_id']}"}
    return chance.choice([named, {"prior_deal_id": before["deal_id"]}, {}])


def _deal(account: str, signed: date, worth: int, number: int) -> dict[str, Any]:
    return {
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
        "starts_on": begins,
        "ends_on": ends - timedelta(days=1),
    }


def _changes(chance: Random, first: dict[str, Any], begins: date, ends: date, number: int) -> Iterator[dict[str, Any]]:
    """What is sold beside a contract or taken off it while it runs: never as much as it is worth."""
    for place in range(chance.choice([0, 0, 1, 2, 3])):
        motion = chance.choice(["upsell", "cross_sell", "downgrade"])
        size = first["acv_micros"] * chance.randrange(1, 30) // 100
        day = begins + timedelta(days=chance.randrange(1, (ends - begins).days))
        deal = _deal(first["account_id"], day, -size if motion == "downgrade" else size, number + place)
        yield {**deal, "motion": motion, "type": motion}
