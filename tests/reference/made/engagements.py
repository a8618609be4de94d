"""Rules of engagement by lot: rules with conditions, shares, splits, overlays and portions, and one for the rest."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from tests.reference.made.conditions import when
from tests.reference.made.experiments import experiments
from tests.reference.made.people import ROLES
from tests.reference.made.places import places

HOLDERS = (*ROLES, "deal_owner", "account_owner", "signing_owner")
STAGES = ({"Discovery": "30%", "Proposal": "30%", "Closing": "40%"}, {"Discovery": "33.3333%", "Closing": "66.6667%"})
DIVISIONS = (("100%",), ("60%", "40%"), ("33.333%", "33.333%", "33.334%"))
REMAINING = ("20%", "30%", "remainder")


def engagement(chance: Random) -> dict[str, Any]:
    """A document; the last rule takes every deal that comes so far."""
    conditions: list[dict[str, Any]] = []
    for _ in range(chance.randrange(0, 4)):
        condition = when(chance)
        if condition and _alone(condition) not in [_alone(above) for above in conditions]:
            conditions.append(condition)
    rules = [_rule(chance, f"rule-{place}", {"when": test}) for place, test in enumerate(conditions)]
    return {
        "rules_of_engagement": "made",
        "effective": {"from": date(2020, 1, 1)},
        "rules": [*rules, _rule(chance, "rest", {})],
        "otherwise": {"hold": "revops"},
        **places(chance),
        **_special(chance),
        "experiments": experiments(chance),
        "vacancies": {role: _vacancy(chance, role) for role in ROLES},
    }


def _alone(tested: Any) -> Any:
    """A test in one spelling: a list of one value is that value."""
    if isinstance(tested, dict):
        return {key: _alone(of) for key, of in tested.items()}
    return tested[0] if isinstance(tested, list) and len(tested) == 1 else tested


def _special(chance: Random) -> dict[str, Any]:
    """What the CRM's deal teams mean, and house accounts."""
    made: dict[str, Any] = {}
    if chance.random() < 0.5:
        made["team_roles"] = {"Sales Engineer": chance.choice(ROLES), "Sponsor": chance.choice(ROLES)}
    pools: dict[str, Any] = {}
    if chance.random() < 0.4:
        pools = {role: _pool(chance) for role in chance.sample(ROLES, chance.choice([1, 2]))}
        made["pools"] = pools
    if chance.random() < 0.4:
        held_over = [role for role in chance.sample(ROLES, chance.choice([1, 2])) if role not in pools]
        made["holdovers"] = {role: _holdover(chance) for role in held_over}
    if chance.random() < 0.4:
        made["house_accounts"] = [_house(chance, name) for name in ("founders", "strategic")[: chance.choice([1, 2])]]
    return made


def _pool(chance: Random) -> dict[str, Any]:
    days = {"working_days": chance.choice([["mon", "wed"], ["tue", "thu", "sat", "sun"]])}
    holidays = {"holidays": [date(2026, 1, 1), date(2026, 6, 9), date(2026, 6, 10)]}
    made = {"draw": chance.choice(["round_robin", "by_capacity"]), "because": "agreed"}
    return {**made, **(days if chance.random() < 0.4 else {}), **(holidays if chance.random() < 0.4 else {})}


def _holdover(chance: Random) -> dict[str, Any]:
    share = {"share": chance.choice(["50%", "33.3333%"])} if chance.random() < 0.6 else {}
    of = {"of": chance.choice(["open_deals", "all_deals"])} if chance.random() < 0.5 else {}
    then = {"then": [{"days": 30, "share": "50%"}, {"days": 40, "share": "12.5%"}]} if chance.random() < 0.4 else {}
    only = {"when": when(chance)} if chance.random() < 0.3 else {}
    return {"days": chance.choice([20, 120]), "because": "agreed", **share, **of, **then, **only}


def _house(chance: Random, name: str) -> dict[str, Any]:
    counts = chance.choice(["nothing", "quota", "rollups", ["quota", "rollups"]])
    return {
        "id": name,
        "because": "agreed",
        "when": {**when(chance, 1), "account": {"listed_in": "named"}},
        "counts_for": counts,
    }


def _rule(chance: Random, name: str, condition: dict[str, Any]) -> dict[str, Any]:
    split = "when" in condition and chance.random() < 0.3
    if split:
        condition = {"when": {**condition["when"], "motion": "renewal"}}
    owner = (
        {"owner": chance.choice(HOLDERS)}
        if chance.random() < 0.5
        else {"owners": {key: chance.choice(HOLDERS) for key in ("value", "commercial", "execution")}}
    )
    portions = ("renewed", "uplift") if split else ("all",)
    credit = [share for portion in portions for share in _direct(chance, portion)]
    overlays = range(chance.choice([0, 0, 1, 2]))
    credit += [_overlay(chance, chance.choice((*portions, "all")), nth) for nth in overlays]
    return {"id": name, **condition, **owner, **({"split_at": "expiring_acv"} if split else {}), "credit": credit}


def _direct(chance: Random, portion: str) -> list[dict[str, Any]]:
    shares, made = chance.choice((*DIVISIONS, REMAINING)), []
    for share, to in zip(shares, chance.sample(HOLDERS, len(shares)), strict=True):
        one: dict[str, Any] = {"to": to, "share": share, **({} if portion == "all" else {"portion": portion})}
        if chance.random() < 0.4:
            one |= chance.choice([{"split_by": "crm"}, {"split_by": "crm"}, {"by_stages": chance.choice(STAGES)}])
        one |= {"when": when(chance, 1)} if shares == REMAINING and share != "remainder" else {}
        made.append(one)
    return made


def _overlay(chance: Random, portion: str, nth: int) -> dict[str, Any]:
    """Its condition differs from the other's, because the same person is not credited twice for the same."""
    condition = {"when": {"acv": {"min": 1_000 + nth}, **when(chance, 1)}}
    one: dict[str, Any] = {"to": chance.choice(HOLDERS), "share": chance.choice(["100%", "50%", "12.5%"])}
    one |= {"overlay": True, **({} if portion == "all" else {"portion": portion})}
    one |= {"split_by": "crm"} if chance.random() < 0.2 else {}
    return {**one, **(condition if nth == 1 or chance.random() < 0.5 else {})}


def _vacancy(chance: Random, role: str) -> Any:
    if chance.random() < 0.2:
        return "nobody"
    others = [name for name in HOLDERS if name != role]
    chain = chance.sample([*others, "manager_of_deal_owner", f"manager_of_{role}"], chance.randrange(1, 3))
    return [*chain, "deal_owner"] if "deal_owner" not in chain else chain
