"""What of a deal a measure counts: some of its lines, weights, multipliers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from pydantic import Field, GetJsonSchemaHandler, StrictStr
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from engine.documents.conditions import CHOICES, FieldTest, When, read_texts, schema_of_test
from engine.documents.document import Document
from engine.documents.problems import Problem, nearest
from engine.documents.values import Dated, Rate

LINE_FIELDS = ("product", "family")
"""What tells one line from another, the most specific first."""


class LinesTest(Document):
    """Which lines of a deal count, by product or family: a text, a list of texts, or `not` with one of these."""

    hidden: ClassVar[frozenset[str]] = frozenset({"tests"})
    spellings: ClassVar[tuple[str, ...]] = LINE_FIELDS

    tests: tuple[FieldTest, ...] = ()

    @classmethod
    def spelled(cls, written: Any, found: list[Problem]) -> Any:
        """One entry a field."""
        known = super().spelled(written, found)
        if not isinstance(known, dict):
            return known
        if not known:
            found.append(Problem((), "tests nothing.", "Write family or product."))
        return {"tests": tuple(FieldTest(field=name, **read_texts(name, test, found)) for name, test in known.items())}

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """In YAML: one key a field."""
        schema = super().__get_pydantic_json_schema__(core_schema, handler)
        notes = {"product": "Name of the product.", "family": "Family of the product."}
        schema["properties"] = {
            name: {**schema_of_test("text"), "description": notes[name], "examples": ["{not: [Services]}"]}
            for name in LINE_FIELDS
        }
        return schema


class Weights(Document):
    """What counts how much. The most specific entry decides: the line's product, its family, the deal's motion.

    Each line counts by its part of the deal's lines, so that a deal of 10,000 with lines of 6,000 and 4,000 weighted
    100% and 50% counts 80 % of whatever is added up.
    """

    product: dict[StrictStr, Dated[Rate]] = Field(default_factory=dict, examples=["{Platform Core: 110%}"])
    """By name of the product."""
    family: dict[StrictStr, Dated[Rate]] = Field(default_factory=dict, examples=["{Software: 100%, Services: 50%}"])
    """By family of the product."""
    motion: dict[StrictStr, Dated[Rate]] = Field(default_factory=dict, examples=["{renewal: 25%}"])
    """By motion of the deal."""
    otherwise: Dated[Rate] = Field(examples=["0%"])
    """Everything that nothing above names, and deals without lines."""

    def problems(self) -> Iterator[Problem]:
        """There are weights, and motions are ours."""
        if not self.values:
            yield Problem((), "weighs nothing.", "Write product, family or motion.")
        for name in self.motion:
            if name not in CHOICES["motion"]:
                yield Problem(("motion", name), f"no motion is called {name}.", nearest(name, CHOICES["motion"]))

    @property
    def values(self) -> tuple[Dated[Any], ...]:
        """Every weight of an entry; each counts for deals from its day on."""
        return (*self.product.values(), *self.family.values(), *self.motion.values())


class CreditMultiplier(Document):
    """Deals that count for more, or for less, than they are worth."""

    when: When = Field(examples=["{term_months: {min: 24}}"])
    """Which deals."""
    by: Dated[Rate] = Field(examples=["120%"])
    """What a fitting deal counts, as a share of its worth."""
