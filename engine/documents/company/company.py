"""The company's calendar and currency (`config/company.yaml`)."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, StrictStr, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue

from engine.documents.company.fiscal import LISTED, FiscalPeriods, FiscalWeeks, Weekday
from engine.documents.document import Document
from engine.documents.problems import Problem, shown, wrong
from engine.documents.values import Currency, Day, spelt

CALENDARS = ("fiscal_year_starts", "fiscal_weeks", "fiscal_periods")
"""The ways to say what a fiscal year is: one of them."""
ZONE_SCHEMA: JsonSchemaValue = {"type": "string", "title": "time zone"}


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(name: str) -> str:
    if name not in _zones():
        close = get_close_matches(name, _zones(), n=1)
        remedy = f"Did you mean {close[0]}?" if close else "Write an IANA zone, such as Europe/Berlin."
        raise wrong(f"{shown(name)} is not a time zone.", remedy)
    return name


class Company(Document):
    """What every date and exchange rate is read against."""

    company: StrictStr = Field(examples=["Harbour Analytics"])
    """The company's name."""
    zone: Annotated[StrictStr, AfterValidator(_zone), WithJsonSchema(ZONE_SCHEMA)] = Field(
        examples=["America/New_York"]
    )
    """IANA zone in which instants become business dates."""
    currency: Currency = Field(examples=["USD"])
    """What exchange rates convert into."""
    fiscal_year_starts: (
        Annotated[
            StrictStr,
            *spelt(
                r"(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])",
                "Write month and day, day 01 to 28, such as 02-01.",
                "a start of the fiscal year",
            ),
        ]
        | None
    ) = Field(default=None, examples=["02-01"])
    """Month and day, such as 02-01; the day is 28 at most, so that every fiscal month has it. A fiscal month begins on
    that day of each month and is named by the month in which it begins; a year by the year in which it ends."""
    fiscal_weeks: FiscalWeeks | None = Field(
        default=None, examples=["{pattern: 4-4-5, ends: last, weekday: saturday, month: january}"]
    )
    """In place of `fiscal_year_starts`: years of whole weeks, such as 4-4-5."""
    fiscal_periods: FiscalPeriods | None = Field(default=None, examples=[LISTED])
    """In place of both: the first day of each period, listed."""
    weeks_start: Weekday | None = Field(default=None, examples=["sunday"])
    """The first day of a week, for weekly statements; without it Monday. A week belongs to the year in which its fourth
    day lies, so that from Monday they are those of ISO 8601. `fiscal_weeks` says it already."""
    two_weeks_start: Day | None = Field(default=None, examples=["2026-01-12"])
    """A day in the first of two weeks, for two-weekly statements: from there on weeks are paired, without regard to
    years. Without it, a day in the week of 2026-01-05."""

    def problems(self) -> Iterator[Problem]:
        """One calendar."""
        said = [key for key in CALENDARS if getattr(self, key) is not None]
        if not said:
            yield Problem((CALENDARS[0],), "missing.", f"Add {CALENDARS[0]}, such as {CALENDARS[0]}: 02-01.")
        for key in said[1:]:
            yield Problem((key,), f"{said[0]} says already when fiscal years begin.", "Write one of them.")
        if self.fiscal_weeks is not None and self.weeks_start is not None:
            yield Problem(("weeks_start",), "fiscal_weeks says already when weeks begin.", "Remove it.")
