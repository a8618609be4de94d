"""Rankings: how the place of a payee among others is counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from engine.documents.curves.threshold import Threshold
from engine.documents.document import Document
from engine.documents.problems import Problem


class Ranked(Document):
    """Where a payee stands, in place of what was achieved: the most is first.

    With `quota` it is the highest attainment, and the highest rate of what is a percentage by itself: who keeps 95 % of
    few customers stands before who keeps 90 % of many.

    `ranked: true` is all of these as they are by default. Among 20 people `{counted_as: share}` is 0 % for the best,
    5 % for the second and 25 % for the sixth: `below: 10%` is the best tenth (two people; of 15 it is two, too, because
    10 % of them is more than one), brackets from 0 %, 25 %, 50 % and 75 % are quartiles. While anything in the window
    is held, or somebody who achieved something lacks the `quota`, nobody's place is known.
    """

    counted_as: Literal["place", "share"] = Field(default="place", examples=["share"])
    """`place`: 1 for the first. `share`: how many stand before the payee, of everybody who takes part."""
    among: Literal["plan", "team"] = Field(default="plan", examples=["team"])
    """`plan`: everybody who is on the plan on the last day of the window takes part, whether they achieved anything or
    not. `team`: of these, who reports to the same manager that day."""
    least: Threshold | None = Field(default=None, examples=["80%"])
    """Only who achieved this takes part: an amount or number of the measure, or with `quota` a percentage of it."""
    ties: Literal["best", "worst", "earliest", "shared"] = Field(default="best", examples=["earliest"])
    """Of equals, `best` gives all the best of their places (1, 1, 3), `worst` the worst (2, 2, 3), and `earliest` puts
    who got there on an earlier day first (and shares the best place among those of one day). `shared`: equals take the
    places that they fill together, and a multiplier gives each the mean of their factors: two firsts of prizes of 1,000
    and 500 are paid 750 each. Gates and matrices look at the best of these places."""

    def problems(self) -> Iterator[Problem]:
        """Places are shared, not shares of everybody."""
        if self.ties == "shared" and self.counted_as == "share":
            yield Problem(("ties",), "what is counted as a share has no places.", "Write ties: best or worst.")

    @classmethod
    def spelled(cls, written: Any, found: list[Problem]) -> Any:
        """`true` is a ranking as it is by default."""
        return {} if written is True else super().spelled(written, found)


class _OrTrue:
    """Editors take `true` for a ranking, too."""

    def __get_pydantic_json_schema__(self, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """True, or a ranking."""
        ranking, _ = handler(core_schema)["anyOf"]
        return {"anyOf": [{"const": True, "title": "`true`"}, ranking]}


Ranking = Annotated[Ranked | None, _OrTrue()]
