"""Gauges: numbers of the payee that decide whether and how much another component pays (gates and multipliers)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, Literal

from pydantic import Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from engine.documents.curves.factors import Factors
from engine.documents.curves.ranked import Ranking
from engine.documents.curves.threshold import Threshold
from engine.documents.document import ComponentName, Document, MeasureName, written
from engine.documents.measures.measure import Measure
from engine.documents.problems import Problem
from engine.documents.values import Count, Name

Over = Literal["transaction", "week", "two_weeks", "half_month", "month", "quarter", "half", "year"]
"""How long something adds up."""
Judged = Literal["window", "deal", "before_deal", "in_parts"]
"""Which state of its window a number is read in."""
Whole = Literal["quarter", "half", "year"]
"""What shorter windows are added up in, to date."""
SHORT: tuple[Over, ...] = ("week", "two_weeks", "half_month")
"""Windows that are no whole fiscal months."""


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


class _OneOrMore:
    """Editors take the only item for the list, too."""

    def __get_pydantic_json_schema__(self, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """An item, or a list of them."""
        listed = handler(core_schema)
        return {"anyOf": [listed["items"], listed]}


LISTED = written(_listed), _OneOrMore()
"""Annotations of a list whose only item may stand by itself."""


class Gauge(Document):
    """A number of the payee. Exactly one of `attainment_of`, `payout_of` and `measure`."""

    attainment_of: ComponentName | None = Field(default=None, examples=["base"])
    """The attainment of a component of this plan: achieved over quota, in the component's own window."""
    payout_of: ComponentName | None = Field(default=None, examples=["retention-bonus"])
    """What a component of this plan pays in its own window, in the plan's currency; of one that is paid to date, what
    the window adds to what those before it were paid."""
    measure: MeasureName | None = Field(default=None, examples=["new_acv"])
    """What a measure adds up; with `quota` its attainment."""
    quota: Name | None = Field(default=None, examples=["new_acv"])
    """With `measure`: rows of the quota file that a percentage refers to."""
    over: Over | None = Field(default=None, examples=["quarter"])
    """With `measure`: how long it adds up (`transaction`: on the deal alone); without it, as long as the component
    accumulates."""
    trailing: Count | None = Field(default=None, examples=["3"])
    """With `measure`: so many windows are added up, the one of the deal the last of them: `over: month` and `trailing:
    3` look at the last three months. It is their sum: 50,000 a month on average are 150,000. With `quota` it is
    compared with the sum of their quotas: a window without a row adds none, and where a row reaches over the edge of
    one nobody knows the sum (what reads it is held)."""
    to_date: Whole | None = Field(default=None, examples=["year"])
    """In place of `trailing`: all windows of the fiscal year (half, quarter) so far are added up, and with `quota`
    their quotas: year-to-date attainment. A week is of the year in which it begins."""
    ending: Literal["now", "before"] = Field(default="now", examples=["before"])
    """With `trailing` or `to_date`: which window is the last of them, that of the deal (`now`) or the one `before` it:
    `over: quarter`, `trailing: 1` and `ending: before` let last quarter decide. Nothing achieved there is 0, and so is
    the year to date before its first window."""
    ranked: Ranking = Field(default=None, examples=["true"])
    """With `measure`: the number is where the payee stands in it among everybody in the plan: 1 is the first, unless
    the ranking says otherwise. Known when the window is over; who achieved nothing, or is on the plan no more,
    stands behind everybody."""
    judged: Judged = Field(default="window", examples=["deal"])
    """`window`: by all that the window holds as of now, for all its deals, so that a gate that opens late pays what
    came before it, too. `deal`: by what it held when each deal was counted, that deal included: the deal that reaches
    quota is paid the new rate, those before it are not. `before_deal`: by what it held before each deal, so that the
    new rate begins with the next one. `in_parts`, of brackets that multiply: each deal is divided where what it adds to
    the number reaches the next bracket, as marginal tiers divide it, whatever the component pays on: one that takes
    bookings from 80 % to 120 % of quota is paid half by the factor up to 100 % and half by the one above, on its margin
    too. While a deal of the window is held, so is what looks at that window."""

    def problems(self) -> Iterator[Problem]:
        """One number, and nothing about measures without one."""
        named = [name for name in ("attainment_of", "payout_of", "measure", "each_of") if getattr(self, name, None)]
        if len(named) != 1:
            message = "says not which number counts." if not named else f"asks for {len(named)} numbers at once."
            yield Problem((named[1],) if named else (), message, "Write one of attainment_of, payout_of and measure.")
        if self.ranked and self.judged != "window":
            yield Problem(("judged",), "places are known when the window is over.", "Remove judged.")
        if self.judged == "in_parts" and not getattr(self, "brackets", None):
            yield Problem(("judged",), "only brackets that multiply divide a deal.", "Write judged: deal.")
        if (self.judged == "before_deal" and self.over == "transaction") or (self.looks_back and self.looks_before):
            message = "what came before a deal is looked for in its own window."
            yield Problem(("judged",), message, f"Remove judged, or {self.looks_back or 'over: transaction'}.")
        yield from self._trailing_problems()
        for key in ("quota", "over", "trailing", "to_date", "ranked"):
            if getattr(self, key) is not None and not set(named) & {"measure", "each_of"}:
                message = f"{key} goes with a measure; a component has its own."
                yield Problem((key,), message, f"Remove {key}, or write measure.")

    @property
    def looks_before(self) -> bool:
        """Whether what the window held before each deal is asked for."""
        return self.judged in ("before_deal", "in_parts")

    @property
    def looks_back(self) -> str | None:
        """The key that adds up several windows, if one does."""
        return next((key for key in ("trailing", "to_date") if getattr(self, key) is not None), None)

    def _trailing_problems(self) -> Iterator[Problem]:
        """There are windows to add up, and nothing that is of one of them."""
        key, least = self.looks_back, 1 if self.ending == "before" else 2
        if key is None:
            if self.ending == "before":
                yield Problem(("ending",), "no windows are added up.", "Write trailing: 1, or remove ending.")
            return
        if self.trailing is not None and self.to_date is not None:
            yield Problem(("to_date",), "trailing says already which windows are added up.", "Write one of them.")
        if self.trailing is not None and self.trailing < least:
            message = f"{self.trailing} windows are none that could be added up."
            yield Problem(("trailing",), message, f"Write {least} or more.")
        if self.over == "transaction":
            yield Problem(("over",), "a deal by itself is no window.", "Write over: month, or longer.")
        if self.ranked is not None:
            yield Problem(("ranked",), "ranked is of one window, and several are added up.", "Remove ranked.")

    def in_percent(self, measures: Mapping[str, Measure]) -> bool:
        """Whether the number is a share (of quota, or of a whole) and no amount."""
        for name in (self.measure, *getattr(self, "each_of", ())):
            if name is not None and self.ranked is not None:
                return self.ranked.counted_as == "share"
            if name is not None:
                return self._of_quota(measures[name])
        return self.attainment_of is not None

    def _of_quota(self, measure: Measure) -> bool:
        """Whether what a measure adds up is told as a share."""
        return self.quota is not None or measure.is_share

    def thresholds(self) -> Iterator[tuple[tuple[str | int, ...], Fraction | int]]:
        """Every threshold and where it is written."""
        yield from ()

    def unfit(self, measures: Mapping[str, Measure]) -> Iterator[Problem]:
        """Shares are compared with percentages, amounts with amounts."""
        compared = [(place, value, self.in_percent(measures)) for place, value in self.thresholds()]
        if self.ranked is not None and self.ranked.least is not None and self.measure is not None:
            compared.append((("ranked", "least"), self.ranked.least, self._of_quota(measures[self.measure])))
        for place, value, in_percent in compared:
            if value != 0 and isinstance(value, Fraction) != in_percent:
                kind, such_as = ("a percentage", "80%") if in_percent else ("an amount or number", "50_000")
                yield Problem(place, f"is compared with {kind}.", f"Write {kind}, such as {such_as}.")


class Gate(Gauge):
    """A condition: the component pays only if the number lies within the bounds. Several gates must all be open.

    `only_if: {attainment_of: base, min: 80%}` on a SPIFF of 1 %, quota 100,000. 50,000 in January: 50 %, nothing is
    paid. 40,000 more in February: 90 %, so February pays 400 and January 500, each in its own period. With
    `judged: deal` January stays unpaid. Where no deal was counted the number is 0, so that a gate with `max` or `below`
    alone is open. A result, a rate of retention or the number of members is not known before it is there: a gate on it
    is closed, whatever its bounds, and once the window is over an issue says so.
    """

    each_of: tuple[MeasureName, ...] = Field(default=(), examples=["[hardware, software, services]"])
    """In place of `measure`: every one of these measures must lie within the bounds."""
    min: Threshold | None = Field(default=None, examples=["80%"])
    """The least number with which it pays."""
    above: Threshold | None = Field(default=None, examples=["100%"])
    """It pays above this number only."""
    max: Threshold | None = Field(default=None, examples=["120%"])
    """The largest number with which it pays."""
    below: Threshold | None = Field(default=None, examples=["100%"])
    """It pays below this number only."""

    def thresholds(self) -> Iterator[tuple[tuple[str | int, ...], Fraction | int]]:
        """The bounds there are."""
        for name in ("min", "above", "max", "below"):
            if getattr(self, name) is not None:
                yield (name,), getattr(self, name)

    def problems(self) -> Iterator[Problem]:
        """There is a bound to lie within."""
        yield from super().problems()
        if not list(self.thresholds()):
            yield Problem((), "a gate without a bound is always open.", "Add min, such as min: 80%.")

    def single(self) -> tuple[Gate, ...]:
        """One gate for each measure."""
        if not self.each_of:
            return (self,)
        return tuple(self.model_copy(update={"measure": name, "each_of": ()}) for name in self.each_of)


class Multiplier(Factors, Gauge):
    """An accelerator or decelerator: the component's payout is multiplied by the factor of the bracket reached.

    `{attainment_of: new, brackets: [{from: 0%, factor: 50%}, {from: 120%, factor: 150%}]}` on a renewal commission of
    2 %: 50,000 renewed pay 1,000 x 150 % = 1,500 once new business is at 120 % of its quota, and 500 before. With
    `points: [{at: 0%, factor: 0%}, {at: 100%, factor: 100%}]` and `beyond: continue` the payout is multiplied by the
    number itself, kept exact: a bonus of 10,000 at 110 % of one goal and 90 % of another pays 9,900.

    `{measure: acv, quota: acv, over: year, judged: in_parts, brackets: [{from: 0%, factor: 8%}, {from: 100%, factor:
    12%}]}` on `rate: 100%` of the margin is a commission on margin whose marginal tiers the ACV fills: with a quota of
    1,000,000, of which 900,000 are reached, a deal of 400,000 ACV and 80,000 margin pays 80,000 x (1/4 x 8 % + 3/4 x
    12 %) = 8,800.
    """
