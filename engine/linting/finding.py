"""What lint found: where, how bad, in words, and the plan test that proves it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

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


@dataclass(frozen=True, slots=True)
class Linted:
    """The findings of a document, and what could not be looked at."""

    findings: tuple[Finding, ...]
    skipped: tuple[str, ...] = ()


def with_acceptances(findings: Sequence[Finding], accepted: Mapping[str, str], where: str) -> Iterator[Finding]:
    """The findings, those that are accepted with the reason, and acceptances of what is not found."""
    order = list(KINDS)
    for finding in sorted(findings, key=lambda each: (order.index(each.id), each.part)):
        yield replace(finding, accepted=accepted.get(finding.id))
    for name in accepted.keys() - {finding.id for finding in findings}:
        yield Finding("acceptance-without-finding", where, "", f"{name} is accepted, and is not found.")
