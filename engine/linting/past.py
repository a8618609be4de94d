"""Rules and measures that no deal of the history fits: misspelt words of the CRM, or sales that nobody makes."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from engine.documents.conditions import When
from engine.documents.engagement.engagement import Engagement
from engine.documents.plans.plan import Plan
from engine.documents.yaml import Node
from engine.linting.finding import OF_THE_PAST, Finding, Given
from engine.matching import fits

Tested = tuple[str, str, When]
"""What it is (`rule`, `measure`), its name, and its condition."""


def unmatched(document: Plan | Engagement, given: Given) -> Iterator[Finding]:
    """Findings about a valid document, where there is a history."""
    if given.past is None:
        return
    day, window = pl.col("dated_on"), document.effective
    living = given.past.filter(day >= window.from_on)
    living = living if window.until_on is None else living.filter(day < window.until_on)
    for kind, name, when in _tested(document):
        if when != When() and living.filter(fits(when)).is_empty():
            where = f"{given.file}:{_line(given.root, kind, name)}"
            yield Finding(OF_THE_PAST, where, name, _said(f"{kind} {name}", when, living))


def _tested(document: Plan | Engagement) -> Iterator[Tested]:
    if isinstance(document, Engagement):
        yield from (("rule", rule.id, rule.when) for rule in document.rules)
    else:
        yield from (("measure", name, measure.when) for name, measure in document.measures.items())


def _said(what: str, when: When, deals: pl.DataFrame) -> str:
    """How many deals pass each test by itself, so that the wrong one shows."""
    every = {test.field: When(tests=(test,)) for test in when.tests}
    if when.account is not None:
        every["account"] = When(account=when.account)
    alone = ", ".join(f"{field} {deals.filter(fits(test)).height}" for field, test in every.items())
    return f"None of {deals.height} won deals of its time fits the {what}; by themselves its tests fit: {alone}."


def _line(root: Node, kind: str, name: str) -> int:
    """Where the rule or measure is written."""
    if kind == "measure":
        return root.entries("measures")[name].line
    return next(node.line for node in root.items("rules") if node.entries()["id"].value == name)
