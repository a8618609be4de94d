"""Segments, territories and windows: conditions that rules of engagement name once and test by that name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StrictStr, WithJsonSchema

from engine.documents.conditions import When
from engine.documents.document import Document, written
from engine.documents.problems import Problem, wrong
from engine.documents.values import COUNT_SCHEMA, Name, Window, count


def _some_text(text: str) -> str:
    if not text.strip():
        raise wrong("empty.", "Write a name.")
    return text


PlaceName = Annotated[StrictStr, AfterValidator(_some_text)]


class Place(Document):
    """A segment or territory: the first of its list that fits is the account's."""

    name: PlaceName = Field(examples=["Enterprise"])
    """As conditions, plans and the holdings in `roles.csv` say it; two entries may have one name."""
    because: StrictStr = Field(default="", examples=["Over a thousand employees there is a buying centre"])
    """Why it is drawn like this."""
    when: When = Field(default=When(), examples=["{employees: {min: 1_000}}"])
    """What belongs to it; without it, everything that comes so far. A geography tests `country` or a mapped fact, a
    vertical `industry`, named accounts a list (whose entries are dated), a hybrid several of them."""
    effective: Window | None = Field(default=None, examples=["{from: 2026-07-01}"])
    """Deals dated in this window; without it, all that the rules govern."""


def _months(value: Any) -> int:
    number = count(value)
    if number < 1:
        raise wrong(f"{number} is no length of time.", "Write 1 or more.")
    return number


Length = Annotated[int, written(_months), WithJsonSchema(COUNT_SCHEMA)]


class SigningWindow(Document):
    """A stretch of time after a customer signed, that `when: {window: NAME}` tests.

    It begins on the day of the new-business deal that began the running relationship. A window of x months holds the
    deals of the first x whole months (`months_since_signing` below x). With `until: renewal` it ends with the first
    renewal, if that comes before.
    """

    id: Name = Field(examples=["landing"])
    """Its name."""
    because: StrictStr = Field(default="", examples=["What grows in the first months was sold with the first deal"])
    """Why it is there."""
    months: Length | None = Field(default=None, examples=["6"])
    """How long it is, in whole months."""
    months_by_segment: dict[PlaceName, Length] = Field(default_factory=dict, examples=["{SMB: 3, Enterprise: 12}"])
    """How long it is for the accounts of a segment; the others have `months`, and without it no window."""
    sales_cycles: Length | None = Field(default=None, examples=["1"])
    """How many times as long as it took to sign the customer: the days from the creation of the signing deal to its
    closing."""
    until: Literal["renewal"] | None = Field(default=None, examples=["renewal"])
    """The first renewal after signing ends it, also one that is held; deals of that day are outside."""

    def problems(self) -> Iterator[Problem]:
        """It ends somehow, and in one way to count."""
        by_months = self.months is not None or bool(self.months_by_segment)
        if by_months and self.sales_cycles is not None:
            yield Problem(("sales_cycles",), "written beside months.", "Keep one of them.")
        if not by_months and self.sales_cycles is None and self.until is None:
            yield Problem((), "never ends.", "Write months, sales_cycles or until: renewal.")
