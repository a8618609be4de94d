"""Everything in order: from the book and the documents to lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.book import Book, Rules
from tests.reference.classify import classify
from tests.reference.credits import Credit, credits_of
from tests.reference.earn import Earnings
from tests.reference.entries import Line
from tests.reference.facts import facts_of
from tests.reference.rollups import rollups_of


@dataclass(frozen=True)
class Result:
    """What the reference engine makes of a book."""

    credits: Sequence[Credit]
    lines: Sequence[Line]


def compute(book: Book, rules: Rules) -> Result:
    """Credits and lines of everybody."""
    facts = facts_of(book)
    deals = classify(facts, rules.company)
    given = [credit for deal in deals for credit in credits_of(deal, rules.engagements, facts)]
    direct = [credit for credit in given if credit.kind == "direct"]
    rolled = [each for credit in direct for each in rollups_of(credit, rules.plans, facts)]
    credits_ = [*given, *rolled]
    earned = Earnings(facts, rules.company, rules.plans, credits_).everything()
    return Result(credits_, earned)
