"""People: roles, reporting lines, enrolments, quotas and lists from the config folder's CSV files into the book.

Whom a file mentions, the file alone decides about. Of everybody else the CRM's word counts, where it has one: roles by
title (the mapping's `roles:`), the manager, what is promised, goals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import polars as pl
from sqlalchemy import Connection

from connectors.dialect import Row
from engine.calendar import business_date
from engine.documents.company import people as readers
from engine.documents.plans.plan import Plan
from engine.documents.problems import Problems
from engine.model import Found, Issue, Severity
from jobs.configuration import Configuration
from jobs.crm_people import crm_people, for_the_company
from jobs.named_payees import rows_of
from jobs.people_differ import differing, former_names
from store import canonical, runs
from store.canonical import FrameName

LISTS = "lists/"
SOURCE = "people files"
"""Under which the rows that were refused are kept as issues."""
ROLES, REPORTING, PAY, QUOTAS = "people/roles.csv", "people/reporting.csv", "people/people.csv", "people/quotas.csv"
Winners = Mapping[str, Mapping[str, str]]
"""By frame, every record that was merged away and the one that is left."""


def refresh_people(
    conn: Connection, configuration: Configuration, goals: Found[list[Row]], winners: Winners, now: datetime
) -> tuple[bool, tuple[Issue, ...]]:
    """Read the files against today's people and accounts; answers whether anything differed, and what is wrong.

    Deals and accounts that the files name and that were merged away mean those that are left.
    """
    merged_deals, merged_accounts = winners.get("deals", {}), winners.get("accounts", {})
    people, stated = canonical.whole(conn, "people"), crm_people(conn, configuration.mapping.roles)
    named, plans = _with_former_emails(people, stated.emails), configuration.rules.plans
    file = partial(_file, configuration, people=named)
    beside = partial(_beside, configuration, people=named)
    written = _beside_the_crm(conn, configuration, named, merged_accounts)
    said: dict[FrameName, list[Row]] = {
        "role_holdings": stated.roles,
        "reporting_lines": stated.managers,
        "quotas": goals.rows,
        "compensation": stated.pay,
    }
    read: dict[FrameName, Found[Any]] = {
        "role_holdings": _everywhere(
            beside(ROLES, written["role_holdings"], stated.roles),
            stated.roles,
            {role for each in configuration.rules.engagements for role in each.pools},
        ),
        "reporting_lines": beside(REPORTING, written["reporting_lines"], said["reporting_lines"]),
        "enrolments": file("people/enrolments.csv", partial(readers.read_enrolments, plans={p.plan for p in plans})),
        "quotas": beside(QUOTAS, written["quotas"], said["quotas"], ("payee", "quota")),
        "compensation": beside(PAY, written["compensation"], said["compensation"]),
        "leaves": file("people/leave.csv", readers.read_leave),
        "imported_results": file("people/results.csv", partial(readers.read_results, results=_imported(plans))),
        "deal_events": file("people/events.csv", partial(_events, merged=merged_deals)),
        "list_entries": _lists(conn, configuration, merged_accounts),
    }
    differs = [canonical.replace_all(conn, name, found.rows) for name, found in read.items()]
    issues = [issue for found in (*read.values(), goals) for issue in found.issues]
    issues += former_names(configuration, people, stated.emails)
    issues += differing(written, said, people, business_date(now, configuration.rules.company.zone))
    return any(differs), tuple(issues)


def _beside_the_crm(
    conn: Connection, configuration: Configuration, people: pl.DataFrame, merged: Mapping[str, str]
) -> dict[FrameName, Found[Any]]:
    """What the files say of which the CRM may say something, too."""
    quotas = {quota for plan in configuration.rules.plans for quota in plan.quotas}
    return {
        "role_holdings": _file(configuration, ROLES, partial(_roles, conn=conn, merged=merged), people=people),
        "reporting_lines": _file(configuration, REPORTING, readers.read_reporting, people=people),
        "quotas": _file(configuration, QUOTAS, partial(readers.read_quotas, quotas=quotas), people=people),
        "compensation": _file(configuration, PAY, readers.read_compensation, people=people),
    }


def _imported(plans: Iterable[Plan]) -> set[str]:
    """The results that plans import."""
    return {each.imported for plan in plans for each in plan.measures.values() if each.imported}


def newly_refused(conn: Connection, issues: Iterable[Issue]) -> tuple[str, ...]:
    """The lines that are refused and were not when the files were last read; a line may have moved in its file."""
    known = {_without_line(issue) for issue in refused(conn)}
    held = (issue for issue in issues if issue.severity is Severity.HOLDS)
    return tuple(issue.subject for issue in held if _without_line(issue) not in known)


def _without_line(issue: Issue) -> tuple[str, str]:
    return issue.subject.rpartition(":")[0], issue.message


def refused(conn: Connection) -> list[Issue]:
    """The rows of the files that were refused when they were last read."""
    return [each.issue for each in runs.open_issues(conn) if each.source == SOURCE]


def _file(
    configuration: Configuration, name: str, read: Callable[[str, str, Any], Found[Any]], people: pl.DataFrame
) -> Found[Any]:
    """The file's rows; none where there is no such file or nothing below its header."""
    text = configuration.people.get(name, "")
    if len(text.strip().splitlines()) <= 1:
        return Found([])
    return read(text, str(configuration.folder / name), people)


def _beside(
    configuration: Configuration,
    name: str,
    written: Found[Any],
    said: Iterable[Row],
    key: Sequence[str] = ("payee",),
    *,
    people: Any,
) -> Found[Any]:
    """The rows of a file, and what the CRM says of whom (and what) the file does not mention, not even wrongly."""
    rows = list(written.rows.iter_rows()) if len(written.rows) else []
    mentioned = _mentioned(configuration.people.get(name, ""), key, people)
    return Found([*rows, *(row for row in said if row[: len(key)] not in mentioned)], written.issues)


def _everywhere(found: Found[Any], by_title: list[Row], pools: set[str]) -> Found[Any]:
    """Roles with what titles give for the whole company."""
    rows, taken = set(found.rows), {role for _, role, scope, *_ in found.rows if scope == "company"}
    owned = [row for row in by_title if row in rows]
    return Found([*found.rows, *for_the_company(owned, taken, pools)], found.issues)


def _mentioned(text: str, key: Sequence[str], people: Any) -> set[tuple[str, ...]]:
    """Whom a file names, also in rows that are refused."""
    who, found = readers.payee_reader(people), set[tuple[str, ...]]()
    for _, row in rows_of(text):
        payee, *others = (row.get(name, "") for name in key)
        try:
            found.add((who(payee), *others))
        except Problems:
            continue
    return found


def _with_former_emails(people: pl.DataFrame, emails: Mapping[str, set[str]]) -> pl.DataFrame:
    """The people, once more under each address that they had before and that nobody has now."""
    taken = set(people["email"].drop_nulls().str.to_lowercase())
    former = [(person, email) for email, whose in emails.items() if email not in taken for person in whose]
    if not former:
        return people
    again = pl.DataFrame(former, schema={"person_id": pl.String, "email": pl.String}, orient="row")
    known = people.drop("email").join(again, on="person_id").select(people.columns)
    return pl.concat([people, known])


def _events(text: str, file: str, _: pl.DataFrame, *, merged: Mapping[str, str]) -> Found[Any]:
    """Events are of deals, not of people."""
    found = readers.read_events(text, file)
    return Found(found.rows.with_columns(pl.col("deal_id").replace(dict(merged))), found.issues)


def _roles(text: str, file: str, people: Any, *, conn: Connection, merged: Mapping[str, str]) -> Found[Any]:
    """The accounts are asked for only where a role is held for one."""
    accounts = canonical.account_ids(conn) if "account" in text.partition("\n")[2] else None
    return readers.read_roles(text, file, people, accounts, merged)


def _lists(conn: Connection, configuration: Configuration, merged: Mapping[str, str]) -> Found[Any]:
    names = sorted(name for name in configuration.people if name.startswith(LISTS))
    if not names:
        return Found([])
    accounts = canonical.whole(conn, "accounts")
    found = [
        readers.read_list(
            configuration.people[name],
            str(configuration.folder / name),
            name.removeprefix(LISTS).removesuffix(".csv"),
            accounts,
            merged,
        )
        for name in names
    ]
    return Found(pl.concat([one.rows for one in found]), tuple(issue for one in found for issue in one.issues))
