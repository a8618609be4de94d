"""Measures across people: what everybody together came to, as one number that everybody is measured by."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from engine.documents.document import Document
from engine.documents.problems import Problem
from engine.documents.values import Name

EVERYBODY = "everybody"
"""How people files and plan tests name all people together, where they name a payee."""


class Across(Document):
    """What all people together came to: the company's total, or that of some plans.

    Each deal counts once, whoever shares it: the direct credits of everybody, whether they are on a plan or not, in the
    plan's currency; those of house accounts, too, where they count for quotas. An imported result is the company's own.
    Its quota and its results are rows of the quota file and of the results file whose payee is `everybody`. As a gate
    or multiplier it is known with every deal. A component that pays on it pays when its window is over, to who is on
    the plan on the last day of it, on leave or not (also where the component's own life ended before: it counts the
    days of that); so do ratios and weighted attainments that it is a part of. The total of a region or a product is a
    measure with `when` or `lines`, written in the plans of the people there; that of each payee's own team is one with
    `credits: [team]`.
    """

    plans: tuple[Name, ...] = Field(default=(), examples=["[ae, am]"])
    """Only credits of people who are on one of these plans on the day on which the credit counts; of cash, on the day
    of each payment."""

    @classmethod
    def spelled(cls, written: Any, found: list[Problem]) -> Any:
        """`everybody` is everybody."""
        return {} if written == EVERYBODY else super().spelled(written, found)


class _OrEverybody:
    """Editors take the word, too."""

    def __get_pydantic_json_schema__(self, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The word, or the plans."""
        across, _ = handler(core_schema)["anyOf"]
        return {"anyOf": [{"const": EVERYBODY, "title": f"`{EVERYBODY}`"}, across]}


WholeCompany = Annotated[Across | None, _OrEverybody()]
