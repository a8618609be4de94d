"""Credit shares: who gets which share of a deal, and who takes what the others leave."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import Field, StrictStr, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue

from engine.documents.conditions import When
from engine.documents.document import Document, written
from engine.documents.engagement.holder import Holder
from engine.documents.engagement.holdover import PARTS
from engine.documents.problems import Problem
from engine.documents.values import PERCENT_SCHEMA, Share, YesNo, percent_text, share

REMAINDER: Literal["remainder"] = "remainder"
"""A share that is what the others leave."""

Portion = Literal["all", "renewed", "uplift"]


def _share(value: Any) -> Any:
    """A percentage, or the word for what is left."""
    return value if value == REMAINDER else share(value)


SHARE_SCHEMA: JsonSchemaValue = {
    "title": "percentage or remainder",
    "anyOf": [PERCENT_SCHEMA, {"type": "string", "const": REMAINDER}],
}
CreditedShare = Annotated[Fraction | Literal["remainder"], written(_share), WithJsonSchema(SHARE_SCHEMA)]


class CreditShare(Document):
    """Who gets which share of the deal or of one portion of it.

    A deal is divided to the millionth, by largest remainder (of equal remainders the first as written); what one person
    gets in one role, by several shares or by stages, is one share of it.
    """

    to: Holder = Field(examples=["AE"])
    """A role, `deal_owner`, `account_owner`, or `signing_owner`: who owns the deal that began the relationship."""
    share: CreditedShare = Field(examples=["70%"])
    """Direct shares of a portion add up to 100 %; overlay shares come on top. `remainder` is what the other direct
    shares of the portion leave on each deal: what they do not say, what their conditions exclude, what splits of the
    CRM below 100 % leave open, and the shares of roles that nobody fills."""
    overlay: YesNo = Field(default=False, examples=["true"])
    """On top of the 100 %."""
    portion: Portion = Field(default="all", examples=["uplift"])
    """Which part of a renewal split at the expiring ACV; `all` is the whole deal."""
    split_by: Literal["crm"] | None = Field(default=None, examples=["crm"])
    """`crm` divides this share as the CRM's splits say, where the deal has any."""
    by_stages: dict[StrictStr, Share] = Field(
        default_factory=dict, examples=["{Discovery: 30%, Proposal: 30%, Closing: 40%}"]
    )
    """Divides this share among those who owned the deal when it entered each of these stages, with weights of together
    100 %, in the order of the pipeline. The mapping reads the history with `history: true`. A deal that entered a stage
    twice counts the first time. A stage that it skipped is of who owned it at the next of these that it entered, and
    after the last of its owner. Only what it had entered by the day on which the credit counts is looked at. A deal
    that is known to have entered none of these stages is `to`'s, with a warning."""
    when: When = Field(default=When(), examples=["{source: Outbound SDR}"])
    """An overlay may depend on the deal, and so may a direct share beside which another one takes the remainder:
    direct shares must always add up."""

    @property
    def is_remainder(self) -> bool:
        """Whether it is what the others leave."""
        return self.share == REMAINDER

    @property
    def part(self) -> Fraction:
        """Its fixed part of the portion; of a remainder nothing is fixed."""
        return self.share if isinstance(self.share, Fraction) else Fraction(0)

    def problems(self) -> Iterator[Problem]:
        """What is left has no condition, and is not on top."""
        if self.is_remainder and self.overlay:
            yield Problem(("share",), "an overlay is on top, where nothing remains.", "Write a percentage.")
        if self.by_stages and self.split_by:
            yield Problem(("by_stages",), "written beside split_by.", "Keep one of them.")
        total = sum(self.by_stages.values(), Fraction(0))
        if self.by_stages and total != 1:
            message = f"the stages add up to {percent_text(total)}, not 100%."
            yield Problem(("by_stages",), message, "Mend the weights.")
        for stage, weight in self.by_stages.items():
            if (weight * PARTS).denominator != 1:
                message = f"{percent_text(weight)} has more than four decimals."
                yield Problem(("by_stages", stage), message, "Write at most four, such as 33.3333%.")
        if self.is_remainder and self.when != When():
            yield Problem(("when",), "a remainder is always given.", "Remove when.")


def sum_problems(credit: tuple[CreditShare, ...], portion: Portion) -> Iterator[Problem]:
    """Direct shares of a portion add up to all of it, or leave something for the one that takes the remainder."""
    direct = [(place, one) for place, one in enumerate(credit) if not one.overlay and one.portion == portion]
    of = "" if portion == "all" else f" of portion {portion}"
    total = sum((one.part for _, one in direct), Fraction(0))
    rests = [place for place, one in direct if one.is_remainder]
    if not rests:
        yield from (_conditional(place) for place, one in direct if one.when != When())
        if total != 1:
            message = f"direct shares{of} add up to {percent_text(total)}, not 100%."
            yield Problem(("credit",), message, "Mend the shares, or mark as overlay what comes on top.")
        return
    if len(rests) > 1:
        yield Problem(("credit", rests[1], "share"), f"a second remainder{of}.", "Write a percentage in one of them.")
    if total > 1:
        message = f"direct shares{of} beside the remainder add up to {percent_text(total)}, more than 100%."
        remedy = "Mend the shares, or write a rule each for conditions that exclude each other."
        yield Problem(("credit",), message, remedy)


def _conditional(place: int) -> Problem:
    remedy = "Give another share: remainder, write a second rule with this condition, or make the share an overlay."
    return Problem(("credit", place, "when"), "a direct share cannot depend on the deal.", remedy)
