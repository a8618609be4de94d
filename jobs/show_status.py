"""What an operator looks at in a terminal: the status, and what waits for a person, one row a cause."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from engine.model import Issue
from engine.telling.wording import counted
from jobs.show import as_data, console, table

NAMED = 3
"""So many records of a cause are named; JSON has them all."""
OF_ONE_RECORD = re.compile(r"\S*\d\S*")
"""Words with a digit, such as ids and amounts: they do not make another cause."""
STATES = {"off": "not written any more"}
"""States of writes that a word alone does not explain."""
PARTS = ("code", "severity", "subject", "message", "remedy")

Said = tuple[str, ...]


def show_status(answer: dict[str, Any], *, as_json: bool) -> None:
    """The operator's overview."""
    if as_json:
        as_data(answer)
        return
    out = console()
    out.print(table("Runs", ("run", "kind", "started", "outcome"), [_run_row(row) for row in answer["runs"]]))
    out.print(table("\nRecords", ("object", "records"), answer["records"].items(), right=("records",)))
    out.print(table("\nOpen issues", ("code", "records"), answer["issues"].items(), right=("records",)))
    writes = [
        (name, STATES.get(state, state), n) for name, states in answer["writes"].items() for state, n in states.items()
    ]
    out.print(table("\nCRM writes", ("object", "state", "records"), writes, right=("records",)))
    parked = by_cause((_parked(each), (each["code"], each["message"])) for each in answer["parked"])
    if parked:
        rows = [(records, code, message) for records, (code, message) in parked]
        out.print(table("\nParked writes", ("record", "code", "the CRM says"), rows))
    chain = answer["ledger"]["broken"] or "intact"
    out.print(f"\nLedger: {counted(answer['ledger']['postings'], 'posting')}, chain {chain}.")


def _parked(refused: dict[str, Any]) -> str:
    """The record; of an object for which there is no room, how many."""
    return refused["subject"] if refused["records"] == 1 else f"{refused['records']} new of {refused['subject']}"


def _run_row(row: dict[str, Any]) -> tuple[object, ...]:
    return row["run_id"], row["kind"], row["started_at"].isoformat(" ", "seconds"), row["outcome"] or "running"


def show_issues(issues: Sequence[Issue], *, as_json: bool) -> None:
    """Every open issue with its remedy."""
    if as_json:
        as_data([{name: getattr(issue, name) for name in PARTS} for issue in issues])
        return
    rows = by_cause((each.subject, (each.severity.value, each.message, each.remedy)) for each in issues)
    title = counted(len(issues), "open issue") + (f" of {len(rows)} causes" if len(rows) < len(issues) else "")
    shown = [(severity, records, message, remedy) for records, (severity, message, remedy) in rows]
    console().print(table(title, ("", "record", "what is wrong", "what to do"), shown))


def by_cause(found: Iterable[tuple[str, Said]]) -> list[tuple[str, Said]]:
    """What is said of records, once where it is the same but for ids and numbers; those that differ are left out."""
    causes: dict[Said, list[tuple[str, Said]]] = {}
    for subject, said in found:
        causes.setdefault(tuple(OF_ONE_RECORD.sub("…", text) for text in said), []).append((subject, said))
    return [
        (_named([subject for subject, _ in every]), tuple(map(_shared, zip(*(said for _, said in every), strict=True))))
        for every in causes.values()
    ]


def _named(subjects: Sequence[str]) -> str:
    if len(subjects) == 1:
        return subjects[0]
    more = "; …" if len(subjects) > NAMED else ""
    return f"{len(subjects)} records: {'; '.join(subjects[:NAMED])}{more}"


def _shared(texts: Sequence[str]) -> str:
    """The words that all texts have, with … in place of the others."""
    words = zip(*(text.split(" ") for text in texts), strict=True)
    return " ".join(every[0] if len(set(every)) == 1 else "…" for every in words)
