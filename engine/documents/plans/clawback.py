"""Clawbacks: what is taken back when a customer leaves, buys less, gets money back or does not pay."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from engine.documents.company.events import CAUSES
from engine.documents.document import ComponentName, Document
from engine.documents.problems import Problem, Problems, shown
from engine.documents.values import FILLED, PERCENT_SCHEMA, Count, Share, share


class Within(Document):
    """How soon after the deal's date a cause must come. Exactly one of `within_days` and `within_months`.

    The last day is out: 180 days after the deal's date are no longer within 180 days.
    """

    within_days: Count | None = Field(default=None, examples=["180"])
    """Days after the deal's date, one or more."""
    within_months: Count | None = Field(default=None, examples=["6"])
    """Whole months after the deal's date, one or more; a month is complete on the day number of the deal's date."""

    def problems(self) -> Iterator[Problem]:
        """There is one limit, of at least one day or month."""
        if (self.within_days is None) == (self.within_months is None):
            yield Problem((), "a cause has either within_days or within_months.", "Write one, such as within_days: 90.")
        for name, unit in (("within_days", "days"), ("within_months", "months")):
            limit = getattr(self, name)
            if limit is not None and limit < 1:
                yield Problem((name,), f"{limit} {unit} are none.", "Write 1 or more.")


class ClawbackWhen(Document):
    """The business causes of a clawback; at least one. A change of the mapping never claws back by itself.

    Contracts of the CRM, churns and rows of `config/people/events.csv` say what was cancelled, and of these the first
    counts; the other events are rows of that file.
    """

    cancelled: Within | None = Field(default=None, examples=["{within_days: 180}"])
    """The contract that the deal started was cancelled."""
    downgraded: Within | None = Field(default=None, examples=["{within_months: 12}"])
    """The customer went on with less: the event's amount is the ACV that was lost."""
    refunded: Within | None = Field(default=None, examples=["{within_days: 90}"])
    """Money was paid back: the event's amount is how much of the deal's amount."""
    unpaid: Within | None = Field(default=None, examples=["{within_days: 120}"])
    """An invoice was given up: the event's amount is how much of the deal's amount was not paid."""

    def problems(self) -> Iterator[Problem]:
        """Something causes it."""
        if not any(getattr(self, cause) for cause in CAUSES):
            yield Problem((), "a clawback without a cause.", f"Write at least one of {', '.join(CAUSES)}.")


class Band(Document):
    """How much is taken back of deals that end this early. Exactly one of `until_day` and `until_month`."""

    until_day: Count | None = Field(default=None, examples=["30"])
    """Days after the deal's date at which the band ends; that day is out."""
    until_month: Count | None = Field(default=None, examples=["3"])
    """Whole months after the deal's date at which the band ends; that month is out."""
    share: Share = Field(examples=["50%"])
    """Share of what was earned."""

    @property
    def until(self) -> int:
        """Where the band ends, in its own unit."""
        return self.until_day if self.until_day is not None else self.until_month or 0

    def problems(self) -> Iterator[Problem]:
        """The band has one end, after the deal's date."""
        if (self.until_day is None) == (self.until_month is None):
            yield Problem((), "a band ends either at a day or at a month.", "Write until_day or until_month.")
        elif self.until < 1:
            yield Problem((), f"the band until {self.until} is empty.", "End it at 1 or later.")


class TakesBack(Document):
    """How much of what was earned is taken back: a share of it, the part that was not earned yet, or bands by time."""

    hidden: ClassVar[frozenset[str]] = frozenset({"share", "unearned", "by", "bands"})

    share: Fraction | None = None
    """A fixed share; `all` is 1."""
    unearned: Literal["term", "window"] | None = None
    """The share of the contract's term, or of the window of the cause, that was still to come."""
    by: Literal["months", "days"] = "months"
    """What a term is counted in: only whole months are served, or every day is."""
    bands: tuple[Band, ...] = ()
    """Shares by how early it was; after the last band nothing is taken back."""

    @classmethod
    def spelled(cls, written: Any, found: list[Problem]) -> Any:
        """`all`, `unearned`, a percentage, a mapping with `unearned`, or a list of bands."""
        if written == "all":
            return {"share": Fraction(1)}
        if written == "unearned":
            return {"unearned": "term"}
        if isinstance(written, list) and written:
            return {"bands": written}
        if isinstance(written, dict) and "unearned" in written:
            return _only(written, ("unearned", "by"), found)
        try:
            return {"share": share(written)}
        except Problems:
            remedy = "Write all, unearned, a percentage such as 50%, or bands such as [{until_day: 90, share: 50%}]."
            found.append(Problem((), f"{shown(written)} does not say how much is taken back.", remedy))
            return {}

    @classmethod
    def located(cls, loc: tuple[str | int, ...], written: Any) -> tuple[str | int, ...]:
        """Bands are written as the value itself."""
        return loc[1:] if isinstance(written, list) and loc[:1] == ("bands",) else loc

    def problems(self) -> Iterator[Problem]:
        """Bands climb, in one unit."""
        for position, (lower, upper) in enumerate(pairwise(self.bands), start=1):
            if (lower.until_day is None) != (upper.until_day is None):
                yield Problem((position,), "mixes days and months.", "End every band in one unit.")
            elif upper.until <= lower.until:
                yield Problem((position,), "does not end after the band before it.", "Write bands in climbing order.")

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """In YAML: one value."""
        schema = handler.resolve_ref_schema(handler(core_schema))
        of = schema["properties"]
        choices = {"unearned": {"enum": ["term", "window"]}, "by": {"enum": of["by"]["enum"]}}
        unearned = {"type": "object", "additionalProperties": False, "required": ["unearned"], "properties": choices}
        bands = {"type": "array", "minItems": 1, "items": of["bands"]["items"]}
        words = {"enum": ["all", "unearned"]}
        return {"title": "part taken back", "anyOf": [words, PERCENT_SCHEMA, unearned, bands]}


def _only(written: dict[str, Any], keys: tuple[str, ...], found: list[Problem]) -> dict[str, Any]:
    unknown = sorted(written.keys() - set(keys))
    found += [Problem((key,), "unknown key.", f"Known: {', '.join(keys)}.") for key in unknown]
    return {key: value for key, value in written.items() if key in keys}


class Clawback(Document):
    """What is taken back, of which components."""

    when: ClawbackWhen = Field(examples=["{cancelled: {within_days: 180}}"])
    """The causes."""
    takes_back: TakesBack = Field(examples=["[{until_day: 30, share: 100%}, {until_day: 90, share: 50%}]"])
    """How much of what was earned: `all`; a percentage; `unearned` (the share of the deal's term that was not served,
    in whole months; `{unearned: term, by: days}` counts days, `{unearned: window}` takes the share of the cause's
    window that was still to come); or bands by the time since the deal's date. A cause with an amount takes back the
    same share of its part of the deal only. Several causes never take back more than all. Of a deal without a term
    `unearned` takes back nothing, and says so."""
    of: Literal["earned", "paid"] = Field(default="earned", examples=["paid"])
    """What the share is taken of. `earned`: all that the deal earned; what is still held is taken first. `paid`: only
    what had become payable by the day of the cause, each cause its own share of that; what is held stays held, to be
    released or not."""
    paid_late: Literal["nothing", "given_back"] = Field(default="nothing", examples=["given_back"])
    """What payments do that come after an invoice was given up (`unpaid`). `nothing`: what was taken back stays so.
    `given_back`: each payment of the deal from that day on gives back, on its day, what the unpaid invoice took of that
    part of the deal; never more than it took."""
    applies_to: Annotated[tuple[ComponentName, ...], *FILLED] = Field(default=(), examples=["[base, multi-year]"])
    """The components whose earnings are taken back; without it, all of the plan. What is earned on no deal, such as a
    bonus on imported results, stays; residuals and what is earned as cash comes end by themselves, so that a plan with
    one of them has to name the others. What is paid to date (`to_date`) is of no deal: there the deal, or
    its share, is taken off what was achieved, on the day of the cause, and the next window is paid by that."""

    def problems(self) -> Iterator[Problem]:
        """Nothing is taken back twice, and only what an unpaid invoice took is given back."""
        if self.paid_late == "given_back" and self.when.unpaid is None:
            message = "gives back what unpaid invoices took, and none take anything."
            yield Problem(("paid_late",), message, "Add unpaid to when, or remove it.")
        if self.paid_late == "given_back" and self.of == "paid":
            message = "gives back parts of what was earned, and only what was paid is taken."
            yield Problem(("paid_late",), message, "Write of: earned, or remove it.")
        for position, name in enumerate(self.applies_to):
            if name in self.applies_to[:position]:
                yield Problem(("applies_to", position), f"{name} is named twice.", "Name each component once.")
