"""What lint found: where, how bad, in words, and the plan test that proves it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.documents.findings import KINDS


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding of one place."""

    id: str
    where: str
    """`file:line` of the document."""
    part: str
    """The component or rule that it is about; empty for the document as a whole."""
    sentence: str
    example: str | None = None
    """A plan test that shows it, and passes."""
    accepted: str | None = None
    """Why it may stay, where the document accepts it."""

    @property
    def severity(self) -> str:
        """`warning` or `note`."""
        return KINDS[self.id].severity

    @property
    def is_open(self) -> bool:
        """Whether something is to be done: a warning that nobody has accepted."""
        return self.severity == "warning" and self.accepted is None
