"""A reassignment: who takes over from whom, and which accounts change lists, each from a day on (CSV or YAML)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field, StrictStr

from engine.documents.document import Document
from engine.documents.problems import Problem
from engine.documents.reading import read_document
from engine.documents.table import Column, read_table
from engine.documents.values import Day, Role, day_of
from engine.model import Found

COLUMNS = ("on", "change", "role", "scope", "value", "from", "to")


class Change(Document):
    """One change. The header of the CSV form is `on,change,role,scope,value,from,to`."""

    on: Day = Field(examples=["2026-07-01"])
    """The first day on which it is so."""
    change: Literal["role", "account"] = Field(examples=["role"])
    """`role`: a holding passes from one payee to another; `account`: an account leaves one list for another."""
    role: Role | None = Field(default=None, examples=["AE"])
    """Of a role: which."""
    scope: Literal["company", "territory", "segment", "account"] | None = Field(default=None, examples=["territory"])
    """Of a role: where it is held, as in `roles.csv`."""
    value: StrictStr | None = Field(default=None, examples=["West"])
    """Of a role: which territory, segment or account; of an account: its id."""
    gives: StrictStr | None = Field(default=None, alias="from", examples=["ada@harbour.example"])
    """Who gives the role up, or the list that the account leaves; without it, nobody or none."""
    takes: StrictStr | None = Field(default=None, alias="to", examples=["bo@harbour.example"])
    """Who takes it, or the list that the account joins; without it, nobody or none."""

    def problems(self) -> Iterator[Problem]:
        """It says what changes, and from what to what."""
        if self.gives is None and self.takes is None:
            yield Problem((), "changes nothing.", "Write from, to, or both.")
        if self.change == "role" and (self.role is None or self.scope is None):
            yield Problem((), "does not say which role and where.", "Write role and scope, as in roles.csv.")
        if self.change == "role" and (self.scope == "company") != (self.value is None):
            yield Problem(("value",), "the whole company has no value, every other scope has one.", "Mend it.")
        if self.change == "account" and (self.value is None or self.role is not None or self.scope is not None):
            yield Problem(
                (), "an account changes lists, not roles.", "Write the account's id as value, no role, no scope."
            )


class Reassignment(Document):
    """A whole file."""

    changes: tuple[Change, ...] = Field(examples=["[{on: 2026-07-01, change: account, value: '001', to: strategic}]"])
    """Applied in their order."""


def read_reassignment(text: str, file: str) -> Found[Reassignment | None]:
    """The changes of a CSV file (by its name) or of a YAML document."""
    if not file.endswith(".csv"):
        return read_document(text, file, Reassignment)
    columns = [Column("on", day_of), Column("change", str)]
    columns += [Column(name, str, may_be_empty=True) for name in COLUMNS[2:]]
    table = read_table(text, file, columns)
    if table.issues:
        return Found(None, tuple(table.issues))
    lines = [{name: value for name, value in row.items() if value is not None} for row in table.rows.values()]
    written = "changes:\n" + "".join(f"  - {_flow(row)}\n" for row in lines)
    found = read_document(written, file, Reassignment)
    return found if lines else Found(Reassignment(changes=()))


def _flow(row: dict[str, object]) -> str:
    """A row as one line of YAML, so that both forms have the same rules; its line is the row's, below the header."""
    return "{" + ", ".join(f"{name}: {_scalar(value)}" for name, value in row.items()) + "}"


def _scalar(value: object) -> str:
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)
