"""What lint found: where, how bad, in words, and the plan test that proves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from engine.documents.company.company import Company
from engine.documents.findings import KINDS
from engine.documents.yaml import Node, read_yaml

OF_THE_PAST = "no-deal-matches"
STALE = "acceptance-without-finding"


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
class Given:
    """What lint is given beside a valid document."""

    text: str
    file: str
    company: Company
    documents: Mapping[str, str]
    """How plan tests write the document and the company."""
    past: pl.DataFrame | None = None
    """The won deals of the history, classified and with their lists."""

    @property
    def root(self) -> Node:
        """The tree of the text, for the lines of its parts."""
        found = read_yaml(self.text, self.file).rows
        if found is None:
            msg = "lint reads valid documents only"
            raise ValueError(msg)
        return found


@dataclass(frozen=True, slots=True)
class Linted:
    """The findings of a document, and what could not be looked at."""

    findings: tuple[Finding, ...]
    skipped: tuple[str, ...] = ()


def linted(
    findings: Sequence[Finding], accepted: Mapping[str, str], given: Given, skipped: Sequence[str] = ()
) -> Linted:
    """The findings in the order of the reference, with the reasons of those that are accepted.

    What is accepted and not found is found, too, unless nobody looked for it.
    """
    order = list(KINDS)
    ordered = sorted(findings, key=lambda each: (order.index(each.id), each.part))
    unasked = {OF_THE_PAST} if given.past is None else set()
    stale = sorted(accepted.keys() - {finding.id for finding in findings} - unasked)
    where = f"{given.file}:{given.root.line_of('accepted')}"
    said = (Finding(STALE, where, "", f"{name} is accepted, and is not found.") for name in stale)
    return Linted((*(replace(each, accepted=accepted.get(each.id)) for each in ordered), *said), tuple(skipped))
