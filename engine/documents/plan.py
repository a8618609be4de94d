"""Commission plans (DESIGN 5, `config/plans/*.yaml`)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, GetJsonSchemaHandler, StrictStr
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from engine.documents.conditions import When
from engine.documents.document import ComponentName, Document, MeasureName, Policy
from engine.documents.problems import Problem, Problems, shown
from engine.documents.values import (
    AMOUNT_SCHEMA,
    FILLED,
    PERCENT_SCHEMA,
    Count,
    Currency,
    Dated,
    Name,
    Pay,
    Rate,
    Window,
    micros,
    percent,
)

Accumulation = Literal["transaction", "month", "quarter", "half", "year"]
Kind = Literal["commission", "spiff", "bonus", "manager_override"]


class Measure(Document):
    """What is added up, of which credits, on which day. Exactly one of `sum` and `count`."""

    sum: Literal["amount", "acv"] | None = Field(default=None, examples=["acv"])
    """Which value of the credits is added up."""
    count: Literal["deals"] | None = Field(default=None, examples=["deals"])
    """Counts deals in place of adding up a value; a share of a deal counts as that share."""
    dated_by: Literal["closed_on"] = Field(default="closed_on", examples=["closed_on"])
    """The day on which a credit counts."""
    credits: tuple[Literal["direct", "overlay", "rollup"], ...] = Field(
        default=("direct",), examples=["[direct, overlay]"]
    )
    """Which credits count: `direct`, `overlay` (on top of the 100 %) and `rollup` (of everybody below a manager)."""
    when: When = Field(default=When(), examples=["{motion: new_business, term_months: {min: 36}}"])
    """Which deals count; without it, all."""

    def problems(self) -> Iterator[Problem]:
        """There is one thing to add up, of at least one kind of credit."""
        if (self.sum is None) == (self.count is None):
            yield Problem((), "a measure has either sum or count.", "Write sum: acv, sum: amount or count: deals.")
        if not self.credits:
            yield Problem(("credits",), "empty.", "Write at least one of direct, overlay, rollup.")
        if len(set(self.credits)) < len(self.credits):
            yield Problem(("credits",), "names the same credits twice.", "Name each once.")


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
        if in_percent:
            yield from self._quota_problems()

    def _quota_problems(self) -> Iterator[Problem]:
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


class CancelledTest(Document):
    """The contract was cancelled fewer than this many days after the deal's date."""

    within_days: Count = Field(examples=["180"])
    """Days after the deal's date, one or more."""

    def problems(self) -> Iterator[Problem]:
        """There is at least one day."""
        if self.within_days < 1:
            yield Problem(("within_days",), f"{self.within_days} days are none.", "Write 1 or more.")


class ClawbackWhen(Document):
    """The business cause of a clawback."""

    cancelled: CancelledTest = Field(examples=["{within_days: 180}"])
    """The contract that the deal started was cancelled."""


class Clawback(Document):
    """What is taken back, of which components."""

    when: ClawbackWhen = Field(examples=["{cancelled: {within_days: 180}}"])
    """The cause."""
    takes_back: Literal["all"] = Field(examples=["all"])
    """How much of what was earned."""
    applies_to: Annotated[tuple[ComponentName, ...], *FILLED] = Field(examples=["[base, multi-year]"])
    """The components whose earnings are taken back."""

    def problems(self) -> Iterator[Problem]:
        """Nothing is taken back twice."""
        for position, name in enumerate(self.applies_to):
            if name in self.applies_to[:position]:
                yield Problem(("applies_to", position), f"{name} is named twice.", "Name each component once.")


class Plan(Policy):
    """One plan file: in force for credits dated in its window, for the payees enrolled in it."""

    plan: Name = Field(examples=["ae"])
    """The name that enrolments use; files of one name with other windows are its other years."""
    title: StrictStr = Field(default="", examples=["Account Executive"])
    """What people call it."""
    document: StrictStr = Field(default="", examples=["Sales compensation handbook, section 3"])
    """Where the payee signed for it."""
    currency: Currency = Field(examples=["USD"])
    """What it pays in."""
    effective: Window = Field(examples=["{from: 2026-02-01, until: 2027-02-01}"])
    """Credits dated in this window follow this file."""
    pays: Literal["monthly", "quarterly"] = Field(default="monthly", examples=["monthly"])
    """How often there is a statement, by the company's fiscal calendar."""
    rounding: Literal["half_up", "half_even", "down"] = Field(default="half_up", examples=["half_up"])
    """How each line is rounded to the currency's minor unit; `down` is towards zero."""
    measures: dict[Name, Measure] = Field(examples=["{new_acv: {sum: acv}}"])
    """What is added up, by name."""
    components: Annotated[tuple[Component, ...], *FILLED] = Field(
        examples=["[{id: base, kind: commission, measure: new_acv, rate: 8%}]"]
    )
    """The ways to earn."""
    clawback: Clawback | None = Field(
        default=None, examples=["{when: {cancelled: {within_days: 180}}, takes_back: all, applies_to: [base]}"]
    )
    """What is taken back when a customer leaves."""

    def problems(self) -> Iterator[Problem]:
        """Components fit their measures and the plan's window."""
        for position, component in enumerate(self.components):
            place = ("components", position)
            for problem in (*self._unfit(component), *self._outside(component)):
                yield Problem((*place, *problem.loc), problem.message, problem.remedy)

    def _unfit(self, component: Component) -> Iterator[Problem]:
        """A share of a number of deals, or an amount for each unit of money, is no pay."""
        measure = self.measures[component.measure]
        if component.pays and measure.sum:
            remedy = "Write a rate, or let the measure count deals."
            yield Problem(("pays",), f"{component.measure} adds up {measure.sum}, it does not count.", remedy)
        if measure.count and not component.pays:
            message = f"{component.measure} counts deals; a percentage of them is no amount."
            yield Problem(("measure",), message, "Write pays with an amount for each.")
        if component.kind == "manager_override" and measure.credits != ("rollup",):
            message = f"an override pays on the team's credits, but {component.measure} adds up others."
            yield Problem(("measure",), message, "Give it a measure with credits: [rollup].")

    def _outside(self, component: Component) -> Iterator[Problem]:
        """A component lives inside its plan, and its values are there from its first day."""
        life = component.effective or self.effective
        if life.from_on < self.effective.from_on:
            message = f"begins before the plan, which is in force from {self.effective.from_on}."
            yield Problem(("effective", "from"), message, "Begin it with the plan, or later.")
        end = self.effective.until_on
        if end is not None and (life.until_on is None or life.until_on > end):
            message = f"ends after the plan, which is in force until {end}."
            yield Problem(("effective", "until"), message, f"Write until: {end} or earlier.")
        for place, value in component.dated():
            first = value.steps[0][0]
            if first > life.from_on:
                message = f"has no value from {life.from_on} until {first}."
                yield Problem(place, message, f"Add a value from {life.from_on}.")
