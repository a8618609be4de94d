"""House accounts: customers whose deals earn nobody commission."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictStr, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue

from engine.documents.conditions import When
from engine.documents.document import Document
from engine.documents.values import Name

Counts = Literal["quota", "rollups"]
NOTHING = "nothing"


def _counted(value: Any) -> Any:
    """One word, several, or nothing."""
    if not isinstance(value, str):
        return value
    return () if value == NOTHING else (value,)


_WORDS: JsonSchemaValue = {"type": "string", "enum": ["quota", "rollups"]}
COUNTS_SCHEMA: JsonSchemaValue = {
    "title": "`nothing`, `quota`, `rollups`, or both of these",
    "anyOf": [
        {"type": "string", "enum": [NOTHING, "quota", "rollups"]},
        {"type": "array", "items": _WORDS, "minItems": 1, "uniqueItems": True},
    ],
}
CountsFor = Annotated[tuple[Counts, ...], BeforeValidator(_counted), WithJsonSchema(COUNTS_SCHEMA)]


class HouseAccounts(Document):
    """Accounts whose deals earn nobody commission: who owns them is decided by the rules, as of any other deal.

    The first that fits decides. `worker.py blame` and the reason on the deal say that it is a house account, and what
    it counts for. Rates of retention look at customers and not at credits; measures of them can test the list.
    """

    id: Name = Field(examples=["strategic"])
    """How `blame` names them."""
    because: StrictStr = Field(default="", examples=["The founders look after these themselves"])
    """Why nobody is paid for them."""
    when: When = Field(examples=["{account: {listed_in: house_accounts}}"])
    """Which deals: of accounts on a dated list, or by any other test."""
    counts_for: CountsFor = Field(examples=["nothing"])
    """What the deals still count for; there is no default. `nothing`: nobody is credited. `quota`: those whom the rules
    credit are, towards attainment, tiers and gates, and the deal itself pays them nothing; a tier for everything
    (`tiers: whole`) that a later deal reaches is raised for what these deals count, too; pay to date (`to_date`), which
    is of no deal, is held for the payees whom they count for. `rollups`: those above (and
    teams, by `team` credits) are credited and paid as for any deal."""
