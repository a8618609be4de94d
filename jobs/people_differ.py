"""Where people files and the CRM say something else of the same people: the files count, and somebody should know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import polars as pl

from connectors.dialect import Row
from engine.frames import Compensation, Quotas, ReportingLines, RoleHoldings
from engine.model import Found, Issue, Severity
from jobs.configuration import Configuration
from jobs.named_payees import COLUMNS, rows_of
from store.canonical import FrameName

REMEDY = "The file counts; correct whichever is wrong."
Rows = list[dict[str, Any]]
SCHEMAS: Mapping[FrameName, Any] = {
    "role_holdings": RoleHoldings,
    "reporting_lines": ReportingLines,
    "compensation": Compensation,
    "quotas": Quotas,
}


def former_names(configuration: Configuration, people: pl.DataFrame, emails: Mapping[str, set[str]]) -> Iterator[Issue]:
    """Rows that name somebody by an address of before: they count until somebody else gets it."""
    now = {person: email for person, email in people.select("person_id", "email").iter_rows() if email}
    taken = {email.casefold() for email in now.values()}
    for name, text in sorted(configuration.people.items()):
        for line, row in rows_of(text):
            for column in COLUMNS:
                written = row.get(column, "").casefold()
                current = {now[person] for person in emails.get(written, ()) if written not in taken and person in now}
                if len(current) == 1:
                    (email,) = current
                    message = f"{column}: {row[column]} is the former address of {email}."
                    subject = f"{configuration.folder / name}:{line}"
                    yield Issue("former_email", Severity.WARNS, subject, message, f"Write {email}.")


def differing(
    written: Mapping[FrameName, Found[Any]], said: Mapping[FrameName, Iterable[Row]], people: pl.DataFrame, day: date
) -> Iterator[Issue]:
    """Of active people whom both know: other roles, another manager or other pay on the day, other targets."""
    names: dict[str, str] = {person: name or person for person, name in people.select("person_id", "name").iter_rows()}
    active = set(people.filter(pl.col("active"))["person_id"])
    tellers: dict[FrameName, Callable[[Rows, Rows], str | None]] = {
        "role_holdings": lambda ours, theirs: _other(
            "holds {} by roles.csv, and {} by the title in the CRM.", _each(ours, "role"), _each(theirs, "role")
        ),
        "reporting_lines": lambda ours, theirs: _other(
            "reports to {} by reporting.csv, and to {} in the CRM.",
            *([names.get(each, each) for each in _each(rows, "manager_id")] for rows in (ours, theirs)),
        ),
        "compensation": _other_pay,
    }
    for name, tell in tellers.items():
        ours, theirs = (_by_person(name, rows) for rows in (written[name].rows, said[name]))
        for person in sorted(ours.keys() & theirs.keys() & active):
            if message := tell(_in_force(ours[person], day), _in_force(theirs[person], day)):
                yield _issue(names.get(person, person), message)
    ours, theirs = (_by_person("quotas", rows) for rows in (written["quotas"].rows, said["quotas"]))
    for person in sorted(ours.keys() & theirs.keys()):
        for quota in sorted({goal["quota"] for goal in theirs[person] if _is_other(goal, ours[person])}):
            message = f"has another target of quota {quota} in quotas.csv than among the goals of the CRM."
            yield _issue(names.get(person, person), message)


def _by_person(name: FrameName, rows: Any) -> dict[str, Rows]:
    """Rows of the frame by whose they are."""
    columns = list(SCHEMAS[name].columns())
    found: dict[str, Rows] = defaultdict(list)
    for row in rows.iter_rows() if isinstance(rows, pl.DataFrame) else rows:
        found[row[0]].append(dict(zip(columns, row, strict=True)))
    return found


def _in_force(rows: Rows, day: date) -> Rows:
    return [row for row in rows if row["from_on"] <= day and (row["until_on"] is None or day < row["until_on"])]


def _each(rows: Rows, column: str) -> list[str]:
    return sorted({row[column] for row in rows})


def _other(said: str, ours: list[str], theirs: list[str]) -> str | None:
    """The CRM names somebody or something that the file does not."""
    if set(theirs) <= set(ours):
        return None
    return said.format(" and ".join(ours) or "none", " and ".join(theirs))


def _other_pay(ours: Rows, theirs: Rows) -> str | None:
    """No amounts: what somebody earns is not for everybody who looks at what is wrong."""
    said = [[row[name] for name in ("base_salary_micros", "variable_micros", "ote_micros")] for row in (*ours, *theirs)]
    differs = theirs and (not ours or said[0] != said[-1])
    return "has other pay in people.csv than in the CRM." if differs else None


def _is_other(goal: dict[str, Any], ours: Rows) -> bool:
    """Whether the rows of the same quota inside the goal's days come to something else."""
    inside = [
        row["amount_micros"]
        for row in ours
        if row["quota"] == goal["quota"] and goal["from_on"] <= row["from_on"] and row["until_on"] <= goal["until_on"]
    ]
    return bool(inside) and sum(inside) != goal["amount_micros"]


def _issue(who: str, message: str) -> Issue:
    return Issue("people_differ", Severity.WARNS, f"payee {who}", message, REMEDY)
