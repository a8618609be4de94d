"""Statements and lines as records in the CRM: which of our values has which name there, for each CRM.

A record of these objects is known by its key, which is ours and never changes: it is written, read and referred to by
that key, whatever id the CRM gave it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

STATEMENT_STATUSES = ("Open", "Closed", "Updating", "Withdrawn")
"""Of a statement: it still moves, it is final, its lines are just being written, nothing of it counts any more."""
LINE_STATUSES = ("Current", "Vanished")
"""Of a line: it counts; or it is earned no more, and says zero."""


@dataclass(frozen=True, slots=True)
class PayObject:
    """One object of the CRM that holds pay."""

    name: str
    key: str
    """The field that holds our key, unique in the CRM."""
    fields: Mapping[str, str]
    """The CRM's field by our word for it: all that may be written beside the key."""

    @property
    def allowed(self) -> frozenset[str]:
        """What a target is allowed to write."""
        return frozenset(self.fields.values())


@dataclass(frozen=True, slots=True)
class PayRecords:
    """The two objects of one CRM."""

    statement: PayObject
    line: PayObject

    @property
    def objects(self) -> tuple[PayObject, PayObject]:
        """In the order in which they are written: a line needs its statement."""
        return (self.statement, self.line)

    @property
    def keys(self) -> Mapping[str, str]:
        """The key field by object."""
        return {each.name: each.key for each in self.objects}

    @property
    def allowed(self) -> Mapping[str, frozenset[str]]:
        """The fields that may be written, by object."""
        return {each.name: each.allowed for each in self.objects}
