"""Lots: what is given away once and stays, such as an account to a member of a pool, or to an arm of an experiment.

Earlier lots come with the book and new ones go out with the results, so a computation stays a function of its input.
Turns are taken in an order that follows from facts (day, id): computing in steps gives what computing at once gives.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from typing import NamedTuple

import dataframely as dy
import polars as pl

from engine import frames as f


class Lot(NamedTuple):
    """A row of `Lots`, in the order of its columns."""

    drawn_for: str
    turn: int
    place: str
    account_id: str
    drawn: str
    drawn_on: date


class Drum:
    """The lots drawn for one pool or experiment: earlier ones, and those of this computation."""

    def __init__(self, drawn_for: str, earlier: pl.DataFrame, *, giving: bool = True) -> None:
        self.drawn_for = drawn_for
        self.giving = giving
        """Whether anything may be given away; what open deals would be given, nobody knows before they are won."""
        self.new: list[Lot] = []
        self.last_turn: dict[tuple[str, str], int] = {}
        """By place and who was drawn there: the latest turn."""
        self.count: Counter[tuple[str, str]] = Counter()
        """By place and who was drawn there: how often."""
        self.holds: Counter[str] = Counter()
        """How many accounts each has now, anywhere."""
        self.turn = 0
        self._of_account: dict[str, list[Lot]] = defaultdict(list)
        for row in earlier.filter(pl.col("drawn_for") == drawn_for).sort("turn").iter_rows():
            self._note(Lot(*row))

    def kept(self, account_id: str, day: date, among: frozenset[str]) -> Lot | None:
        """The lot that holds on the day: the latest until then of somebody who is still there, else the next after."""
        lots = [lot for lot in self._of_account[account_id] if lot.drawn in among]
        until = [lot for lot in lots if lot.drawn_on <= day]
        return until[-1] if until else next(iter(lots), None)

    def has(self, account_id: str) -> Lot | None:
        """The account's last lot."""
        return next(reversed(self._of_account[account_id]), None)

    def give(self, place: str, account_id: str, drawn: str, day: date) -> Lot:
        """The next turn."""
        lot = Lot(self.drawn_for, self.turn + 1, place, account_id, drawn, day)
        self.new.append(lot)
        self._note(lot)
        return lot

    def _note(self, lot: Lot) -> None:
        before = self.has(lot.account_id)
        if before is not None:
            self.holds[before.drawn] -= 1
        self.holds[lot.drawn] += 1
        self.count[lot.place, lot.drawn] += 1
        self.last_turn[lot.place, lot.drawn] = self.turn = lot.turn
        self._of_account[lot.account_id].append(lot)


class Drums:
    """A drum for each pool and experiment, filled with the earlier lots."""

    def __init__(self, earlier: dy.DataFrame[f.Lots], *, giving: bool = True) -> None:
        self._earlier, self._giving = earlier, giving
        self._drums: dict[str, Drum] = {}

    def of(self, drawn_for: str) -> Drum:
        """The drum of a pool or experiment."""
        if drawn_for not in self._drums:
            self._drums[drawn_for] = Drum(drawn_for, self._earlier, giving=self._giving)
        return self._drums[drawn_for]

    def new(self) -> dy.DataFrame[f.Lots]:
        """Everything that was given away in this computation."""
        types = f.Lots.dtypes()
        lots = [lot for drum in self._drums.values() for lot in drum.new]
        return f.Lots.validate(pl.DataFrame(lots, schema=types, orient="row"))
