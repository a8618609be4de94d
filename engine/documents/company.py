"""The company's calendar and currency (`config/company.yaml`)."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, StrictStr, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue

from engine.documents.document import Document
from engine.documents.problems import shown, wrong
from engine.documents.values import Currency, spelt

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
    fiscal_year_starts: Annotated[
        StrictStr,
        *spelt(
            r"(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])",
            "Write month and day, day 01 to 28, such as 02-01.",
            "a start of the fiscal year",
        ),
    ] = Field(examples=["02-01"])
    """Month and day, such as 02-01; the day is 28 at most, so that every fiscal month has it."""

    @property
    def fiscal_month(self) -> int:
        """Month in which the fiscal year starts."""
        return int(self.fiscal_year_starts[:2])

    @property
    def fiscal_day(self) -> int:
        """Day of the month on which fiscal periods start."""
        return int(self.fiscal_year_starts[3:])
