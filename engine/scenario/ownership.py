"""What a scenario may expect of ownership: the three owners of a deal, and the shares with which it is credited."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, StrictStr, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue

from engine.documents.document import Document, written
from engine.documents.problems import Problem
from engine.documents.values import Micros, Name, Percent

RESPONSIBILITIES = ("value", "commercial", "execution")
NOBODY = "nobody"


class ExpectedOwners(Document):
    """Who owns a deal. `D1: ada` is short for one owner of all three; `nobody` is an open vacancy."""

    value: Name | None = Field(default=None, examples=["cleo"])
    """Who creates the value and answers for it."""
    commercial: Name | None = Field(default=None, examples=["ada"])
    """Who moves the deal."""
    execution: Name | None = Field(default=None, examples=["ada"])
    """Who gets it signed."""
    rule: Name | None = Field(default=None, examples=["new-business"])
    """Which rule decided."""
    sentence_contains: StrictStr | None = Field(default=None, examples=["AE of territory West"])
    """Words of the sentence that says why."""

    def problems(self) -> Iterator[Problem]:
        """Something is expected."""
        if not self.model_fields_set:
            yield Problem((), "expects nothing.", "Write value, commercial, execution, rule or sentence_contains.")

    def owners(self) -> dict[str, str]:
        """The stated owners by responsibility."""
        stated = {name: getattr(self, name) for name in RESPONSIBILITIES}
        return {name: owner for name, owner in stated.items() if owner is not None}


def _one_owner(value: Any) -> Any:
    """A name alone owns everything."""
    return dict.fromkeys(RESPONSIBILITIES, value) if isinstance(value, str) else value


OWNERS_SCHEMA: JsonSchemaValue = {"title": "owner, or owners", "anyOf": [{"type": "string"}, {"type": "object"}]}
Owners = Annotated[ExpectedOwners, written(_one_owner), WithJsonSchema(OWNERS_SCHEMA)]


class ExpectedCredit(Document):
    """What the credits of a deal that fit the stated keys come to, together."""

    columns: ClassVar[dict[str, str]] = {
        "payee": "payee_id",
        "role": "role",
        "kind": "kind",
        "portion": "portion",
        "rule": "rule",
    }

    deal: Name = Field(examples=["D1"])
    """Of this deal."""
    payee: Name | None = Field(default=None, examples=["ada"])
    """Only this payee's."""
    role: StrictStr | None = Field(default=None, examples=["AE"])
    """Only as this: a role, or another holder of the rules such as deal_owner."""
    kind: Literal["direct", "overlay", "rollup", "overlay_rollup", "team"] | None = Field(
        default=None, examples=["overlay"]
    )
    """Only of this kind; without it, direct and overlay credits."""
    portion: Literal["all", "renewed", "uplift"] | None = Field(default=None, examples=["uplift"])
    """Only of this portion."""
    rule: Name | None = Field(default=None, examples=["new-business"])
    """Only by this rule."""
    share: Percent | None = Field(default=None, examples=["60%"])
    """Their shares, added up; 0% where there must be none."""
    amount: Micros | None = Field(default=None, examples=["30_000"])
    """Their part of the deal's amount, in its currency."""
    acv: Micros | None = Field(default=None, examples=["30_000"])
    """Their part of its ACV."""

    def problems(self) -> Iterator[Problem]:
        """Something is expected."""
        if (self.share, self.amount, self.acv) == (None, None, None):
            yield Problem((), "expects nothing.", "Write share, amount or acv; share: 0% where there is none.")

    def fitting(self) -> dict[str, str]:
        """The columns that must be equal."""
        stated = {column: getattr(self, name) for name, column in self.columns.items()}
        return {"deal_id": self.deal, **{column: value for column, value in stated.items() if value is not None}}
