"""Members: how many of a manager's people had reached their quota when a window ended, or its mean (DESIGN 5.9)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import polars as pl

from engine import frames as f
from engine.book import Book
from engine.calendar import Period, months_later, period_named, period_of
from engine.deals.holders import People
from engine.deals.rollup import chains_above, enrolled_in, in_a_plan
from engine.documents.company.company import Company
from engine.documents.measures.measure import Levels
from engine.documents.measures.members import Members
from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan
from engine.matching import in_force
from engine.model import MICROS
from engine.money import round_ratio
from engine.payees.attain import Attainment
from engine.payees.measures.measure import within
from engine.payees.windows.enrol import merged
from engine.payees.windows.presence import presences
from engine.periods import PeriodKind

LARGEST_DENOMINATOR = 10**15
"""Means whose exact denominator is larger are rounded to such parts, as weighted attainments are."""
FINE = 10**8
"""The least parts of 100 % in which a mean is counted."""
LARGEST = 1_000
"""What any larger mean counts as: 100,000 %."""
Mark = bool | Fraction | str
"""Whether somebody attains enough, or how much; a text says why that is not known."""
HELD, WITHOUT_QUOTA = "gauge_held", "gauge_without_quota"


@dataclass(frozen=True, slots=True)
class Read:
    """A component whose attainment is asked for, of which plan file, and what its payees attained."""

    plan: Plan
    component: Component
    attained: Attainment


@dataclass(frozen=True, slots=True)
class Team:
    """Whose members are counted: by the managers of a plan, in windows of one kind that are over."""

    plan: Plan
    measure: str
    members: Members
    levels: Levels
    over: PeriodKind
    book: Book
    company: Company
    through: date | None

    @property
    def is_mean(self) -> bool:
        """Whether what members attain is asked for, and not who attains enough."""
        return self.members.counted_as == "mean"

    def windows(self, reads: Sequence[Read]) -> Iterator[Period]:
        """The windows that are over, from the first of the members' own in which anything counts, or is held.

        Where nobody says which day it is, up to the last of these.
        """
        both = [part.select("window") for read in reads for part in (read.attained.rows, read.attained.waiting)]
        own = [period_named(label, self.company) for label in pl.concat(both)["window"].unique()]
        if not own:
            return
        period = period_of(min(each.starts_on for each in own), self.over, self.company)
        until = self.through or max(each.ends_on for each in own)
        while period.ends_on <= until:
            if self.plan.effective.covers(period.ends_on - timedelta(days=1)):
                yield period
            period = period_of(period.ends_on, self.over, self.company)


def members_at_quota(team: Team, reads: Sequence[Read]) -> pl.DataFrame:
    """A row for each manager and window, on its last day: `base` is who reached the quota, `of` all (in micro-units).

    Or `base` is the mean, in parts of `of`.

    `stuck` where the attainment of a member is not known.
    """
    found = [row for period in team.windows(reads) for row in _of_window(team, reads, period)]
    schema = {
        **dict.fromkeys(("payee_id", "credit_id", "deal_id", "stuck", "cohort", "currency"), pl.String),
        "dated_on": pl.Date,
        **dict.fromkeys(("base", "of"), pl.Int128),
        **dict.fromkeys(("fx_num", "fx_den"), pl.Int64),
    }
    rows = pl.DataFrame(found, schema=schema).with_columns(kind=pl.lit("direct", dtype=f.Credits.kind.dtype))
    return rows.sort("payee_id", "dated_on")


def _of_window(team: Team, reads: Sequence[Read], period: Period) -> Iterator[dict[str, object]]:
    """The rows of the managers of one window."""
    day = period.ends_on - timedelta(days=1)
    marks: dict[str, list[Mark]] = defaultdict(list)
    for read in reads:
        for payee, mark in _marks(team, read, day).items():
            marks[payee] += [] if mark is None else [mark]
    for manager, below in _below(team, [payee for payee, of in marks.items() if of], day).items():
        of = [_worst(marks[payee]) for payee in below]
        base, whole, told = _counted(of)
        yield {
            "payee_id": manager,
            "dated_on": day,
            "credit_id": f"members:{team.measure}:{manager}:{period.ends_on}",
            "base": base,
            "of": whole,
            "stuck": next((mark for mark in of if isinstance(mark, str)), None),
            "cohort": f'{{"members": {len(of)}, {told}, "on": "{day}"}}',
            "currency": team.plan.currency,
        }


def _counted(of: Sequence[Mark]) -> tuple[int, int, str]:
    """What members come to, what 100 % of it is, and how that is told: their mean, or how many reached the quota."""
    attained = [mark for mark in of if isinstance(mark, Fraction)]
    if not attained:
        reached = sum(mark is True for mark in of)
        return reached * MICROS, len(of) * MICROS, f'"reached": {reached}'
    mean = max(min(sum(attained, Fraction(0)) / len(of), Fraction(LARGEST)), Fraction(-LARGEST))
    exact = mean.denominator <= LARGEST_DENOMINATOR
    whole = mean.denominator * -(-FINE // mean.denominator) if exact else LARGEST_DENOMINATOR
    base = round_ratio(mean.numerator * whole, mean.denominator, 1, "half_up")
    return base, whole, f'"mean": "{mean.numerator}/{mean.denominator}"'


def _worst(marks: Sequence[Mark]) -> Mark:
    """Of several attainments: unknown where one is, reached where all are, and the lowest."""
    known = [mark for mark in marks if not isinstance(mark, str)]
    return min(known) if len(known) == len(marks) else next(mark for mark in marks if isinstance(mark, str))


def _marks(team: Team, read: Read, day: date) -> Mapping[str, Mark | None]:
    """What everybody on the plan of a component attains on a day, or whether it is enough.

    None: the member is new and left out.
    """
    if not read.plan.effective.covers(day):
        return {}
    there = merged(team.book.enrolments).filter((pl.col("plan") == read.plan.plan) & in_force(pl.lit(day)))
    reached, unknown = _attained(team, read, day)
    found: dict[str, Mark | None] = {}
    first_days = {payee: presence.begins_on for payee, presence in presences(read.plan, team.book).items()}
    for payee in there["person_id"]:
        least = _least(team.members, first_days[payee], day)
        value, quota = reached.get(payee, (0, None))
        if payee in unknown:
            found[payee] = HELD
        elif value and not (quota and quota > 0):
            found[payee] = WITHOUT_QUOTA
        else:
            attained = Fraction(value, quota or 1)
            found[payee] = None if least is None else attained if team.is_mean else attained >= least
    return found


def _least(members: Members, since: date, day: date) -> Fraction | None:
    """What has to be attained by who is on the plan since a day (for a mean, nothing); None for who is left out."""
    new = members.newcomers
    if new is None or day >= months_later(since, new.months):
        return members.least or Fraction(0)
    return new.least


def _attained(team: Team, read: Read, day: date) -> tuple[dict[str, tuple[int, int | None]], set[str]]:
    """By payee what was achieved and its quota, in the component's own window as of a day; and of whom nobody knows."""
    over = read.component.accumulates
    rows = read.attained.rows.filter(pl.col("dated_on") <= day)
    if over != "transaction":
        label = period_of(day, over, team.company).label
        rows = rows.filter(pl.col("window") == label)
        unknown = read.attained.waiting.filter(pl.col("window") == label)
    else:
        unknown = read.attained.waiting
    last = rows.group_by("payee_id", maintain_order=True).agg(pl.col("after_micros", "quota_micros").last())
    return {payee: (value, quota) for payee, value, quota in last.iter_rows()}, set(unknown["payee_id"])


def _below(team: Team, payees: Sequence[str], day: date) -> dict[str, list[str]]:
    """By manager on the plan the members that count, on a day."""
    asked = pl.DataFrame({"payee_id": sorted(payees)}, schema={"payee_id": pl.String}).with_columns(
        dated_on=pl.lit(day)
    )
    chains, _ = chains_above(asked, People.of(team.book))
    near = chains.filter(within(team.levels, pl.col("level")))
    above = in_a_plan(near, enrolled_in([team.plan], team.book), [team.plan])
    found: dict[str, list[str]] = defaultdict(list)
    for payee, manager in above.select("payee_id", "to_payee_id").sort("payee_id").iter_rows():
        found[manager].append(payee)
    return found
