"""Everything in order: from the book and the documents to lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from engine.book import Book, Rules
from tests.reference.arms import draw_arms, in_arms
from tests.reference.classify import Deal, classify, qualified
from tests.reference.clawback import claws_back, taken_back
from tests.reference.credits import Credit, counted_of, credits_of
from tests.reference.draws import UnknownDrawError, drawn, waiting
from tests.reference.earn import Earnings
from tests.reference.entries import Line
from tests.reference.facts import Lot, facts_of
from tests.reference.participants import Participant, enrolments_of
from tests.reference.payables import Payable, at_once_of, defers, payables_of, reach
from tests.reference.places import placed
from tests.reference.plan_caps import Capped
from tests.reference.pools import pool_lines
from tests.reference.releases import Waiting
from tests.reference.residuals import repeated
from tests.reference.retention import Customers
from tests.reference.rollups import rollups_of


@dataclass(frozen=True)
class Result:
    """What the reference engine makes of a book."""

    credits: Sequence[Credit]
    lines: Sequence[Line]
    payables: Sequence[Payable]
    """Of plans that tell what is earned from what is payable: what becomes of their lines."""
    lots: Mapping[str, Sequence[Lot]]
    """What was given away, by pool and experiment, in turn."""


def compute(book: Book, rules: Rules, through: date) -> Result:
    """Credits and lines of everybody, as far as time has passed."""
    facts = facts_of(book)
    won_ = [placed(deal, rules.engagements, facts) for deal in classify(facts, rules.company)]
    draw_arms(won_, rules.engagements, facts)
    deals = [in_arms(deal, rules.engagements, facts) for deal in won_]
    given = [credit for deal in _in_order(deals) for credit in credits_of(deal, rules.engagements, facts)]
    if any(measure.dated_by == "qualified_on" for plan in rules.plans for measure in plan.measures.values()):
        reached_ = [placed(deal, rules.engagements, facts) for deal in qualified(facts, rules.company)]
        passed = [in_arms(deal, rules.engagements, facts) for deal in reached_]
        reached = [credit for deal in _in_order(passed) for credit in credits_of(deal, rules.engagements, facts)]
        won = {deal.id: deal for deal in deals}
        given += [replace(each, deal=replace(each.deal, won=won.get(each.deal.id)), qualified=True) for each in reached]
    direct = [each for each in given if each.kind == "direct" and (each.house is None or "rollups" in each.house)]
    rolled = [replace(each, house=None) for credit in direct for each in rollups_of(credit, rules.plans, facts)]
    credits_ = [*counted_of(given), *rolled]
    customers = Customers(facts, rules.company, rules.engagements, through)
    earned = Earnings(facts, rules.company, rules.plans, credits_, through, customers)
    lines: list[Line] = []
    payables: list[Payable] = []
    pools = [line for plan in rules.plans for line in pool_lines(plan, earned, through)]
    for who in earned.everybody():
        mine = [line for line in pools if (line.payee, line.plan) == (who.payee, who.plan.plan)]
        of = _account(who, mine, earned, through)
        lines += of.lines
        payables += of.payables
    return Result(credits_, lines, payables, facts.lots)


def _in_order(deals: Sequence[Deal]) -> list[Deal]:
    """By day and id, as pools give accounts away."""
    return sorted(deals, key=lambda deal: (deal.day, deal.id))


@dataclass(frozen=True)
class _Account:
    """What a payee has of a plan file."""

    lines: Sequence[Line]
    payables: Sequence[Payable]


def _account(who: Participant, of_pools: Sequence[Line], earned: Earnings, through: date) -> _Account:
    """Lines and what becomes of them; draws look at all of them, and are payable at once."""
    made = [*_lines(who, earned, through), *((line, ()) for line in of_pools)]
    lines = Capped(who, earned, through).lines([each for line, taken in made for each in (line, *taken)])
    unknown = {(line.component, line.source, line.part) for line in lines if line.amount is None}
    payables: list[Payable] = []
    for line, clawbacks in [*made, *((line, ()) for line in lines if line.kind == "cap")]:
        if defers(who.plan) and (line.component, line.source, line.part) not in unknown:
            by = reach(line, clawbacks, earned.facts, through)
            payables += payables_of(Waiting(line, who.plan, earned.facts, earned.company, by), clawbacks)
    draws = list(_draws(who, lines, payables, through=through, earned=earned))
    at_once = [at_once_of(line) for line in draws if line.amount is not None] if defers(who.plan) else []
    return _Account([*lines, *draws], [*payables, *at_once])


def _draws(
    who: Participant, lines: Sequence[Line], payables: Sequence[Payable], *, through: date, earned: Earnings
) -> Iterator[Line]:
    """The lines of the plan's draw, where it has one."""
    draw = who.plan.draw
    if draw is None or not enrolments_of(who, earned.facts):
        return
    if any(line.amount is None for line in lines):
        yield waiting(who, through)
        return
    came: Counter[str] = Counter()
    if draw.against == "payable" and defers(who.plan):
        for part in payables:
            if part.state == "payable" and part.period is not None:
                came[part.period] += part.amount
    else:
        for line in lines:
            came[line.period] += line.amount or 0
    try:
        yield from list(drawn(who, came, through, earned))
    except UnknownDrawError:
        yield waiting(who, through)


def _lines(who: Participant, earned: Earnings, through: date) -> Iterator[tuple[Line, Sequence[Line]]]:
    """What a payee earns on a plan file, and what is taken back of it."""
    plan, facts, company = who.plan, earned.facts, earned.company
    for component in plan.components:
        for line in earned.lines_of(who, component):
            if component.residual is not None:
                yield from ((each, ()) for each in repeated(line, component.residual, plan, through, company))
            elif plan.clawback is not None and claws_back(plan.clawback, component.id):
                yield line, list(taken_back(line, plan.clawback, plan, facts, company))
            else:
                yield line, ()
