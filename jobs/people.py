"""People: roles, reporting lines, enrolments, quotas and lists from the config folder's CSV files into the book.

A company without `roles.csv` gets roles from job titles (the mapping's `roles:`); without `reporting.csv`, reporting
lines from the CRM's manager field. Both are then undated: as they are today, they always were.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any

import polars as pl
from sqlalchemy import Connection

from connectors.dialect import Row
from engine.documents.company import people as readers
from engine.model import Found, Issue
from jobs.configuration import Configuration
from store import canonical, runs
from store.canonical import FrameName

LISTS = "lists/"
SOURCE = "people files"
"""Under which the rows that were refused are kept as issues."""
Winners = Mapping[str, Mapping[str, str]]
"""By frame, every record that was merged away and the one that is left."""


def refresh_people(
    conn: Connection, configuration: Configuration, goals: Found[list[Row]], winners: Winners
) -> tuple[bool, tuple[Issue, ...]]:
    """Read the files against today's people and accounts; answers whether anything differed, and what is wrong.

    Deals and accounts that the files name and that were merged away mean those that are left.
    """
    merged_deals, merged_accounts = winners.get("deals", {}), winners.get("accounts", {})
    people = canonical.whole(conn, "people")
    plans = configuration.rules.plans
    enrolments = partial(readers.read_enrolments, plans={plan.plan for plan in plans})
    quotas = partial(readers.read_quotas, quotas={quota for plan in plans for quota in plan.quotas})
    imported = partial(
        readers.read_results,
        results={each.imported for plan in plans for each in plan.measures.values() if each.imported},
    )
    read: dict[FrameName, Found[Any]] = {
        "role_holdings": _file(
            configuration, "people/roles.csv", partial(_roles, conn=conn, merged=merged_accounts), people
        )
        or Found(_roles_from_titles(people, configuration.mapping.roles)),
        "reporting_lines": _file(configuration, "people/reporting.csv", readers.read_reporting, people)
        or Found(_lines_from_managers(people)),
        "enrolments": _file(configuration, "people/enrolments.csv", enrolments, people) or Found([]),
        "quotas": _with_goals(_file(configuration, "people/quotas.csv", quotas, people), goals),
        "compensation": _file(configuration, "people/people.csv", readers.read_compensation, people) or Found([]),
        "leaves": _file(configuration, "people/leave.csv", readers.read_leave, people) or Found([]),
        "imported_results": _file(configuration, "people/results.csv", imported, people) or Found([]),
        "deal_events": _file(configuration, "people/events.csv", partial(_events, merged=merged_deals), people)
        or Found([]),
        "list_entries": _lists(conn, configuration, merged_accounts),
    }
    differs = [canonical.replace_all(conn, name, found.rows) for name, found in read.items()]
    return any(differs), tuple(issue for found in read.values() for issue in found.issues)


def refused(conn: Connection) -> list[Issue]:
    """The rows of the files that were refused when they were last read."""
    return [each.issue for each in runs.open_issues(conn) if each.source == SOURCE]


def _with_goals(written: Found[Any] | None, goals: Found[list[Row]]) -> Found[Any]:
    """Quotas of the file, and those of the CRM's goals for whom and what the file says nothing of."""
    rows = list(written.rows.iter_rows()) if written else []
    known = {(person, quota) for person, quota, *_ in rows}
    rows += [row for row in goals.rows if (row[0], row[1]) not in known]
    return Found(rows, (*(written.issues if written else ()), *goals.issues))


def _file(
    configuration: Configuration, name: str, read: Callable[[str, str, Any], Found[Any]], people: pl.DataFrame
) -> Found[Any] | None:
    """The file's rows; None where there is no such file or nothing below its header."""
    text = configuration.people.get(name)
    if text is None or len(text.strip().splitlines()) <= 1:
        return None
    return read(text, str(configuration.folder / name), people)


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


def _roles_from_titles(people: pl.DataFrame, roles: dict[str, str]) -> list[dict[str, object]]:
    return [
        {"person_id": row["person_id"], "role": roles[row["title"]], "scope": "company"}
        | {"value": None, "capacity": None}
        | ALWAYS
        for row in people.iter_rows(named=True)
        if row["title"] in roles
    ]


def _lines_from_managers(people: pl.DataFrame) -> list[dict[str, object]]:
    return [
        {"person_id": row["person_id"], "manager_id": row["manager_id"]} | ALWAYS
        for row in people.iter_rows(named=True)
        if row["manager_id"] is not None
    ]


ALWAYS: dict[str, object] = {"from_on": date.min, "until_on": None}
"""The window of what the CRM states without dates."""
