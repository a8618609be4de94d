"""Cases: what a component pays, or multiplies, by what the deal is (rates by segment, product line, term, margin)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from pydantic import Field

from engine.documents.conditions import When
from engine.documents.document import Document
from engine.documents.problems import Loc, Problem
from engine.documents.values import Dated, Pay, Payout, Rate, Times


class RateCase(Document):
    """What deals pay that fit `when`; the first case that fits decides, and the last says what is paid `otherwise`.

    `rate` is a share of the measure, `pays` an amount for each unit that is counted (or for each `per`); all cases of a
    component are of one kind.
    """

    when: When | None = Field(default=None, examples=["{segment: Enterprise}"])
    """Which deals."""
    rate: Dated[Rate] | None = Field(default=None, examples=["8%"])
    """A share of what is measured."""
    pays: Dated[Pay] | None = Field(default=None, examples=["500"])
    """An amount of the plan's currency for each unit, or for each `per` of the component."""
    otherwise: Dated[Payout] | None = Field(default=None, examples=["10%"])
    """In the last case: what every other deal pays, a percentage or an amount. `0%` pays nothing."""

    @property
    def value(self) -> Dated[Any]:
        """The share or amount; exactly one is written."""
        return next(leaf for leaf in (self.rate, self.pays, self.otherwise) if leaf is not None)

    @property
    def in_percent(self) -> bool:
        """Whether it pays a share, and no amount for each unit."""
        return all(isinstance(value, Fraction) for _, value in self.value.steps)

    def problems(self) -> Iterator[Problem]:
        """A case has deals and says how much; the last one has all that are left."""
        ways = [name for name in ("rate", "pays", "otherwise") if getattr(self, name) is not None]
        if len(ways) != 1:
            message = "says nothing about how much." if not ways else f"says how much in {len(ways)} ways."
            yield Problem((ways[1],) if ways else (), message, "Write exactly one of rate, pays and otherwise.")
        yield from _deals_problems(self.when, is_last=self.otherwise is not None)


class FactorCase(Document):
    """What the payout of deals that fit `when` is multiplied by; the first that fits decides."""

    when: When | None = Field(default=None, examples=["{term_months: {min: 36}}"])
    """Which deals."""
    factor: Dated[Times] | None = Field(default=None, examples=["125%"])
    """What their payout is multiplied by: `125%`, or `1.25`."""
    otherwise: Dated[Times] | None = Field(default=None, examples=["100%"])
    """In the last case: what the payout of every other deal is multiplied by."""

    @property
    def value(self) -> Dated[Any]:
        """The factor; exactly one is written."""
        return next(leaf for leaf in (self.factor, self.otherwise) if leaf is not None)

    def problems(self) -> Iterator[Problem]:
        """A case has deals and a factor; the last one has all that are left."""
        ways = [name for name in ("factor", "otherwise") if getattr(self, name) is not None]
        if len(ways) != 1:
            message = "has no factor." if not ways else "has two factors."
            yield Problem((ways[1],) if ways else (), message, "Write exactly one of factor and otherwise.")
        yield from _deals_problems(self.when, is_last=self.otherwise is not None)


Case = RateCase | FactorCase
TABLES = ("rates", "by_deal")
"""The keys of a component that hold cases."""


def case_problems(key: str, cases: Sequence[Case]) -> Iterator[Problem]:
    """The last case, and only that, has what is left; rates are of one kind."""
    for position, case in enumerate(cases):
        if (case.otherwise is not None) != (position == len(cases) - 1):
            message = "is not the last case." if case.otherwise is not None else "the last case leaves deals over."
            yield Problem((key, position), message, "End with otherwise, such as {otherwise: 0%}, and write it once.")
    if len({case.in_percent for case in cases if isinstance(case, RateCase)}) > 1:
        yield Problem((key,), "mixes percentages and amounts.", "Write every case alike, or two components.")


def dated_cases(key: str, cases: Sequence[Case]) -> Iterator[tuple[Loc, Dated[Any]]]:
    """Every value that may change by date, and where it is written."""
    for position, case in enumerate(cases):
        for name in ("rate", "pays", "factor", "otherwise"):
            if getattr(case, name, None) is not None:
                yield (key, position, name), getattr(case, name)


def _deals_problems(when: When | None, *, is_last: bool) -> Iterator[Problem]:
    if is_last == (when is not None):
        message = "otherwise has no condition." if is_last else "does not say for which deals."
        yield Problem(("when",) if is_last else (), message, "Remove when." if is_last else "Add when, or otherwise.")
