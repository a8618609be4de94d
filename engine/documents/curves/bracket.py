"""Tables of a payout curve: brackets that begin somewhere, and points that the curve runs through."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, ClassVar

from pydantic import Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from engine.documents.document import Document
from engine.documents.problems import Problem, Problems, shown
from engine.documents.values import (
    AMOUNT_SCHEMA,
    PERCENT_SCHEMA,
    Dated,
    FlatRate,
    Pay,
    Payout,
    PayoutOrFee,
    Times,
    in_percent,
    micros,
    percent,
)


class Row(Document):
    """A row of a table, placed at a share of quota or at an amount of the measure."""

    hidden: ClassVar[frozenset[str]] = frozenset({"from_share", "from_micros"})
    place: ClassVar[str]
    """The YAML key that places the row."""
    called: ClassVar[str]
    meaning: ClassVar[str]

    from_share: Fraction | None = None
    from_micros: int | None = None
    """Exactly one of the two: a share of quota, or an amount in micro-units."""

    @classmethod
    def spelled(cls, written: Any, found: list[Problem]) -> Any:
        """The place is a percentage of quota or an amount, and says which by its `%`."""
        known = super().spelled(written, found)
        if not isinstance(known, dict):
            return known
        if cls.place not in known:
            found.append(Problem((cls.place,), "missing.", f"Add {cls.place}, such as 0% or 50_000."))
            return known
        start = known.pop(cls.place)
        try:
            bound = {"from_share": percent(start)} if in_percent(start) else {"from_micros": micros(start)}
        except Problems:
            remedy = "Write a percentage of quota, such as 80%, or an amount, such as 50_000."
            found.append(Problem((cls.place,), f"{shown(start)} is no {cls.called}.", remedy))
            bound = {}
        return {**known, **bound}

    @property
    def start(self) -> Fraction | int:
        """Where the row is, in its own unit."""
        return self.from_share if self.from_share is not None else self.from_micros or 0

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """In YAML: one key for the place."""
        schema = super().__get_pydantic_json_schema__(core_schema, handler)
        start = {"anyOf": [PERCENT_SCHEMA, AMOUNT_SCHEMA], "description": cls.meaning, "examples": ["100%"]}
        schema["properties"] = {cls.place: start, **schema["properties"]}
        schema["required"] = [cls.place, *schema.get("required", [])]
        return schema


class Bracket(Row):
    """A tier: from where (a share of quota, or an amount or number of the measure) and what it pays.

    Exactly one of `rate`, `times`, `pays` and `lump`, the same one in every bracket of a component.
    """

    spellings: ClassVar[tuple[str, ...]] = ("from",)
    place: ClassVar[str] = "from"
    called: ClassVar[str] = "start of a bracket"
    meaning: ClassVar[str] = (
        "Where the bracket begins: a percentage of quota, or an amount or number of the measure."
        " `boundary` of the component says which bracket owns that point. Of what is counted, a marginal bracket begins"
        " after so many: `from: 3` is for the fourth deal and those after it."
    )
    ways: ClassVar[tuple[str, ...]] = ("rate", "times", "pays", "lump")

    rate: Dated[FlatRate] | None = Field(default=None, examples=["{2026-02-01: 15%, 2026-08-01: 16%}"])
    """A share of what was achieved; over 100 % too. Below zero it takes off, and then no bracket pays: `[{from: 0,
    rate: -6%}, {from: 50_000, rate: 0%}]` is a fee of 6 % until it comes to 3,000."""
    times: Dated[Times] | None = Field(default=None, examples=["1.5"])
    """A multiple of the target rate (target / quota): 1 % of attainment pays this many per cent of the target."""
    pays: Dated[PayoutOrFee] | None = Field(default=None, examples=["50%"])
    """A percentage of the component's `target`, for the whole row and not for a slice; or an amount for each unit that
    is counted, or for each `per` of the component. Below zero an amount takes off: `[{from: 0, pays: -250}, {from: 3,
    pays: 0}]` is a fee for each of the first three deals."""
    lump: Dated[Pay] | None = Field(default=None, examples=["2_500"])
    """An amount for the whole row: what is paid in all once the bracket is reached, until the next one is."""

    @property
    def way(self) -> str:
        """What it pays by: `rate`, `times`, `each` (an amount for each unit), `share` (of the target) or `lump`."""
        (name,) = (name for name in self.ways if getattr(self, name) is not None)
        if self.pays is None:
            return name
        return "share" if all(isinstance(value, Fraction) for _, value in self.pays.steps) else "each"

    def problems(self) -> Iterator[Problem]:
        """One way to pay, which does not change its nature by date."""
        yield from _one_of(self, self.ways)
        yield from _of_one_nature(self.pays)

    @property
    def signs(self) -> frozenset[int]:
        """Whether it pays (1), takes off (-1), or both by date; what is 0 does neither."""
        leaves = (leaf for leaf in (self.rate, self.pays) if leaf is not None)
        return frozenset(1 if value > 0 else -1 for leaf in leaves for _, value in leaf.steps if value)

    def dated(self) -> Iterator[tuple[str, Dated[Any]]]:
        """The values that may change by date."""
        yield from ((name, getattr(self, name)) for name in self.ways if getattr(self, name) is not None)


class Point(Row):
    """A point of the curve: so much is paid in all at exactly this achievement; straight lines run between points."""

    spellings: ClassVar[tuple[str, ...]] = ("at",)
    place: ClassVar[str] = "at"
    called: ClassVar[str] = "place of a point"
    meaning: ClassVar[str] = "Where the point is: a percentage of quota, or an amount or number of the measure."

    pays: Dated[Payout] = Field(examples=["100%"])
    """What is paid in all there: a percentage of the component's `target`, or an amount."""

    def problems(self) -> Iterator[Problem]:
        """What a point pays does not change its nature by date."""
        yield from _of_one_nature(self.pays)

    @property
    def way(self) -> str:
        """What it pays by: a `share` of the target, or a `lump`."""
        return "share" if all(isinstance(value, Fraction) for _, value in self.pays.steps) else "lump"

    def dated(self) -> Iterator[tuple[str, Dated[Any]]]:
        """The values that may change by date."""
        yield "pays", self.pays


def _one_of(row: Document, ways: tuple[str, ...]) -> Iterator[Problem]:
    written = [name for name in ways if getattr(row, name) is not None]
    if len(written) != 1:
        message = "says nothing about how much." if not written else f"says how much in {len(written)} ways."
        yield Problem((written[1],) if written else (), message, f"Write exactly one of {', '.join(ways)}.")


def _of_one_nature(pays: Dated[Any] | None) -> Iterator[Problem]:
    natures = {type(value) for _, value in pays.steps} if pays is not None else set()
    if len(natures) > 1:
        yield Problem(("pays",), "is a percentage on some days and an amount on others.", "Write one of them.")
