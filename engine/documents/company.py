"""The company's calendar and currency (`config/company.yaml`)."""

from __future__ import annotations

from pydantic import Field

from engine.documents.values import Document


class Company(Document):
    """What every date and exchange rate is read against."""

    company: str
    zone: str
    """IANA zone in which instants become business dates."""
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    fiscal_year_starts: str = Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$")
    """Month and day, such as 02-01."""

    @property
    def fiscal_month(self) -> int:
        """Month in which the fiscal year starts."""
        return int(self.fiscal_year_starts[:2])

    @property
    def fiscal_day(self) -> int:
        """Day of the month on which fiscal periods start."""
        return int(self.fiscal_year_starts[3:])
