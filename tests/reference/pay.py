"""Everything in order: from the book and the documents to lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from engine.book import Book, Rules
from tests.reference.classify import classify
from tests.reference.clawback import taken_back
from tests.reference.credits import Credit, credits_of
from tests.reference.earn import Earnings
from tests.reference.entries import Line, Participant
from tests.reference.facts import facts_of
from tests.reference.residuals import repeated
from tests.reference.rollups import rollups_of


@dataclass(frozen=True)
class Result:
    """What the reference engine makes of a book."""

    credits: Sequence[Credit]
    lines: Sequence[Line]


def compute(book: Book, rules: Rules, through: date) -> Result:
    """Credits and lines of everybody, as far as time has passed."""
    facts = facts_of(book)
    deals = classify(facts, rules.company)
    given = [credit for deal in deals for credit in credits_of(deal, rules.engagements, facts)]
    direct = [credit for credit in given if credit.kind == "direct"]
    rolled = [each for credit in direct for each in rollups_of(credit, rules.plans, facts)]
    credits_ = [*given, *rolled]
    earned = Earnings(facts, rules.company, rules.plans, credits_)
    lines = [line for who in earned.everybody() for line in _lines(who, earned, through)]
    return Result(credits_, lines)


def _lines(who: Participant, earned: Earnings, through: date) -> Iterator[Line]:
    """What a payee earns on a plan file, and what is taken back of it."""
    plan = who.plan
    for component in plan.components:
        for line in earned.lines_of(who, component):
            if component.residual is not None:
                yield from repeated(line, component.residual, plan, through, earned.company)
                continue
            yield line
            if plan.clawback is not None and component.id in plan.clawback.applies_to:
                yield from taken_back(line, plan.clawback, plan, earned.facts, earned.company)
