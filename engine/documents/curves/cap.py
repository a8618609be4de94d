"""Caps and floors: the most and the least that a component pays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from engine.documents.document import Document
from engine.documents.problems import Problem
from engine.documents.values import Dated, Pay, Rate


class Cap(Document):
    """The most that a component pays for a deal, or in an accumulation window. Exactly one of `amount`, `of_target`.

    It counts after gates, multipliers and splits of money. With `then_pays` the cap is soft: of what lies above it,
    this share is still paid (50 %: the rate halves there).
    """

    per: Literal["deal", "window"] = Field(examples=["window"])
    """`window`: of the component's `accumulates`. What its lines come to, in the order of the deals, is paid up to the
    cap, whatever rates and factors each was paid by; a deal that takes back takes off first what was above the cap.
    A cap that changes by date is for each line that of its day. `deal`: for each deal by itself, also where deals add
    up; what lies above it is lost, and a deal that takes back does not take back more than the cap either. With `tiers:
    whole` the deal that reaches a row is paid the raise of all before it, under its own cap; to rate and cap every deal
    anew, write a rate for each row, gated by what the window adds up."""
    amount: Dated[Pay] | None = Field(default=None, examples=["75_000"])
    """An amount of the plan's currency."""
    of_target: Dated[Rate] | None = Field(default=None, examples=["200%"])
    """A percentage of the component's `target`."""
    then_pays: Dated[Rate] | None = Field(default=None, examples=["50%"])
    """The share of what lies above the cap that is still paid; without it, nothing."""

    applies: Literal["after_split", "before_split"] = Field(default="after_split", examples=["before_split"])
    """Of a cap per deal: `after_split` caps what each payee is paid for the deal; `before_split` caps what the deal
    pays in all, so that a credit for 40 % of it is paid at most 40 % of the cap."""

    def problems(self) -> Iterator[Problem]:
        """One height, and a share of what lies above that is less than all of it."""
        if (self.amount is None) == (self.of_target is None):
            yield Problem((), "a cap has either amount or of_target.", "Write amount: 75_000 or of_target: 200%.")
        if self.applies == "before_split" and self.per != "deal":
            yield Problem(("applies",), "only deals are split.", "Write per: deal, or remove applies.")
        if self.then_pays is not None and any(value >= 1 for _, value in self.then_pays.steps):
            yield Problem(("then_pays",), "pays all that lies above the cap.", "Write less than 100%.")

    def dated(self) -> Iterator[tuple[str, Dated[Any]]]:
        """The values that may change by date."""
        for name in ("amount", "of_target", "then_pays"):
            if getattr(self, name) is not None:
                yield name, getattr(self, name)


class Floor(Document):
    """The least that a deal pays a payee, where it pays anything: a line of its own tops the deal up.

    It counts after gates, multipliers and caps. A deal that pays nothing (its rate is 0 %, a cap is used up) or takes
    back is topped up with `always` alone, and one never whose gate is closed, whose own case, or cell of a matrix, pays
    0, or that is of a house account.
    """

    amount: Dated[Pay] = Field(examples=["250"])
    """An amount of the plan's currency for each deal."""
    applies: Literal["after_split", "before_split"] = Field(default="after_split", examples=["before_split"])
    """`after_split`: each payee is paid at least this for the deal. `before_split`: the deal pays at least this in all,
    so that a credit for 40 % of it is paid at least 40 % of the floor."""
    always: bool = Field(default=False, examples=["true"])
    """Whether a deal that pays nothing or takes back is topped up, too: the least commission of a car that was sold at
    a loss. Every deal that the measure's `when` lets in is one, even if what it counts for is nothing. Plans with
    `release` or `reserve` cannot have it."""
