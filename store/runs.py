"""The worker's runs and what they found wrong."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import datetime

import sqlalchemy as sa

from engine.model import Issue, Severity
from store.bulk import among, execute_many
from store.instants import instant_of, instant_text
from store.tables import table

RUN, ISSUE = table("run"), table("issue")

OPEN_ISSUE = sa.text(
    "INSERT INTO issue (source, first_seen_at, code, severity, subject, message, remedy)"
    " VALUES (:source, :first_seen_at, :code, :severity, :subject, :message, :remedy)"
)
CLOSE_ISSUE = sa.text("UPDATE issue SET closed_at = :closed_at WHERE issue_id = :issue_id")


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `outcome` is None while it goes on, and until the next run finds that it was killed."""

    run_id: int
    kind: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str | None
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class OpenIssue:
    """An issue nobody has mended yet, and since when it is known."""

    source: str
    issue: Issue
    first_seen_at: datetime


def start_run(conn: sa.Connection, kind: str, now: datetime) -> int:
    """Note that a run begins; answers its id."""
    row = {"kind": kind, "started_at": instant_text(now), "counts": "{}"}
    return int(conn.execute(sa.insert(RUN).values(row).returning(RUN.c.run_id)).scalar_one())


def finish_run(conn: sa.Connection, run_id: int, outcome: str, counts: Mapping[str, int], now: datetime) -> None:
    """Note how a run ended and what it did."""
    done = {"outcome": outcome, "counts": json.dumps(dict(counts)), "finished_at": instant_text(now)}
    conn.execute(sa.update(RUN).where(RUN.c.run_id == run_id).values(done))


def end_killed(conn: sa.Connection, now: datetime) -> None:
    """Note of every run that never ended that it was killed: whoever holds the lease knows that nobody else runs."""
    over = {"outcome": "killed", "finished_at": instant_text(now)}
    conn.execute(sa.update(RUN).where(RUN.c.outcome.is_(None)).values(over))


def runs(conn: sa.Connection, limit: int) -> list[Run]:
    """The latest runs, newest first."""
    return [_run(row) for row in conn.execute(sa.select(RUN).order_by(RUN.c.run_id.desc()).limit(limit))]


def last_done(conn: sa.Connection, kinds: Collection[str]) -> Run | None:
    """The newest run of these kinds that reached its end; None where there is none."""
    chosen = sa.select(RUN).where(RUN.c.kind.in_(list(kinds)), RUN.c.outcome == "done")
    row = conn.execute(chosen.order_by(RUN.c.run_id.desc()).limit(1)).first()
    return _run(row) if row is not None else None


def _run(row: sa.Row[tuple[object, ...]]) -> Run:
    finished_at = instant_of(row.finished_at) if row.finished_at else None
    return Run(row.run_id, row.kind, instant_of(row.started_at), finished_at, row.outcome, json.loads(row.counts))


def record_issues(
    conn: sa.Connection,
    source: str,
    issues: Iterable[Issue],
    now: datetime,
    subjects: Collection[str] | None = None,
) -> None:
    """Make `issues` the open ones of this source: the same issue keeps its first sight, those not named are closed.

    `subjects` limits what is replaced to the issues of these subjects: a run that looked at a few records says
    nothing about the others.
    """
    chosen = sa.select(ISSUE).where(ISSUE.c.source == source, ISSUE.c.closed_at.is_(None))
    if subjects is not None:
        chosen = chosen.where(ISSUE.c.subject.in_(among(subjects)))
    known = {_issue(row): row.issue_id for row in conn.execute(chosen)}
    found = dict.fromkeys(issues)
    moment = instant_text(now)
    execute_many(conn, OPEN_ISSUE, [(source, moment, *astuple(issue)) for issue in found if issue not in known])
    execute_many(conn, CLOSE_ISSUE, [(moment, number) for issue, number in known.items() if issue not in found])


def open_issues(conn: sa.Connection) -> list[OpenIssue]:
    """What still waits for a person, what holds records back first, then oldest first."""
    chosen = sa.select(ISSUE).where(ISSUE.c.closed_at.is_(None))
    rows = conn.execute(chosen.order_by(ISSUE.c.severity, ISSUE.c.first_seen_at, ISSUE.c.issue_id))
    return [OpenIssue(row.source, _issue(row), instant_of(row.first_seen_at)) for row in rows]


def _issue(row: sa.Row[tuple[object, ...]]) -> Issue:
    return Issue(row.code, Severity(row.severity), row.subject, row.message, row.remedy)
