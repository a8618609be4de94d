"""When what waits is released: the days on which the occasions of a release came, and how much of it by then.

The engine has no clock. Invoices and payments are facts, and count on their day; what only time brings (a delay, a
start, the last day, a payee's leaving) counts once it lies before `through`: the end of the last month that is over, or
the day of a later fact of the same deal, for then that day has come. So time alone never takes back what was released.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import polars as pl

from engine.calendar import months_later, period_of
from engine.documents.company.company import Company
from engine.documents.plans.release import COUNTED, LastDay, ReleaseStep, Reserve, Wait

EVENT_OF = {"cash": "payment"}
"""How events call an occasion, where it is another name."""
AT_LATEST, LEAVING = "at_latest", "leaving"


@dataclass(frozen=True, slots=True)
class Happened:
    """What is known of a deal: its amount, its start, and the days and amounts of its events by kind, in order."""

    amount: int
    starts_on: date | None
    days: Mapping[str, tuple[tuple[date, int], ...]]

    def last_fact(self) -> date:
        """The day of its last invoice or payment."""
        return max((day for kind in ("invoice", "payment") for day, _ in self.days.get(kind, ())), default=date.min)


@dataclass(frozen=True, slots=True)
class Known:
    """What releases of one payee and deal look at beside the plan; `left_on` is null of who did not leave."""

    deal: Happened | None
    left_on: date | None
    through: date
    company: Company


@dataclass(frozen=True, slots=True)
class Moment:
    """A day on which a share of what waited is released, or forfeited: `reached` is all of it so far."""

    on: date
    reached: Fraction
    occasion: str
    since_on: date | None
    forfeits: bool = False


@dataclass(frozen=True, slots=True)
class Occasions:
    """Every moment so far, and until when what is left is still held, where the day is known."""

    moments: tuple[Moment, ...]
    until_on: date | None = None
    since_on: date | None = None
    """The day of the occasion from which only time is missing; null: the occasion itself is."""


def happened(classified: pl.DataFrame, events: pl.DataFrame) -> Mapping[str, Happened]:
    """What is known of every deal; events of one kind and day are one, without an amount about all of the deal."""
    days: dict[str, dict[str, dict[date, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    amounts = dict(classified.select("deal_id", "amount_micros").iter_rows())
    for deal, kind, day, amount in events.select("deal_id", "kind", "happened_on", "amount_micros").iter_rows():
        if deal in amounts:
            days[deal][kind][day] += amounts[deal] if amount is None else amount
    return {
        deal: Happened(amount, starts, {kind: tuple(sorted(of.items())) for kind, of in days[deal].items()})
        for deal, amount, starts in classified.select("deal_id", "amount_micros", "starts_on").iter_rows()
    }


def occasions(wait: ReleaseStep | Reserve, since: date, known: Known) -> Occasions:
    """The moments of what was earned (or, of a reserve, became payable) on the day `since`."""
    found = list(_moments(wait, since, known))
    cut = _cut(wait, since, known.left_on)
    timely = [moment for moment in found if cut is None or moment.on <= cut.on]
    over = tuple(moment for moment in timely if _is_fact(wait) or moment.on < known.through)
    if cut is not None and cut.on < known.through:
        return Occasions(over if over and over[-1].reached == 1 else (*over, cut))
    later = next((moment for moment in timely if moment not in over), None)
    if later is not None:
        return Occasions(over, later.on, later.since_on)
    return Occasions(over, cut.on if cut is not None and not cut.forfeits else None)


def _moments(wait: ReleaseStep | Reserve, since: date, known: Known) -> Iterator[Moment]:
    """What the occasion itself brings, each day once, in order."""
    for day, reached in _reached(wait, since, known.deal):
        start = day
        if wait.end_of is not None:
            start = period_of(day, wait.end_of, known.company).ends_on - timedelta(days=1)
        yield Moment(max(_delayed(start, wait), since), reached, wait.on, day)


def _reached(wait: ReleaseStep | Reserve, since: date, deal: Happened | None) -> Iterator[tuple[date, Fraction]]:
    """The days of the occasion with the share that is released by then; what is of no deal waits for none."""
    if isinstance(wait, Reserve) and wait.until_on is not None:
        yield wait.until_on, Fraction(1)
    elif deal is None or wait.on in ("booking", "payable"):
        yield since, Fraction(1)
    elif wait.on in COUNTED:
        yield from _counted(wait, deal)
    else:
        first = next(iter(deal.days.get(wait.on, ())), None)
        day = first[0] if first else deal.starts_on if wait.on == "contract_start" else None
        if day is not None:
            yield day, Fraction(1)


def _counted(wait: ReleaseStep | Reserve, deal: Happened) -> Iterator[tuple[date, Fraction]]:
    """Invoices or payments as shares of the deal's amount; of a deal that is worth nothing any is all."""
    total, before = 0, Fraction(0)
    for day, amount in deal.days.get(EVENT_OF.get(wait.on, wait.on), ()):
        total += amount
        share = min(Fraction(total, deal.amount), Fraction(1)) if deal.amount > 0 else Fraction(1)
        reached = share if wait.proportional else Fraction(1)
        if share >= (wait.once or 0) and reached > before:
            yield day, reached
            before = reached


def _delayed(day: date, wait: Wait | LastDay) -> date:
    if wait.after_months is not None:
        return months_later(day, wait.after_months)
    return day + timedelta(days=wait.after_days or 0)


def _cut(wait: ReleaseStep | Reserve, since: date, left_on: date | None) -> Moment | None:
    """The day on which the waiting ends in any case."""
    cuts = []
    if isinstance(wait, ReleaseStep) and wait.at_latest is not None:
        last = _delayed(since, wait.at_latest)
        cuts.append(Moment(last, Fraction(1), AT_LATEST, last, wait.at_latest.then == "forfeit"))
    if left_on is not None and wait.leavers != "keep":
        left = max(left_on, since)
        cuts.append(Moment(left, Fraction(1), LEAVING, left_on, wait.leavers == "forfeit"))
    return min(cuts, key=lambda cut: cut.on, default=None)


def _is_fact(wait: ReleaseStep | Reserve) -> bool:
    """Whether an occasion counts on its day; all else counts when time has passed over it."""
    by_time = (wait.after_days, wait.after_months, wait.end_of) != (None, None, None)
    return wait.on in (*COUNTED, "booking") and not by_time
