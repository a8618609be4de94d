"""Components: the ways to earn, each a payout curve over a measure."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any, ClassVar, Literal

from pydantic import Field, GetJsonSchemaHandler, StrictStr
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from engine.documents.document import Document, MeasureName
from engine.documents.problems import Problem, Problems, shown
from engine.documents.values import AMOUNT_SCHEMA, PERCENT_SCHEMA, Dated, Name, Pay, Rate, Window, micros, percent

Accumulation = Literal["transaction", "month", "quarter", "half", "year"]
Kind = Literal["commission", "spiff", "bonus", "manager_override"]


class Bracket(Document):
    """A tier: from where (share of quota, or an amount of the measure) at which rate. The lower bound is in."""

    hidden: ClassVar[frozenset[str]] = frozenset({"from_share", "from_micros"})
    spellings: ClassVar[tuple[str, ...]] = ("from",)

    from_share: Fraction | None = None
    from_micros: int | None = None
    """Exactly one of the two: a share of quota, or an amount in micro-units."""
    rate: Dated[Rate] = Field(examples=["{2026-02-01: 15%, 2026-08-01: 16%}"])
    """What the bracket pays, as a share of what was achieved."""

    @classmethod
    def spelled(cls, written: Any, found: list[Problem]) -> Any:
        """`from` is a percentage of quota or an amount, and says which by its `%`."""
        known = super().spelled(written, found)
        if not isinstance(known, dict):
            return known
        if "from" not in known:
            found.append(Problem(("from",), "missing.", "Add from, such as 0% or 50_000."))
            return known
        start = known.pop("from")
        try:
            bound = {"from_share": percent(start)} if _in_percent(start) else {"from_micros": micros(start)}
        except Problems:
            remedy = "Write a percentage of quota, such as 80%, or an amount, such as 50_000."
            found.append(Problem(("from",), f"{shown(start)} is no start of a bracket.", remedy))
            bound = {}
        return {**known, **bound}

    @property
    def start(self) -> Fraction | int:
        """Where the bracket begins, in its own unit."""
        return self.from_share if self.from_share is not None else self.from_micros or 0

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """In YAML: one key `from`."""
        schema = super().__get_pydantic_json_schema__(core_schema, handler)
        description = "Where the bracket begins: a percentage of quota or an amount; the lower bound is in."
        start = {"anyOf": [PERCENT_SCHEMA, AMOUNT_SCHEMA], "description": description, "examples": ["100%"]}
        schema["properties"] = {"from": start, "rate": schema["properties"]["rate"]}
        schema["required"] = ["from", "rate"]
        return schema


def _in_percent(start: Any) -> bool:
    return isinstance(start, str) and start.endswith("%")


class Component(Document):
    """One way to earn: a payout curve over what was achieved so far.

    Exactly one of `rate`, `pays` and `brackets` says how much.
    """

    id: Name = Field(examples=["base"])
    """How lines and clawbacks name the component."""
    title: StrictStr = Field(default="", examples=["Commission on new annual contract value"])
    """What statements call it."""
    kind: Kind = Field(examples=["commission"])
    """How the earning is booked. `manager_override` pays on the team's credits."""
    measure: MeasureName = Field(examples=["new_acv"])
    """What it pays on."""
    rate: Dated[Rate] | None = Field(default=None, examples=["8%"])
    """A flat share of the measure."""
    pays: Dated[Pay] | None = Field(default=None, examples=["250"])
    """An amount of the plan's currency for each unit that is counted."""
    brackets: tuple[Bracket, ...] = Field(default=(), examples=["[{from: 0%, rate: 8%}, {from: 100%, rate: 12%}]"])
    """Tiers that begin at 0 and climb."""
    tiers: Literal["marginal", "whole"] | None = Field(default=None, examples=["marginal"])
    """`marginal`: each rate pays for its own slice. `whole`: the rate reached pays for everything."""
    quota: Name | None = Field(default=None, examples=["new_acv"])
    """Rows of the quota file that percentages of brackets refer to."""
    accumulates: Accumulation = Field(default="transaction", examples=["year"])
    """How long what was achieved adds up before it starts again at 0; `transaction`: each deal by itself."""
    effective: Window | None = Field(default=None, examples=["{from: 2026-05-01, until: 2026-08-01}"])
    """A shorter life than the plan's."""

    def problems(self) -> Iterator[Problem]:
        """One way to say how much, and everything that way needs."""
        ways = [name for name in ("rate", "pays", "brackets") if getattr(self, name)]
        if len(ways) != 1:
            message = "says nothing about how much." if not ways else f"says how much in {len(ways)} ways."
            yield Problem((ways[1],) if ways else (), message, "Write exactly one of rate, pays and brackets.")
        if self.brackets and self.tiers is None:
            yield Problem((), "brackets without tiers.", "Add tiers: marginal or tiers: whole.")
        if self.tiers and not self.brackets:
            yield Problem(("tiers",), "tiers without brackets.", "Add brackets, or remove tiers.")
        yield from self._bracket_problems()

    def _bracket_problems(self) -> Iterator[Problem]:
        """Brackets leave no gap and no overlap, and percentages have a quota to refer to."""
        if not self.brackets:
            return
        in_percent = self.brackets[0].from_share is not None
        if any((bracket.from_share is not None) != in_percent for bracket in self.brackets):
            yield Problem(("brackets",), "mixes percentages of quota and amounts.", "Start every bracket in one unit.")
            return
        if self.brackets[0].start != 0:
            zero = "0%" if in_percent else "0"
            remedy = f"Begin at {zero}, even if the rate there is 0%, so that no gap is left."
            yield Problem(("brackets", 0, "from"), f"the first bracket does not begin at {zero}.", remedy)
        for position, (lower, upper) in enumerate(pairwise(self.brackets), start=1):
            if upper.start <= lower.start:
                message = "does not begin above the bracket before it."
                yield Problem(("brackets", position, "from"), message, "Write brackets in climbing order, each once.")

    def quota_problems(self) -> Iterator[Problem]:
        """Percentages of what is no percentage itself refer to a quota."""
        if not self.brackets or self.brackets[0].from_share is None:
            return
        if self.quota is None:
            remedy = "Add quota with a name used in the quota file, or start brackets at amounts."
            yield Problem((), "brackets in percent without a quota.", remedy)
        if self.accumulates == "transaction":
            remedy = "Add accumulates: month, quarter, half or year."
            yield Problem((), "brackets in percent of quota compare what adds up over time.", remedy)

    def dated(self) -> Iterator[tuple[tuple[str | int, ...], Dated[Any]]]:
        """Every value that may change by date, and where it is written."""
        if self.rate:
            yield ("rate",), self.rate
        if self.pays:
            yield ("pays",), self.pays
        for position, bracket in enumerate(self.brackets):
            yield ("brackets", position, "rate"), bracket.rate
