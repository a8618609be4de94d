"""Everything that lint finds in a plan file: questions from its own corners, answered by the real stages at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType

from engine.book import Rules
from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan
from engine.documents.yaml import Node
from engine.linting.dealing import about_deals
from engine.linting.example import as_plan_test, in_quotes_if_needed
from engine.linting.finding import Finding, Given, Linted, linted
from engine.linting.idle import about_brackets, about_clawback
from engine.linting.made_up import deal, sample_amount
from engine.linting.past import unmatched
from engine.linting.selling import about_selling
from engine.linting.tested import about_paying
from engine.linting.timing import about_time
from engine.linting.trial import own_deals, tried
from engine.linting.way import Answer, Paid, Question, Way
from engine.linting.world import World

Found = tuple[Answer, Question, Sequence[Paid]]
Try = tuple[Question, Sequence[Paid]]


def lint_plan(plan: Plan, given: Given) -> Linted:
    """Everything that is found in a valid plan."""
    world = World(plan, Rules(given.company, (own_deals(),), (plan,)))
    world = replace(world, scales=MappingProxyType(dict(_scales(world))))
    parts = [part for part in plan.components if world.known(part.measure)]
    questions = [question for part in parts for question in _about(world, part)]
    answers = _answered(world, [*questions, *about_clawback(world)], parts)
    root = given.root
    findings = [*(_finding(world, each, given, root) for each in answers), *unmatched(plan, given)]
    return linted(findings, plan.accepted, given, [part.id for part in plan.components if part not in parts])


def _about(world: World, part: Component) -> Iterator[Question]:
    """Every question about a component."""
    yield from about_selling(world, part)
    yield from about_deals(world, part)
    yield from about_time(world, part)
    yield from about_brackets(world, part)
    yield from about_paying(world, part)


def _scales(world: World) -> Iterator[tuple[str, tuple[Fraction, Fraction]]]:
    """How much a deal of 1 counts for in each measure of deals, and what of its amount does not count at all."""
    parts = {part.measure: part for part in world.plan.components}
    measures = [(part, world.measure(name)) for name, part in parts.items()]
    asked = [
        (part, amount, Way("one", (deal(measure, amount, world.days(part).first),)))
        for part, measure in measures
        if measure.imported is None and measure.unit == "amount" and measure.sum != "earnings"
        if "direct" in measure.credits
        for amount in (sample_amount(measure), 2 * sample_amount(measure))
    ]
    pays = tried(world, [way for *_, way in asked])
    counted = [
        (part, amount, paid.bases.get(part.id) if paid else None)
        for (part, amount, _), paid in zip(asked, pays, strict=True)
    ]
    for (part, one, of_one), (_, two, of_two) in zip(counted[::2], counted[1::2], strict=True):
        if of_one and of_two and of_two > of_one:
            scale = Fraction(of_two - of_one, two - one)
            yield part.measure, (scale, one - of_one / scale)
        elif of_one:
            yield part.measure, (Fraction(of_one, one), Fraction(0))


def _answered(world: World, questions: Sequence[Question], parts: Sequence[Component]) -> list[Found]:
    """The worst answer to each question about each place, said once, and the components that nothing is paid by."""
    pays = iter(tried(world, [way for question in questions for way in question.ways]))
    asked = [(question, [next(pays) for _ in question.ways]) for question in questions]
    possible = [(question, [each for each in paid if each is not None]) for question, paid in asked if None not in paid]
    worst: dict[tuple[str, str, int | None], Found] = {}
    for question, paid in possible:
        answer = question.answer(paid)
        if answer is None:
            continue
        found = replace(question, part=answer.part or question.part)
        key = (found.finding, found.part, found.row)
        if key not in worst or answer.weight > worst[key][0].weight:
            worst[key] = (answer, found, paid)
    once = {(question.finding, answer.sentence): (answer, question, paid) for answer, question, paid in worst.values()}
    return [*once.values(), *_idle(world, parts, possible)]


def _idle(world: World, parts: Sequence[Component], tries: Sequence[Try]) -> Iterator[Found]:
    """Components by which none of all the ways was paid."""
    earning = {part for _, paid in tries for each in paid for (_, part), amount in each.amounts.items() if amount}
    for part in parts:
        mine = [(question, paid) for question, paid in tries if question.part == part.id]
        if part.id not in earning and mine and world.plainly_counted(part):
            last, paid = mine[-1]
            count = sum(len(question.ways) for question, _ in mine)
            said = f"Of {count} ways of selling that were made up from its own tests and tiers, none is paid by it."
            yield Answer(1, said), Question("never-pays", part.id, last.ways, last.answer), paid


def _finding(world: World, found: Found, given: Given, root: Node) -> Finding:
    """An answer as a finding, with its plan test."""
    answer, question, paid = found
    head = {"scenario": question.finding, "because": in_quotes_if_needed(answer.sentence)}
    example = as_plan_test(world, {**head, **given.documents}, question.ways, paid)
    where = f"{given.file}:{_line(root, question, world.plan)}"
    return Finding(question.finding, where, question.part, answer.sentence, example)


def _line(root: Node, question: Question, plan: Plan) -> int:
    """Where the component, its bracket, the cap or the clawback is written."""
    if question.part == "":
        return root.line_of("clawback")
    for place, cap in enumerate(plan.caps):
        if cap.id == question.part:
            return root.items("caps")[place].line
    place = next(at for at, part in enumerate(plan.components) if part.id == question.part)
    node = root.items("components")[place]
    return node.line if question.row is None else (node.items("brackets") or node.items("points"))[question.row].line
