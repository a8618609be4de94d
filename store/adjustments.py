"""Adjustments by people: kept for ever with what became of them, and read as an input of every computation."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import dataframely as dy
import polars as pl
import sqlalchemy as sa

from engine import frames as f
from store.audit import Who
from store.bulk import among
from store.chain import ADJUSTMENT, STEP, append_row, head
from store.instants import instant_of, instant_text

Kind = Literal["pay", "achievement"]
Step = Literal["counted", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody wants to have corrected; `amount_micros` of an achievement is in the measure's unit."""

    payee_id: str
    period: str
    dated_on: date
    kind: Kind
    plan: str
    component: str | None
    amount_micros: int
    currency: str | None
    deal_id: str | None
    reason: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an adjustment: who did it, when and why."""

    step: Step
    login: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A correction with its author and what became of it."""

    number: int
    at: datetime
    login: str
    given: Given
    steps: tuple[Taken, ...]

    @property
    def state(self) -> Literal["waits", "counted", "withdrawn"]:
        """`waits` for a second person, counts, or no longer does."""
        return self.steps[-1].step if self.steps else "waits"

    @property
    def approved_by(self) -> str:
        """Who else let it count; empty where its author was enough."""
        counted = next((taken.login for taken in self.steps if taken.step == "counted"), self.login)
        return "" if counted == self.login else counted


def add(conn: sa.Connection, who: Who, given: Given, now: datetime) -> int:
    """Keep an adjustment; it counts once a step says so. Answers its number."""
    row = {name: getattr(given, name) for name in Given.__slots__} | {"dated_on": given.dated_on.isoformat()}
    return append_row(conn, ADJUSTMENT, {**_who(who, now), **row})


def take(conn: sa.Connection, who: Who, number: int, step: Step, *, reason: str, now: datetime) -> None:
    """Let an adjustment count, or no longer count, from now on."""
    append_row(conn, STEP, {**_who(who, now), "adjustment": number, "step": step, "reason": reason})


def adjustments(
    conn: sa.Connection, payee_ids: Collection[str] | None = None, number: int | None = None
) -> list[Adjustment]:
    """All there ever were, oldest first; of these payees, or the one of this number."""
    chosen = sa.select(ADJUSTMENT).order_by(ADJUSTMENT.c.number)
    if payee_ids is not None:
        chosen = chosen.where(ADJUSTMENT.c.payee_id.in_(among(payee_ids)))
    if number is not None:
        chosen = chosen.where(ADJUSTMENT.c.number == number)
    steps = _steps(conn)
    return [
        Adjustment(
            *(row.number, instant_of(row.at), row.login),
            Given(**{name: getattr(row, name) for name in Given.__slots__} | {"dated_on": _day(row.dated_on)}),
            tuple(steps.get(row.number, ())),
        )
        for row in conn.execute(chosen)
    ]


def counted(conn: sa.Connection) -> dy.DataFrame[f.Adjustments]:
    """Those that count now, as a computation reads them."""
    rows = [
        {name: getattr(one.given, name) for name in f.Adjustments.column_names() if name != "adjustment_id"}
        | {"adjustment_id": f"adjustment:{one.number}"}
        for one in adjustments(conn)
        if one.state == "counted"
    ]
    types = f.Adjustments.dtypes()
    return f.Adjustments.validate(pl.DataFrame(rows, schema=types))


def last_step(conn: sa.Connection) -> int:
    """The number of the newest step."""
    return head(conn, STEP)[0]


def moved_after(conn: sa.Connection, step: int) -> set[str]:
    """The payees of whom an adjustment began to count, or was withdrawn, since a step."""
    chosen = sa.select(ADJUSTMENT.c.payee_id).join(STEP, STEP.c.adjustment == ADJUSTMENT.c.number)
    return set(conn.scalars(chosen.where(STEP.c.number > step)))


def steps_between(conn: sa.Connection, after: int, until: int) -> list[tuple[int, int]]:
    """The steps after one up to another, each with the adjustment's number, in order."""
    chosen = sa.select(STEP.c.number, STEP.c.adjustment).where(STEP.c.number > after, STEP.c.number <= until)
    return [(row.number, row.adjustment) for row in conn.execute(chosen.order_by(STEP.c.number))]


def _steps(conn: sa.Connection) -> dict[int, list[Taken]]:
    found: dict[int, list[Taken]] = {}
    for row in conn.execute(sa.select(STEP).order_by(STEP.c.number)):
        found.setdefault(row.adjustment, []).append(Taken(row.step, row.login, instant_of(row.at), row.reason))
    return found


def _who(who: Who, now: datetime) -> dict[str, str]:
    return {"at": instant_text(now), "login": who.login, "os_login": who.os_login}


def _day(text: str) -> date:
    return date.fromisoformat(text)
