"""Pools of money: a bonus for a team, divided among the people of a plan when a period is over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import Field, StrictStr

from engine.documents.curves.factors import Factors
from engine.documents.curves.gauge import LISTED
from engine.documents.document import Document, MeasureName
from engine.documents.measures.measure import Measure
from engine.documents.problems import Loc, Problem
from engine.documents.values import Dated, Name, Pay, Payout, Rate

OWN = frozenset({"direct", "overlay"})
TOGETHER = ("of", "only_if", "multiplied_by")
"""Where a measure is added up over everybody, so that nothing may count twice."""


class PoolGate(Document):
    """What must be reached: by everybody on the plan together, or by who wants a part."""

    measure: MeasureName = Field(examples=["bookings"])
    """What is looked at, over the period of the pool."""
    quota: Name | None = Field(default=None, examples=["bookings"])
    """Rows of the quota file that a percentage refers to; those of everybody add up."""
    min: Payout = Field(examples=["80%"])
    """The least that opens it: a percentage of the quota, or an amount or number."""

    def problems(self) -> Iterator[Problem]:
        """A percentage needs something to be a share of."""
        if isinstance(self.min, Fraction) and self.quota is None:
            yield Problem(("min",), "is a percentage of no quota.", "Add quota, or write an amount.")


class PoolFactor(Factors):
    """What the pool is multiplied by: the factor of what everybody on the plan together came to.

    `{measure: bookings, quota: bookings, points: [{at: 80%, factor: 50%}, {at: 100%, factor: 100%}], below: none}` on
    an amount of 10,000: at 90 % of all quotas together the pool is 7,500.
    """

    measure: MeasureName = Field(examples=["bookings"])
    """What is looked at, over the period of the pool."""
    quota: Name | None = Field(default=None, examples=["bookings"])
    """Rows of the quota file that percentages refer to; those of everybody add up."""

    def problems(self) -> Iterator[Problem]:
        """Percentages are of a quota, and amounts of none."""
        yield from super().problems()
        for place, value in self.thresholds():
            if value != 0 and isinstance(value, Fraction) != (self.quota is not None):
                such_as = "a percentage, such as 80%" if self.quota is not None else "an amount, or add quota"
                yield Problem(place, "is not what the number is compared with.", f"Write {such_as}.")


class OthersMeasure(Document):
    """What people of another plan came to: support shares in what sales books.

    It is all that counts by any file of that plan in the period, also after people left it (`leavers`).
    """

    plan: Name = Field(examples=["ae"])
    """The other plan, in the same currency."""
    measure: Name = Field(examples=["bookings"])
    """A measure of that plan, of money."""


class BonusPool(Document):
    """An amount for the people of a plan together, divided among them when a month, quarter, half or year is over.

    The parts add up to the pool to the cent (largest remainder; of equal remainders the first by id). Who has no part
    leaves it to the others; a pool of which nobody has a part is reported. It is divided on the last day of the period,
    by the plan file of that day, and is a line of its own beside what components pay: caps of the whole plan and draws
    count it, and it is payable at once: releases and reserves are of what components earn. Nothing achieved is 0 % of
    any quota, or of none. While anything that it looks at in the period is held, or somebody who achieved something
    lacks the quota, so is the pool. What counts after people left the plan (`leavers`) is nobody's in a period of which
    they were no day on it.
    """

    id: Name = Field(examples=["se-pool"])
    """How lines name the pool."""
    title: StrictStr = Field(default="", examples=["Quarterly pool of sales engineering"])
    """What statements call it."""
    per: Literal["month", "quarter", "half", "year"] = Field(examples=["quarter"])
    """The fiscal periods, each with a pool of its own."""
    amount: Dated[Pay] | None = Field(default=None, examples=["30_000"])
    """How much it is, for all members together."""
    share: Dated[Rate] | None = Field(default=None, examples=["2%"])
    """In place of `amount`: a percentage of what everybody on the plan came to in the period, by the measure `of`."""
    of: MeasureName | None = Field(default=None, examples=["bookings"])
    """With `share`: of which measure."""
    of_others: OthersMeasure | None = Field(default=None, examples=["{plan: ae, measure: bookings}"])
    """With `share`, in place of `of`: what everybody on another plan came to."""
    above: Dated[Pay] | None = Field(default=None, examples=["500_000"])
    """With `share`: only what lies above this amount counts, such as a profit above 500,000 or sales above a goal."""
    divided_by: Literal["headcount", "days", "measure", "attainment"] = Field(examples=["headcount"])
    """`headcount`: equal parts. `days`: by the days on the plan in the period, less unprotected leave. `measure`: by
    what each came to in the measure `by` (bookings, those of the team below, or weights that `results.csv` imports);
    nothing or less has no part. `attainment`: by what each came to over the own `quota`."""
    by: MeasureName | None = Field(default=None, examples=["bookings"])
    """With `measure` and `attainment`: of which measure."""
    quota: Name | None = Field(default=None, examples=["bookings"])
    """With `attainment`: rows of the quota file."""
    members: Literal["last_day", "any_day"] = Field(default="last_day", examples=["any_day"])
    """Who has a part. `last_day`: who is on the plan on the last day of the period; who left before has none.
    `any_day`: who was on it on any day of the period, also who left."""
    on_leave: Literal["member", "left_out"] = Field(default="member", examples=["left_out"])
    """Who is on unprotected leave on the last day: a member as the others, or left out. Protected leave costs no part.
    """
    only_if: Annotated[tuple[PoolGate, ...], *LISTED] = Field(
        default=(), examples=["{measure: bookings, quota: bookings, min: 80%}"]
    )
    """What everybody together must reach, one gate or several; else the pool stays empty."""
    multiplied_by: PoolFactor | None = Field(
        default=None,
        examples=[
            "{measure: bookings, quota: bookings, brackets: [{from: 0%, factor: 0%}, {from: 80%, factor: 100%}]}"
        ],
    )
    """What its size is multiplied by, according to what everybody together came to."""
    members_need: Annotated[tuple[PoolGate, ...], *LISTED] = Field(
        default=(), examples=["{measure: bookings, quota: bookings, min: 50%}"]
    )
    """What each member must reach; else the member has no part, and the others share."""

    @classmethod
    def located(cls, loc: Loc, written: Any) -> Loc:
        """A gate that stands by itself has no place in a list."""
        alone = len(loc) > 1 and loc[0] in ("only_if", "members_need") and isinstance(written.get(loc[0]), dict)
        return (loc[0], *loc[2:]) if alone else loc

    @property
    def quotas(self) -> Iterator[str]:
        """The quotas that it refers to."""
        sized = (self.multiplied_by,) if self.multiplied_by is not None else ()
        named = (self.quota, *(one.quota for one in (*self.only_if, *self.members_need, *sized)))
        return (quota for quota in named if quota is not None)

    @property
    def measures(self) -> Iterator[tuple[Loc, str]]:
        """The measures that it looks at, and where."""
        yield from (((key,), name) for key, name in (("of", self.of), ("by", self.by)) if name is not None)
        if self.multiplied_by is not None:
            yield ("multiplied_by", "measure"), self.multiplied_by.measure
        for key in ("only_if", "members_need"):
            for place, gate in enumerate(getattr(self, key)):
                yield (key, place, "measure"), gate.measure

    def problems(self) -> Iterator[Problem]:
        """One size, and all that its division needs."""
        if (self.amount is None) == (self.share is None):
            yield Problem((), "a pool has either amount or share.", "Write amount: 30_000, or share: 2% and of.")
        sizes = [key for key in ("of", "of_others") if getattr(self, key) is not None]
        if len(sizes) != (self.share is not None):
            message = "share is a percentage of one measure: of, or of_others."
            yield Problem((), message, "Write both, such as share: 2% and of: bookings.")
        if self.above is not None and self.share is None:
            yield Problem(("above",), "is of what a share is of.", "Write share: 2% and of, or remove above.")
        if (self.divided_by in ("measure", "attainment")) != (self.by is not None):
            yield Problem((), "by says what a division by measure or attainment looks at.", "Write both, or neither.")
        if (self.divided_by == "attainment") != (self.quota is not None):
            yield Problem((), "quota goes with a division by attainment.", "Write both, or neither.")

    def dated(self) -> Iterator[tuple[str, Dated[Any]]]:
        """Every value that may change by date, and where it is written."""
        yield from ((key, leaf) for key in ("amount", "share", "above") if (leaf := getattr(self, key)) is not None)

    def unfit(self, measures: Mapping[str, Measure]) -> Iterator[Problem]:
        """What it adds up over people is their own, and counted once; a part of it is money.

        What each has a part by, or needs for one, may be of the people below.
        """
        for place, name in self.measures:
            measure = measures[name]
            if measure.across is not None and place[0] in TOGETHER:
                continue
            remedy = "Write a measure of direct or overlay credits, or an imported one."
            if measure.of_a_window is not None:
                yield Problem(place, f"{name} is {measure.of_a_window}, which does not add up over people.", remedy)
            elif measure.of or (place[0] in TOGETHER and measure.of_credits and set(measure.credits) - OWN):
                yield Problem(place, f"{name} is not what each one achieved, and would count several times.", remedy)
        if self.of is not None and measures[self.of].unit != "amount":
            message = f"{self.of} adds up no money; a percentage of it is no amount."
            yield Problem(("of",), message, "Write a measure of money.")
