"""People by lot: roles, reporting lines, plans, quotas, results, exchange rates and lists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from random import Random
from typing import Any

from engine.documents.company.company import Company
from tests.reference.calendar import months_in, span_of
from tests.reference.made.deals import ACCOUNTS, FIRST_DAY, MICROS, REPS, Rows, money
from tests.reference.made.quotas import EVERYBODY, LAST_DAY, quotas

ROLES = ("AE", "CSM", "SDR")
MANAGERS = ("lee", "vic")
PROMISES = ("base_salary", "variable", "ote")
RESULTS = {"nps": "number", "csat": "percent", "mbo": "amount"}


def people(chance: Random, company: Company) -> Rows:
    """All that is known of people."""
    enrolments = list(_enrolments(chance))
    joined = {row["person_id"]: row["from_on"] for row in reversed(enrolments)}
    return {
        "people": [{"person_id": name} for name in (*REPS, *MANAGERS)],
        "role_holdings": list(_holdings(chance)),
        "reporting_lines": list(_reporting(chance)),
        "enrolments": enrolments,
        "leaves": list(_leaves(chance)),
        "quotas": list(quotas(chance, company, joined)),
        "compensation": list(_promises(chance)),
        "imported_results": list(_results(chance, company)),
        "fx_rates": list(_rates(chance)),
        "list_entries": _listed(chance),
    }


def _holdings(chance: Random) -> Any:
    """Each role everywhere, and by some luck in narrower places, at times by two people at once."""
    for role in ROLES:
        if chance.random() < 0.9:
            yield {"person_id": chance.choice(REPS), "role": role, "until_on": None, "capacity": _capacity(chance)}
        for name in REPS if chance.random() < 0.2 else ():
            owned = {"person_id": name, "role": role, "scope": "owned", "from_on": date(2026, 3, 1)}
            yield {**owned, "until_on": chance.choice([None, date(2026, 9, 1)])}
        for scope, value in (("segment", "SMB"), ("territory", "West"), ("account", "A3"), ("account", "A4")):
            if chance.random() < 0.4:
                from_on = chance.choice([date(2020, 1, 1), date(2026, 6, 10)])
                holding = {"person_id": chance.choice(REPS), "role": role, "scope": scope, "value": value}
                holding["capacity"] = _capacity(chance)
                yield {**holding, "from_on": from_on, "until_on": chance.choice([None, date(2026, 11, 3)])}


def members(chance: Random, roles: Iterable[str]) -> Any:
    """More people in roles that are pools, at times for some months, or in one place."""
    for role in roles:
        for name in chance.sample(REPS, chance.choice([1, 2, 3])):
            scope, value = chance.choice(
                [("company", None), ("company", None), ("segment", "SMB"), ("territory", "West")]
            )
            holding = {"person_id": name, "role": role, "scope": scope, "value": value, "capacity": _capacity(chance)}
            from_on = chance.choice([date(2020, 1, 1), date(2026, 4, 4)])
            yield {**holding, "from_on": from_on, "until_on": chance.choice([None, date(2026, 8, 23)])}


def _capacity(chance: Random) -> int | None:
    """Accounts that somebody takes of a pool."""
    return chance.choice([None, 0, 1, 2, 3, 5])


def _reporting(chance: Random) -> Any:
    """The reps report to one of the managers, and change; one manager reports to the other."""
    moved = date(2026, 8, 1)
    for rep in REPS:
        first, second = chance.choice(MANAGERS), chance.choice(MANAGERS)
        yield {"person_id": rep, "manager_id": first, "until_on": moved}
        if chance.random() < 0.8:
            yield {"person_id": rep, "manager_id": second, "from_on": moved}
    yield {"person_id": "lee", "manager_id": "vic"}


def _enrolments(chance: Random) -> Any:
    """Everybody on a plan, some later, some no longer, some again, or on the other one."""
    for name in (*REPS, *MANAGERS):
        plan = "rep" if name in REPS else "manager"
        from_on = chance.choice([FIRST_DAY, FIRST_DAY, date(2026, 3, 1), date(2026, 4, 17)])
        until_on = chance.choice([None, None, date(2026, 10, 1), date(2026, 12, 5)])
        yield {"person_id": name, "plan": plan, "from_on": from_on, "until_on": until_on}
        if until_on is not None and chance.random() < 0.4:
            again = chance.choice([until_on, date(2026, 12, 20)])
            plan = chance.choice([plan, plan, "rep", "manager"])
            yield {
                "person_id": name,
                "plan": plan,
                "from_on": again,
                "until_on": chance.choice([None, date(2027, 2, 1)]),
            }


def _leaves(chance: Random) -> Any:
    """Some are away, for days or months, at times protected, and by some luck in two rows of which a day is in both."""
    for name in (*REPS, *MANAGERS):
        if chance.random() < 0.3:
            from_on = FIRST_DAY + timedelta(days=chance.randrange(300))
            until_on = from_on + timedelta(days=chance.choice([1, 12, 45, 100]))
            yield {"person_id": name, "from_on": from_on, "until_on": until_on, "protected": chance.random() < 0.4}
            if chance.random() < 0.3:
                again = {"from_on": until_on - timedelta(days=1), "until_on": until_on + timedelta(days=20)}
                yield {"person_id": name, **again, "protected": chance.random() < 0.4}


def _promises(chance: Random) -> Any:
    """What people data promises for a year, which may change; at times nothing, or in another currency."""
    for person in (*REPS, *MANAGERS):
        change = chance.choice([date(2026, 7, 1), date(2026, 9, 13), None])
        for from_on, until_on in ((FIRST_DAY - timedelta(days=700), change), (change, None)):
            if from_on is not None and chance.random() < 0.95:
                pay = {f"{name}_micros": chance.choice([48_000, 75_000, 99_999]) * MICROS for name in PROMISES}
                dates = {"person_id": person, "from_on": from_on, "until_on": until_on}
                yield {**dates, **pay, "currency": chance.choice([None, None, None, "EUR"])}


def _results(chance: Random, company: Company) -> Any:
    for person in (*REPS, "lee", EVERYBODY):
        for result, kind in RESULTS.items():
            for month in months_in(span_of(FIRST_DAY, "month", company).first, LAST_DAY, company):
                if chance.random() < 0.5:
                    value = money(chance) if kind == "amount" else chance.randrange(0, 130) * MICROS // 100
                    yield {
                        "person_id": person,
                        "result": result,
                        "from_on": month.first,
                        "until_on": month.end,
                        "value_micros": value,
                        "in_percent": kind == "percent",
                    }


def _rates(chance: Random) -> Any:
    """Euro and yen into dollars, changing once; at times a month is missing."""
    for currency, num, den in (("EUR", 108, 100), ("JPY", 1, 150), ("GBP", 127, 100)):
        change = chance.choice([date(2026, 5, 1), date(2026, 9, 9)])
        gap = date(2026, 10, 1) if chance.random() < 0.1 else change
        yield {"currency": currency, "from_on": date(2020, 1, 1), "until_on": change, "rate_num": num, "rate_den": den}
        yield {"currency": currency, "from_on": gap, "until_on": None, "rate_num": num * 7 + 1, "rate_den": den * 7}


def _listed(chance: Random) -> list[dict[str, Any]]:
    return [
        {
            "list": "named",
            "account_id": f"A{number}",
            "from_on": None,
            "until_on": chance.choice([None, date(2026, 7, 1)]),
        }
        for number in range(ACCOUNTS)
        if chance.random() < 0.3
    ]
