"""Who may do and see what: the one place. Whatever is not allowed here is refused.

An answer never tells whether somebody or something exists that the asking person may not see: both cases have the same
words and the same exit code.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType

import polars as pl
from sqlalchemy import Connection

from engine.calendar import business_date, period_named
from engine.documents.company.access import DECIDES, Duty
from engine.documents.company.company import Company
from jobs.access.actor import Actor
from jobs.access.errors import NotYours
from store import people

ReportingLine = tuple[str, str, date, date | None]
"""Person, manager, first day, first day after."""

EVERYBODY: frozenset[Duty] = frozenset({"payee", "manager", "finance", "auditor", "admin"})
SEES_ALL: frozenset[Duty] = DECIDES | {"auditor"}
ADMIN: frozenset[Duty] = frozenset({"admin"})

MAY: Mapping[str, frozenset[Duty]] = MappingProxyType(
    {
        # Questions; what is shown of a payee goes through `Sight`.
        **dict.fromkeys(
            ("statement", "statements", "summary", "explain", "blame", "people", "preview", "acknowledge"), EVERYBODY
        ),
        "dispute list": EVERYBODY,
        **dict.fromkeys(
            ("report", "status", "issues", "approvals", "audit", "experiment report", "drift list", "adjustments"),
            SEES_ALL,
        ),
        **dict.fromkeys(
            ("diff", "verify", "plan lint", "plan diff", "reassign --dry-run", "export journal", "export amortisation"),
            SEES_ALL,
        ),
        # What changes the books, or lets a change through.
        **dict.fromkeys(("sync", "backfill", "approve", "reassign", "close", "reopen", "drift", "adjust"), DECIDES),
        "approve-statements": frozenset({"manager", "finance", "admin"}),
        "dispute open": EVERYBODY - {"auditor"},
        **dict.fromkeys(("dispute close", "dispute test"), DECIDES),
        # What pays, and what goes to payroll.
        **dict.fromkeys(("paid", "export payroll"), DECIDES),
        # The worker itself and its connection.
        **dict.fromkeys(("run", "doctor", "setup", "backup", "restore"), ADMIN),
    }
)
"""By what is done, whose roles allow it. What is not named here is done by nobody."""


def may_do(actor: Actor, action: str) -> bool:
    """Whether one of the actor's roles allows the action; an action that nobody has named is not allowed."""
    return bool(actor.roles & MAY.get(action, frozenset()))


def must_do(actor: Actor, action: str) -> None:
    """Raise `NotYours` where the actor may not do this."""
    if not may_do(actor, action):
        allowed = " or ".join(sorted(MAY.get(action, frozenset()))) or "nobody"
        have = ", ".join(sorted(actor.roles))
        raise NotYours(f"{action} is for {allowed}; {actor.login} has the role {have}.")


@dataclass(frozen=True, slots=True)
class Visible:
    """Whose rows somebody sees: everybody's, or those of these payees."""

    everyone: bool
    payees: frozenset[str] = frozenset()

    def shows(self, payee_id: str | None) -> bool:
        """Whether rows of this payee are among them."""
        return self.everyone or payee_id in self.payees


ALL = Visible(everyone=True)


def _visible(actor: Actor, on: date, lines: Collection[ReportingLine]) -> Visible:
    """Own rows; for managers everybody below on that day; all where a role says so. Without a role: nobody's."""
    if actor.roles & SEES_ALL:
        return ALL
    if actor.person_id is None or not actor.roles & {"payee", "manager"}:
        return Visible(everyone=False)
    below = _below(actor.person_id, on, lines) if "manager" in actor.roles else frozenset()
    return Visible(everyone=False, payees=below | {actor.person_id})


def _below(manager_id: str, on: date, lines: Collection[ReportingLine]) -> frozenset[str]:
    """Everybody who reported to the manager on the day, directly or through others; a circle ends where it closes."""
    reports: dict[str, list[str]] = {}
    for person_id, manager, since, until in lines:
        if since <= on and (until is None or on < until):
            reports.setdefault(manager, []).append(person_id)
    found: set[str] = set()
    waiting = [manager_id]
    while waiting:
        new = set(reports.get(waiting.pop(), ())) - found
        found |= new
        waiting += new
    return frozenset(found - {manager_id})


class Sight:
    """What one actor sees, for questions about many days: every answer about payees is given through it.

    What belongs to a period is seen by those who see the payee on the period's last day, or today while it runs.
    """

    def __init__(self, actor: Actor, lines: Collection[ReportingLine], company: Company, today: date) -> None:
        self.everyone = bool(actor.roles & SEES_ALL)
        self.today, self._company = today, company
        self._actor, self._lines = actor, lines
        self._known: dict[date, Visible] = {}

    def on(self, day: date) -> Visible:
        """Whose rows of a day are seen."""
        if day not in self._known:
            self._known[day] = _visible(self._actor, day, self._lines)
        return self._known[day]

    def in_period(self, label: str) -> Visible:
        """Whose rows of a period are seen; nobody's where there is no such period."""
        if self.everyone:
            return ALL
        try:
            last = period_named(label, self._company).ends_on - timedelta(days=1)
        except ValueError:
            return Visible(everyone=False)
        return self.on(min(last, self.today))

    def ever(self) -> Visible:
        """Whose rows of any day until today are seen."""
        days = {day for _, _, since, until in self._lines for day in (since, until) if day and day <= self.today}
        each = [self.on(day) for day in {*days, self.today}]
        return ALL if self.everyone else Visible(everyone=False, payees=frozenset().union(*(v.payees for v in each)))

    def rows(self, frame: pl.DataFrame, period: str = "period") -> pl.DataFrame:
        """The rows of payees who are seen in the row's period."""
        if self.everyone:
            return frame
        seen = [self.in_period(label).shows(payee) for payee, label in frame.select("payee_id", period).iter_rows()]
        return frame.filter(pl.Series(seen, dtype=pl.Boolean))

    def dated(self, frame: pl.DataFrame, day: str = "dated_on") -> pl.DataFrame:
        """The rows of payees who are seen on the row's day."""
        if self.everyone:
            return frame
        seen = [self.on(min(on, self.today)).shows(payee) for payee, on in frame.select("payee_id", day).iter_rows()]
        return frame.filter(pl.Series(seen, dtype=pl.Boolean))


def sight_of(actor: Actor, conn: Connection, company: Company, now: datetime) -> Sight:
    """What the actor sees, by the reporting lines as they are known now."""
    lines = () if actor.roles & SEES_ALL else people.reporting(conn)
    return Sight(actor, lines, company, business_date(now, company.zone))
