"""`when:` conditions: typed tests per field, nothing to execute (DESIGN 4).

All fields of a `when` must fit; a list means "one of"; `min`/`max` include, `above`/`below` exclude. A missing value
fails the test and is reported where the rule would otherwise have matched. "Or" is a second rule.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Literal

from pydantic import Field

from engine.documents.values import Document

FieldType = Literal["text", "money", "percent", "count", "day", "texts"]

FIELDS: dict[str, FieldType] = {
    "motion": "text",
    "segment": "text",
    "territory": "text",
    "industry": "text",
    "country": "text",
    "source": "text",
    "type": "text",
    "currency": "text",
    "family": "texts",
    "amount": "money",
    "acv": "money",
    "expiring_acv": "money",
    "revenue": "money",
    "uplift": "percent",
    "employees": "count",
    "term_months": "count",
    "months_since_signing": "count",
    "closed_on": "day",
}
"""What a rule may test, and the type that decides which operators are allowed. `account` has its own test."""


class FieldTest(Document):
    """One test of one field. Bounds are in the field's own unit: micro-units, a rational, a count or a day."""

    field: str
    any_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    min: int | Fraction | date | None = None
    max: int | Fraction | date | None = None
    above: int | Fraction | date | None = None
    below: int | Fraction | date | None = None


class AccountTest(Document):
    """Whether the deal's account is on a named list on the deal's day."""

    listed_in: str | None = None
    not_listed_in: str | None = None


class When(Document):
    """All tests must fit; an empty `when` fits every deal."""

    tests: tuple[FieldTest, ...] = ()
    account: AccountTest | None = Field(default=None)
