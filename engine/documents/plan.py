"""Commission plans (DESIGN 5, `config/plans/*.yaml`)."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from pydantic import Field

from engine.documents.conditions import When
from engine.documents.values import Dated, Document, Window

Accumulation = Literal["transaction", "month", "quarter", "half", "year"]


class Measure(Document):
    """What is added up, of which credits, on which day."""

    sum: Literal["amount", "acv"] | None = None
    count: Literal["deals"] | None = None
    """Exactly one of `sum` and `count`."""
    dated_by: Literal["closed_on"] = "closed_on"
    credits: tuple[Literal["direct", "overlay", "rollup"], ...] = ("direct",)
    when: When = When()


class Bracket(Document):
    """A tier: from where (share of quota, or an amount of the measure) at which rate. The lower bound is in."""

    from_share: Fraction | None = None
    from_micros: int | None = None
    """Exactly one of the two; in YAML one key `from: 80%` or `from: 50_000`."""
    rate: Dated[Fraction]


class Component(Document):
    """One way to earn: a payout curve over what was achieved so far (DESIGN 3.2).

    Exactly one of `rate` (a flat share), `pays` (micro-units of plan currency for each unit) and `brackets`.
    """

    id: str
    title: str = ""
    kind: Literal["commission", "spiff", "bonus", "manager_override"]
    measure: str
    rate: Dated[Fraction] | None = None
    pays: Dated[int] | None = None
    brackets: tuple[Bracket, ...] = ()
    tiers: Literal["marginal", "whole"] | None = None
    quota: str | None = None
    accumulates: Accumulation = "transaction"
    effective: Window | None = None


class CancelledTest(Document):
    """The contract was cancelled fewer than this many days after the deal's date."""

    within_days: int = Field(gt=0)


class ClawbackWhen(Document):
    """The business cause of a clawback."""

    cancelled: CancelledTest


class Clawback(Document):
    """What is taken back, of which components."""

    when: ClawbackWhen
    takes_back: Literal["all"]
    applies_to: tuple[str, ...]


class Plan(Document):
    """One plan file: in force for credits dated in its window, for the payees enrolled in it."""

    plan: str
    title: str = ""
    document: str = ""
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    effective: Window
    pays: Literal["monthly", "quarterly"] = "monthly"
    rounding: Literal["half_up", "half_even", "down"] = "half_up"
    measures: dict[str, Measure]
    components: tuple[Component, ...] = Field(min_length=1)
    clawback: Clawback | None = None
    version: str = ""
    """Content hash of the file's text, set by the reader."""
