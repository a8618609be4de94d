"""How the roster looks in a terminal; the same data as JSON on request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.model import Issue
from engine.telling.wording import counted
from jobs.show import as_data, console, table

PEOPLE = ("roles", "reports_to", "plans", "quotas", "acknowledged")


def show_roster(people: Sequence[dict[str, Any]], issues: Sequence[Issue], *, as_json: bool) -> None:
    """Everybody with a role, a plan or a team, and what their rows leave open."""
    if as_json:
        found = [{name: getattr(i, name) for name in ("subject", "message", "remedy")} for i in issues]
        as_data({"people": people, "gaps_and_rivals": found})
        return
    rows = [[row["name"] or row["payee"], *(", ".join(_folded(row[key])) for key in PEOPLE)] for row in people]
    console().print(
        table(counted(len(people), "person", "people"), ("name", *(key.replace("_", " ") for key in PEOPLE)), rows)
    )
    if issues:
        console().print(
            table(
                f"{len(issues)} to look at: refused rows, gaps, rivals",
                ("who", "what", "what to do"),
                map(_of_issue, issues),
            )
        )


def _folded(said: Sequence[str]) -> list[str]:
    """What is said of several accounts as a count: a terminal is no list of forty customers."""
    groups: dict[str, list[str]] = {}
    for each in said:
        groups.setdefault(each.rpartition(" of account ")[0] or each, []).append(each)
    return [ones[0] if len(ones) == 1 else f"{first} of {len(ones)} accounts" for first, ones in groups.items()]


def _of_issue(issue: Issue) -> tuple[str, str, str]:
    return issue.subject, issue.message, issue.remedy
