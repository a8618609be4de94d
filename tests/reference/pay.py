"""Everything in order: from the book and the documents to lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from engine.book import Book, Rules
from engine.documents.plans.plan import Plan
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
    for payee in sorted({row["person_id"] for row in facts.enrolments}):
        for name in dict.fromkeys(plan.plan for plan in rules.plans):
            of = _account(payee, [plan for plan in rules.plans if plan.plan == name], earned, through)
            lines += of.lines
            payables += of.payables
    return Result(credits_, lines, payables, facts.lots)


def _in_order(deals: Sequence[Deal]) -> list[Deal]:
    """By day and id, as pools give accounts away."""
    return sorted(deals, key=lambda deal: (deal.day, deal.id))


@dataclass(frozen=True)
class _Account:
    """What a payee has of a plan."""

    lines: Sequence[Line]
    payables: Sequence[Payable]


def _account(payee: str, files: Sequence[Plan], earned: Earnings, through: date) -> _Account:
    """Lines and what becomes of them; draws look at all of them, and are payable at once."""
    everyone = [Participant(payee, plan) for plan in files]
    made = [[*_lines(who, earned, through), *_of_pools(who, earned, through)] for who in everyone]
    of_files = [[each for line, taken in of for each in (line, *taken)] for of in made]
    for nth, who in enumerate(everyone):
        waits = any(line.amount is None for of in (*of_files[:nth], *of_files[nth + 1 :]) for line in of)
        of_files[nth] = Capped(who, earned, through, waits).lines(of_files[nth])
    lines = [line for of in of_files for line in of]
    unknown = {(line.component, line.source, line.part) for line in lines if line.amount is None}
    payables: list[Payable] = []
    for who, of, capped in zip(everyone, made, of_files, strict=True):
        for line, clawbacks in [*of, *((line, ()) for line in capped if line.kind == "cap")]:
            if defers(files) and (line.component, line.source, line.part) not in unknown:
                by = reach(line, clawbacks, earned.facts, through)
                payables += payables_of(Waiting(line, who.plan, earned.facts, earned.company, by), clawbacks)
    draws = list(_draws(everyone, lines, payables, through=through, earned=earned))
    at_once = [at_once_of(line) for line in draws if line.amount is not None] if defers(files) else []
    return _Account([*lines, *draws], [*payables, *at_once])


def _of_pools(who: Participant, earned: Earnings, through: date) -> Iterator[tuple[Line, Sequence[Line]]]:
    """The payee's parts of the pools of a plan file."""
    key = ("pools", who.key[1:])
    if key not in earned.remembered:
        earned.remembered[key] = list(pool_lines(who.plan, earned, through))
    yield from ((line, ()) for line in earned.remembered[key] if line.payee == who.payee)


def _draws(
    everyone: Sequence[Participant],
    lines: Sequence[Line],
    payables: Sequence[Payable],
    *,
    through: date,
    earned: Earnings,
) -> Iterator[Line]:
    """The lines of the plan's draw, where any of its files has one: it is one account, in order of time."""
    files = sorted((who.plan for who in everyone), key=lambda plan: plan.effective.from_on)
    if not any(plan.draw for plan in files) or not enrolments_of(everyone[0], earned.facts):
        return
    if any(line.amount is None for line in lines):
        yield waiting(everyone[0], through)
        return
    came: Counter[str] = Counter()
    if any(plan.draw and plan.draw.against == "payable" for plan in files) and defers(files):
        for part in payables:
            if part.state == "payable" and part.period is not None:
                came[part.period] += part.amount
    else:
        for line in lines:
            came[line.period] += line.amount or 0
    try:
        yield from list(drawn(everyone[0].payee, files, came, through, earned))
    except UnknownDrawError:
        yield waiting(everyone[0], through)


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
