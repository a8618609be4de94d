"""What must be settled before a period can be closed: each open point says what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection

from engine.calendar import Period, business_date, period_named
from engine.documents.company.company import Company
from engine.model import Issue, Severity
from jobs.canonical import ADJUSTED, MAPPING, REVISION
from jobs.compute import COMPUTED, computed_through
from jobs.configuration import Configuration
from jobs.guard import CHANGE
from jobs.statements.approved import approvals_in
from store import adjustments, approvals, canonical, closing, disputes, drift, ledger, mirror, runs, settings

CHANGED_SINCE = ": {} approved other figures, and it has changed since"
CYCLES = ("sync", "backfill")


def open_points(conn: Connection, configuration: Configuration, label: str, now: datetime) -> list[Issue]:
    """Everything that keeps the period from being closed; nothing where it can be. ValueError for no label."""
    company = configuration.rules.company
    period = period_named(label, company)
    return [
        *_over(period, company, now),
        *_open(conn, period),
        *_earlier(conn, period, company),
        *_computed(conn, configuration, period, now),
        *_held(conn, period),
        *_undecided(conn, period),
        *_disputed(conn, period),
        *_unapproved(conn, configuration, period),
    ]


def earlier_open(conn: Connection, period: Period, company: Company) -> list[str]:
    """The periods of its kind before this one in which something shows and that are not closed, oldest first."""
    shut = closing.closed(conn)
    named = [period_named(label, company) for label in ledger.periods(conn) if label not in shut]
    last = max((each.starts_on for each in _of_kind(shut, period, company)), default=None)
    before = [each for each in named if each.kind == period.kind and each.starts_on < period.starts_on]
    return [
        each.label for each in sorted(before, key=lambda each: each.starts_on) if last is None or each.starts_on > last
    ]


def later_closed(conn: Connection, period: Period, company: Company) -> list[str]:
    """The closed periods of its kind after this one, newest first."""
    after = [each for each in _of_kind(closing.closed(conn), period, company) if each.starts_on > period.starts_on]
    return [each.label for each in sorted(after, key=lambda each: each.starts_on, reverse=True)]


def _of_kind(labels: dict[str, closing.Closing], period: Period, company: Company) -> list[Period]:
    return [each for each in (period_named(label, company) for label in labels) if each.kind == period.kind]


def _over(period: Period, company: Company, now: datetime) -> Iterator[Issue]:
    if business_date(now, company.zone) < period.ends_on:
        yield _point("period_not_over", period, f"goes on until {period.ends_on}.", "Close it from that day on.")


def _open(conn: Connection, period: Period) -> Iterator[Issue]:
    shut = closing.closed(conn).get(period.label)
    if shut is not None:
        message = f"was closed by {shut.by} on {shut.at.date()} (closing {shut.number})."
        yield _point("period_closed", period, message, "To change it, 'worker.py reopen' it first.")


def _earlier(conn: Connection, period: Period, company: Company) -> Iterator[Issue]:
    before = earlier_open(conn, period, company)
    if before:
        message = f"comes after {', '.join(before)}, which are open."
        yield _point("earlier_period_open", period, message, "Close these first, or all with --with-earlier.")
    after = later_closed(conn, period, company)
    if after:
        message = f"comes before {after[0]}, which is closed and goes on where it ends."
        yield _point("later_period_closed", period, message, f"Reopen {', '.join(after)} first.")


def _computed(conn: Connection, configuration: Configuration, period: Period, now: datetime) -> Iterator[Issue]:
    """Records and rules as they are now are in the books, and the CRM was read after the period's end."""
    zone = configuration.rules.company.zone
    state = f"{configuration.fingerprint} {computed_through(configuration, now)}"
    known = [settings.setting_of(conn, name) for name in (COMPUTED, MAPPING, REVISION)]
    waiting = adjustments.last_step(conn) != int(settings.setting_of(conn, ADJUSTED) or 0)
    if waiting or known != [state, configuration.fingerprint, str(mirror.last_revision(conn))]:
        message = "Records, rules, people files or adjustments have changed since the last computation."
        yield _point("not_computed", period, message, "Run 'worker.py sync'.")
    read = runs.last_done(conn, CYCLES)
    over = business_date(now, zone) >= period.ends_on
    if over and (read is None or business_date(read.started_at, zone) < period.ends_on):
        message = "The CRM was not read since the period ended."
        yield _point("not_read_since", period, message, "Run 'worker.py sync'.")


def _held(conn: Connection, period: Period) -> Iterator[Issue]:
    """Issues that hold something back which is dated in the period, or of which nobody can tell when it is dated."""
    holding = [found.issue for found in runs.open_issues(conn) if found.issue.severity is Severity.HOLDS]
    named = [issue.subject.removeprefix("deal ") for issue in holding]
    days = canonical.close_dates(conn, named)
    for issue, deal in zip(holding, named, strict=True):
        day = days.get(deal)
        if day is None or period.starts_on <= day < period.ends_on:
            yield issue


def _undecided(conn: Connection, period: Period) -> Iterator[Issue]:
    """Late changes and requests that wait for a person: what is decided would show in this period, or in none.

    Owners that wait to be set in the CRM pay nobody, and keep no period open.
    """
    for held in drift.drifts(conn):
        message = f"Drift {held.drift_id} waits for a decision: {held.object} {held.record_id}."
        yield _point("open_drift", period, message, "See 'worker.py drift list'; accept or reject it.")
    for asked in approvals.all_waiting(conn):
        if asked.kind == "adjustment" or (asked.kind, asked.subject) == ("breaker", CHANGE):
            message = f"{asked.kind} {asked.subject} waits for approval."
            yield _point("waits_for_approval", period, message, f"Decide it: worker.py approve {asked.id}.")


def _disputed(conn: Connection, period: Period) -> Iterator[Issue]:
    """What a payee expects otherwise of the period, and nobody has settled."""
    for each in disputes.disputes(conn, only_open=True):
        if each.claim.period == period.label:
            message = f"Dispute {each.number} of payee {each.claim.payee_id} is open."
            yield _point("open_dispute", period, message, "Settle it: worker.py dispute close.")


def _unapproved(conn: Connection, configuration: Configuration, period: Period) -> Iterator[Issue]:
    """Statements whose figures nobody stands for, where access.yaml asks for somebody."""
    if not configuration.access.statements_approved_by:
        return
    people = canonical.whole(conn, "people")
    names = dict(people.select("person_id", "name").iter_rows())
    command = f"worker.py approve-statements {period.label}"
    for payee_id, approval in approvals_in(conn, configuration, period.label):
        if approval.state != "approved":
            who = names.get(payee_id) or payee_id
            message = (
                f"The statement of {who} is not approved{CHANGED_SINCE.format(approval.by) if approval.by else ''}."
            )
            yield _point("unapproved_statement", period, message, f"Approve it: {command} {payee_id}.")


def _point(code: str, period: Period, message: str, remedy: str) -> Issue:
    return Issue(code, Severity.HOLDS, f"period {period.label}", message, remedy)
