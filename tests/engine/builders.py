"""Books, rules and stage frames from a few keyword rows: each test states only what it is about.

A row is a dict of the columns that matter; the rest comes from `DEFAULTS`. Days may be written as text
(`"2026-05-15"`), money as `units(12_000)`. By convention the person `ada` is the CRM user `u-ada`.

>>> made = book(deals=[{"deal_id": "D1", "acv_micros": units(24_000)}])
>>> made.deals["account_id"].to_list(), made.people["user_id"].to_list()
(['A1'], ['u-ada'])
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl

from engine import frames as f
from engine.book import Book, Rules
from engine.documents.company.company import CALENDARS, Company
from engine.documents.conditions import AccountTest, FieldTest, When
from engine.documents.engagement.credit_share import CreditShare
from engine.documents.engagement.engagement import Engagement, Otherwise, Owners, Rule
from engine.documents.plans.plan import Plan
from engine.documents.values import Window
from engine.model import MICROS

Row = Mapping[str, Any]

DAY = date(2026, 5, 15)
"""The day on which everything happens unless a row says otherwise."""


def units(amount: int) -> int:
    """Micro-units of so many whole units of a currency."""
    return amount * MICROS


DEFAULTS: dict[type[f.Frame], dict[str, Any]] = {
    f.Accounts: {"segment": "Mid-Market", "territory": "West", "country": "US"},
    f.Deals: {
        "account_id": "A1",
        "owner_id": "u-ada",
        "type": "New Business",
        "motion": "new_business",
        "is_won": True,
        "is_closed": True,
        "created_on": date(2020, 1, 5),
        "closed_on": DAY,
        "amount_micros": units(12_000),
        "currency": "USD",
        "term_months": 12,
    },
    f.DealLines: {"quantity_micros": MICROS},
    f.Contracts: {"account_id": "A1", "starts_on": date(2025, 5, 15), "currency": "USD"},
    f.People: {"active": True, "currency": "USD"},
    f.RoleHoldings: {"scope": "company", "from_on": date(2020, 1, 1)},
    f.ReportingLines: {"from_on": date(2020, 1, 1)},
    f.Enrolments: {"from_on": date(2020, 1, 1)},
    f.ImportedResults: {"in_percent": False},
    f.Leaves: {"protected": False},
    f.Classified: {
        "account_id": "A1",
        "owner_id": "u-ada",
        "motion": "new_business",
        "classified_by": "type",
        "dated_on": DAY,
        "amount_micros": units(12_000),
        "acv_micros": units(12_000),
        "currency": "USD",
        "fx_num": 1,
        "fx_den": 1,
        "term_months": 12,
        "type": "New Business",
        "segment": "Mid-Market",
        "territory": "West",
        "country": "US",
        "families": [],
        "windows": [],
        "arms": [],
    },
    f.Assignments: {"held": False, "reason": "because", "rules_of_engagement": "house"},
    f.Credits: {
        "role": "AE",
        "kind": "direct",
        "portion": "all",
        "share_num": 1,
        "share_den": 1,
        "amount_micros": units(12_000),
        "acv_micros": units(12_000),
        "units_micros": MICROS,
        "currency": "USD",
        "dated_on": DAY,
        "rule": "new-business",
    },
}

BOOK: dict[str, type[f.Frame]] = {
    "accounts": f.Accounts,
    "deals": f.Deals,
    "deal_lines": f.DealLines,
    "splits": f.Splits,
    "team_members": f.TeamMembers,
    "contracts": f.Contracts,
    "people": f.People,
    "role_holdings": f.RoleHoldings,
    "reporting_lines": f.ReportingLines,
    "enrolments": f.Enrolments,
    "quotas": f.Quotas,
    "compensation": f.Compensation,
    "leaves": f.Leaves,
    "imported_results": f.ImportedResults,
    "fx_rates": f.FxRates,
    "list_entries": f.ListEntries,
    "deal_events": f.DealEvents,
    "deal_stages": f.DealStages,
    "lots": f.Lots,
    "adjustments": f.Adjustments,
}


def frame(schema: type[f.Frame], rows: Iterable[Row]) -> Any:
    """A validated frame of the schema; columns that neither the row nor `DEFAULTS` names are null."""
    types = schema.dtypes()
    filled = [_whole(schema, types, row, place) for place, row in enumerate(rows)]
    return schema.validate(pl.DataFrame(filled, schema=types, orient="row"))


def book(**rows: Sequence[Row]) -> Book:
    """A book of the given frames; accounts and people are made for every id the other rows mention, unless given."""
    given: dict[str, Sequence[Row]] = dict(rows)
    made = {name: frame(schema, given.get(name, ())) for name, schema in BOOK.items()}
    if "accounts" not in given:
        named = {*made["deals"]["account_id"].drop_nulls(), *made["contracts"]["account_id"]}
        made["accounts"] = frame(f.Accounts, [{"account_id": name} for name in sorted(named)])
    if "people" not in given:
        made["people"] = frame(f.People, [{"person_id": name} for name in sorted(_mentioned(made))])
    return Book(**made)


def company(**changes: Any) -> Company:
    """A company in New York that reports in USD, fiscal year from February."""
    base = {"company": "House", "zone": "America/New_York", "currency": "USD"}
    if not changes.keys() & set(CALENDARS):
        base[CALENDARS[0]] = "02-01"
    return Company(**{**base, **changes})


def rules(*engagements: Engagement, plans: Sequence[Plan] = (), company_is: Company | None = None) -> Rules:
    """The documents in force."""
    return Rules(company=company_is or company(), engagements=engagements, plans=tuple(plans))


def window(from_on: str = "2020-01-01", until_on: str | None = None) -> Window:
    """A half-open window of days."""
    return Window.model_validate({"from": from_on, "until": until_on})


def when(account: AccountTest | None = None, **tests: Any) -> When:
    """Conditions: text means "is", a list "one of", a dict the operators (`{"min": ...}`, `{"none_of": (...)}`)."""
    return When(tests=tuple(_test(field, given) for field, given in tests.items()), account=account)


def share(to: str, percent: int | Fraction = 100, **changes: Any) -> CreditShare:
    """A credit share of so many percent."""
    return CreditShare(to=to, share=Fraction(percent) / 100, **changes)


def rule(name: str, *credit: CreditShare, owner: str = "AE", fits: When | None = None, **changes: Any) -> Rule:
    """A rule with one owner for all three responsibilities; without shares the owner's role gets everything."""
    owners = changes.pop("owners", Owners(value=owner, commercial=owner, execution=owner))
    return Rule(id=name, when=fits or When(), owners=owners, credit=credit or (share(owner),), **changes)


def engagement(*of: Rule, **changes: Any) -> Engagement:
    """Rules of engagement in force for ever, that hold what no rule fits for `revops`."""
    base: dict[str, Any] = {
        "rules_of_engagement": "house",
        "effective": window(),
        "rules": of,
        "otherwise": Otherwise(hold="revops"),
    }
    return Engagement(**{**base, **changes})


def _whole(schema: type[f.Frame], types: Mapping[str, Any], row: Row, place: int) -> dict[str, Any]:
    unknown = set(row) - set(types)
    if unknown:
        raise KeyError(f"{schema.__name__} has no {sorted(unknown)}")
    whole = {**dict.fromkeys(types), **_identity(schema, row, place), **DEFAULTS.get(schema, {}), **row}
    return {
        name: date.fromisoformat(value) if types[name] == pl.Date and isinstance(value, str) else value
        for name, value in whole.items()
    }


def _identity(schema: type[f.Frame], row: Row, place: int) -> dict[str, Any]:
    """Columns that follow from the row's own key or place."""
    if schema is f.People:
        person = row["person_id"]
        return {"user_id": f"u-{person}", "name": person.title(), "email": f"{person}@example.com"}
    if schema is f.Accounts:
        return {"name": f"Account {row['account_id']}"}
    if schema is f.Credits:
        return {"credit_id": f"{row['deal_id']}:{row.get('kind', 'direct')}:{row['payee_id']}:{place}"}
    key = {f.DealLines: "line_id", f.Splits: "split_id", f.TeamMembers: "member_id"}.get(schema)
    return {key: f"{key}-{place}"} if key else {}


def _mentioned(made: Mapping[str, pl.DataFrame]) -> set[str]:
    """Persons that holdings, reporting lines, enrolments, quotas, deals, accounts and splits name."""
    persons: set[str] = set()
    for name in ("role_holdings", "reporting_lines", "enrolments", "quotas", "imported_results", "compensation"):
        persons.update(made[name]["person_id"])
    persons.update(made["reporting_lines"]["manager_id"])
    for name, column in (("deals", "owner_id"), ("accounts", "owner_id"), ("splits", "user_id")):
        persons.update(user.removeprefix("u-") for user in made[name][column].drop_nulls())
    return persons


def _test(field: str, given: Any) -> FieldTest:
    if isinstance(given, str):
        return FieldTest(field=field, any_of=(given,))
    if isinstance(given, list | tuple):
        return FieldTest(field=field, any_of=tuple(given))
    return FieldTest(field=field, **given)
