"""Places: where a payee stands among everybody in the plan or the team, for contests (DESIGN 5.10).

A place is known when its window is over: until then, and for who does not take part, nobody stands anywhere.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import polars as pl

from engine.book import Book
from engine.calendar import period_of
from engine.deals.holders import People, managers_on
from engine.documents.company.company import Company
from engine.documents.curves.ranked import Ranked
from engine.documents.plans.component import Accumulation
from engine.documents.plans.plan import Plan
from engine.matching import in_force
from engine.model import MICROS
from engine.payees.attain import Attainment
from engine.payees.curves.factors import NOWHERE, Reading

WINDOW = ["payee_id", "window"]


Place = tuple[int, int | None]
Key = tuple[Fraction, date]


@dataclass(frozen=True, slots=True)
class Result:
    """What a payee came to in a window, and on which day that was reached."""

    value: Fraction
    reached_on: date


@dataclass(frozen=True, slots=True)
class Contest:
    """Who is ranked: the people of a plan, and of which teams they are."""

    ranked: Ranked
    plan: Plan
    book: Book
    over: Accumulation
    company: Company
    through: date | None

    def is_over(self, day: date) -> bool:
        """Whether the window that holds the day is over; a deal always is."""
        if self.through is None or self.over == "transaction":
            return True
        return period_of(day, self.over, self.company).ends_on <= self.through

    def last_day(self, day: date) -> date:
        """The last day of the window that holds a day, or of the plan's life in it."""
        if self.over == "transaction":
            return day
        ends = [period_of(day, self.over, self.company).ends_on, self.plan.effective.until_on or date.max]
        return min(ends) - timedelta(days=1)

    def teams(self, day: date) -> Mapping[str, str]:
        """Everybody who is on the plan on a day, with the team: the plan itself, or the manager (else oneself)."""
        here = self.book.enrolments.filter((pl.col("plan") == self.plan.plan) & in_force(pl.lit(day)))
        people = here.select("person_id", dated_on=pl.lit(day)).unique()
        if self.ranked.among == "plan":
            return dict.fromkeys(people["person_id"], self.plan.plan)
        managers = dict(managers_on(people, People.of(self.book)).select("person_id", "manager_id").iter_rows())
        return {person: managers.get(person) or person for person in people["person_id"]}


def placed(attained: Attainment, contest: Contest, *, of_quota: bool) -> Reading:
    """The place of every payee of each window that is over: in micro-units, of a whole of as many where it is a share.

    By what was achieved, or by attainment (`of_quota`: of a percentage the rate itself). No place of a window is known
    while any achievement in it is not, or lacks its quota.
    """
    last = attained.rows.group_by(WINDOW, maintain_order=True).agg(
        pl.col("dated_on", "credit_id", "deal_id", "after_micros", "quota_micros").last()
    )
    found: dict[str, dict[str, Result]] = {}
    days: dict[str, date] = {}
    for payee, window, day, _, _, achieved, quota in last.iter_rows():
        days[window] = contest.last_day(day)
        if achieved > 0 and not (of_quota and (quota or 0) <= 0) and contest.is_over(day):
            found.setdefault(window, {})[payee] = Result(Fraction(achieved, quota if of_quota else 1), day)
    places = {window: _places(results, contest, days[window]) for window, results in found.items()}
    nowhere: Place = (NOWHERE, MICROS)
    told = [places.get(window, {}).get(payee, nowhere) for payee, window in last.select(WINDOW).iter_rows()]
    rows = last.select(
        *WINDOW,
        "dated_on",
        "credit_id",
        "deal_id",
        value=pl.Series([value for value, _ in told], dtype=pl.Int64),
        quota=pl.Series([of for _, of in told], dtype=pl.Int64),
    )
    quota = pl.col("quota_micros")
    lacks = last.filter(pl.lit(of_quota) & (pl.col("after_micros") > 0) & (quota.is_null() | (quota <= 0)))
    stuck = pl.concat([attained.waiting.select("window"), lacks.select("window")])
    unknown = last.join(stuck, on="window", how="semi").select(WINDOW)
    return Reading(rows, contest.over, pl.concat([unknown, attained.waiting]), nothing=NOWHERE, whole=MICROS)


def _places(results: Mapping[str, Result], contest: Contest, day: date) -> dict[str, Place]:
    """The place of everybody who takes part, and what it is a share of."""
    teams, ranked = contest.teams(day), contest.ranked
    taking_part = {payee: of for payee, of in results.items() if payee in teams and of.value >= (ranked.least or 0)}
    sizes = Counter(teams[payee] for payee in (taking_part if ranked.least is not None else teams))
    ordered: dict[str, list[Key]] = {}
    for payee, of in taking_part.items():
        ordered.setdefault(teams[payee], []).append(_key(of, ranked))
    found: dict[str, Place] = {}
    for keys in ordered.values():
        keys.sort()
    for payee, of in taking_part.items():
        keys, mine = ordered[teams[payee]], _key(of, ranked)
        before = bisect_right(keys, mine) - 1 if ranked.ties == "worst" else bisect_left(keys, mine)
        share = before * MICROS, sizes[teams[payee]] * MICROS
        equals = bisect_right(keys, mine) - before if ranked.ties == "shared" else None
        found[payee] = share if ranked.counted_as == "share" else ((1 + before) * MICROS, equals)
    return found


def _key(of: Result, ranked: Ranked) -> Key:
    """What sorts those before somebody before."""
    return -of.value, of.reached_on if ranked.ties == "earliest" else date.min
