"""Holdover: for some days after a role changes hands, the former holder is credited, in full or in part."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import Field, StrictStr, WithJsonSchema

from engine.documents.conditions import When
from engine.documents.document import Document, written
from engine.documents.problems import Problem, wrong
from engine.documents.values import COUNT_SCHEMA, Share, count

PARTS = 10**6
"""Shares are counted in these parts of the whole: percentages with four decimals."""
LONGEST = 3_660


def _days(value: Any) -> int:
    number = count(value)
    if not 1 <= number <= LONGEST:
        raise wrong(f"{number} is no number of days.", f"Write 1 to {LONGEST}.")
    return number


Days = Annotated[int, written(_days), WithJsonSchema(COUNT_SCHEMA)]


class LaterDays(Document):
    """The days of a holdover that follow, in which the former holder gets another share."""

    days: Days = Field(examples=["30"])
    """How many, after those that stand before it."""
    share: Share = Field(examples=["50%"])
    """How much of the role's credit."""

    def problems(self) -> Iterator[Problem]:
        """The share can be counted."""
        yield from _uncountable(self.share)


def _uncountable(share: Fraction) -> Iterator[Problem]:
    if (share * PARTS).denominator != 1:
        yield Problem(("share",), "has more than four decimals of a percent.", "Round it.")


class Holdover(Document):
    """What the former holder of a role keeps after a territory or account went to somebody else, or after leaving.

    The day of the change is the first on which the deal's role is another person's: by the holdings, by the dated lists
    that territories test, and by the days on which segments and territories are drawn anew (`effective`). The former
    holder gets the share on deals dated in the days after it, the present one (or who steps in) the rest. The present
    holder owns the deal. Of a role that somebody holds on the deal's own team nobody is held over.
    """

    days: Days = Field(examples=["90"])
    """Deals dated on the day of the change and in the days after it, so many in all; `then` adds more."""
    share: Share = Field(default=Fraction(1), examples=["50%"])
    """How much of the role's credit; without it, all."""
    then: tuple[LaterDays, ...] = Field(default=(), examples=["[{days: 30, share: 50%}]"])
    """Days that follow with shares of their own, so that it fades: with `days: 30` before it, the first 30 days in full
    and the next 30 by half."""
    of: Literal["open_deals", "all_deals"] = Field(default="open_deals", examples=["all_deals"])
    """`open_deals`: only deals that were there before the change; `all_deals`: also those opened later."""
    when: When = Field(default=When(), examples=["{amount: {above: 50_000}}"])
    """Only deals that fit, such as those above an amount; others pass on with the role at once. Without it, all."""
    because: StrictStr = Field(default="", examples=["Who worked on a deal for months sees it through"])
    """Why."""

    def problems(self) -> Iterator[Problem]:
        """The share can be counted, and all of the days together."""
        yield from _uncountable(self.share)
        if self.then and self.all_days > LONGEST:
            yield Problem(("then",), f"{self.all_days} days are too many.", f"Write at most {LONGEST} together.")

    @property
    def all_days(self) -> int:
        """The days of all stretches together."""
        return self.days + sum(each.days for each in self.then)

    def stretches(self, change: date) -> Iterator[tuple[date, Fraction]]:
        """The first day after each stretch, counted from the day of the change, and the share in it."""
        until = change
        for days, share in ((self.days, self.share), *((each.days, each.share) for each in self.then)):
            until += timedelta(days=days)
            yield until, share
