"""Which exchange rate a plan pays foreign deals by (DESIGN 3.6)."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from engine.documents.document import Document
from engine.documents.values import Currency, Dated, ExchangeRate


class Exchanging(Document):
    """How what is in another currency becomes the plan's; the rate stands on every line.

    Without it, by the company's dated table on the day that the credit counts.
    """

    rates_of: Literal["day", "month_start", "plan_start"] = Field(default="day", examples=["month_start"])
    """Which day of the company's table counts: the credit's own `day`, the first day of its calendar month, or the day
    on which the plan comes into force, so that one rate holds for all of it."""
    fixed: dict[Currency, Dated[ExchangeRate]] = Field(default_factory=dict, examples=["{EUR: 1.15}"])
    """Rates that the plan itself fixes, before any table: one unit of this currency is so many of the plan's."""

    def day_of(self, day: date, plan_start: date) -> date:
        """The day of the table that counts for a credit of a day."""
        return {"day": day, "month_start": day.replace(day=1), "plan_start": plan_start}[self.rates_of]
