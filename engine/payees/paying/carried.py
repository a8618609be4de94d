"""What a cap of several components leaves to later windows: each begins with what the one before it did not pay.

The windows of a payee (of a cap by contract: of each of the payee's deals) are walked in order of time, those without
earnings too, for as long as something is carried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from engine.book import Book
from engine.calendar import Period, period_of
from engine.documents.company.company import Company
from engine.documents.plans.plan import Plan
from engine.documents.plans.plan_cap import PlanCap
from engine.matching import in_force
from engine.payees.attain import STATEMENT
from engine.payees.windows.cap_windows import OF_DEAL
from engine.payees.windows.successive import Successive

Total = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Carrying:
    """A cap that carries; `height` tells that of a payee's window, `left` what is not paid of a total under it.

    `windows` are those of a payee and the deal that a label ends in, if it does.
    """

    plan: Plan
    cap: PlanCap
    book: Book
    company: Company
    through: date | None
    height: Callable[[str, str], int | None]
    left: Callable[[int, int | None], int]
    windows: Callable[[str, str], Successive]

    def goes_on(self, payee: str, window: Period, windows: Successive) -> Period | None:
        """The window into which the payee's is carried; None where it ends: with the year, the plan, the payee."""
        if self.through is not None and window.ends_on > self.through:
            return None
        day = window.ends_on
        ends = self.cap.within_year and period_of(window.starts_on, "year", self.company).ends_on <= day
        mine = (pl.col("person_id") == payee) & (pl.col("plan") == self.plan.plan) & in_force(pl.lit(day))
        if ends or not self.plan.effective.covers(day) or self.book.enrolments.filter(mine).is_empty():
            return None
        return windows.after(window)


def with_carry(totals: pl.DataFrame, carrying: Carrying) -> Iterator[Total]:
    """The totals (of one payee, window and statement period each, in order of time) with what was carried in."""
    chains: dict[tuple[str, str], dict[str, list[Total]]] = {}
    for total in totals.iter_rows(named=True):
        chain = total["payee_id"], total["window"].partition(OF_DEAL)[2]
        chains.setdefault(chain, {}).setdefault(total["window"], []).append(total)
    for (payee, deal), windows in chains.items():
        yield from _of_payee(payee, windows, carrying.windows(payee, deal), carrying)


def _of_payee(
    payee: str, windows: Mapping[str, Sequence[Total]], in_turn: Successive, carrying: Carrying
) -> Iterator[Total]:
    periods = in_turn.named(windows)
    carried, window, last = 0, periods[0], periods[-1]
    while True:
        rows = windows.get(window.label, ())
        height = rows[0]["height"] if rows else carrying.height(payee, window.label)
        opened = list(_opened(rows, carried, _first(payee, window, height, carrying)))
        yield from opened
        reached = opened[-1]["after"] if opened else 0
        left = carrying.left(reached, height)
        stands_still = window.starts_on > last.starts_on and left == carried
        after = carrying.goes_on(payee, window, in_turn) if left and not stands_still else None
        carried = left if after is not None else 0
        following = after or next((each for each in periods if each.starts_on > window.starts_on), None)
        if following is None:
            return
        window = following


def _first(payee: str, window: Period, height: int | None, carrying: Carrying) -> Total:
    """The statement period in which a window begins, without any earnings."""
    statement = period_of(window.starts_on, STATEMENT[carrying.plan.pays], carrying.company).label
    empty = {"payee_id": payee, "window": window.label, "period": statement, "dated_on": window.starts_on}
    return {**empty, "added": 0, "before": 0, "after": 0, "height": height}


def _opened(rows: Sequence[Total], carried: int, first: Total) -> Iterator[Total]:
    """The rows of a window, of which the first statement period begins with what is carried."""
    if carried and (not rows or rows[0]["period"] != first["period"]):
        rows = [first, *rows]
    for nth, row in enumerate(rows):
        before = row["before"] + (carried if nth else 0)
        yield {**row, "before": before, "after": row["after"] + carried}
