"""What a component's pay depends on beside how much was achieved: tests of its measure, its cases, its gates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import product

from engine.documents.conditions import FieldTest, When
from engine.documents.plans.component import Component
from engine.linting.corners import corners, stations
from engine.linting.made_up import deal, fitting, sample_amount
from engine.linting.way import Answer, Fact, Paid, Question, Way
from engine.linting.world import World

MOST_WAYS = 300
"""Combinations of a component's gates and multipliers that are tried to see whether it ever pays."""


def tests_of(world: World, part: Component) -> list[FieldTest]:
    """Every test of a deal that decides about the component, and those of the plan's other measures."""
    names = dict.fromkeys([part.measure, *(each.measure for each in world.plan.components)])
    whens = [*_cases(world, part), *(world.measure(name).when for name in names)]
    return list(dict.fromkeys(test for when in whens for test in when.tests))


def _cases(world: World, part: Component) -> Iterator[When]:
    """The conditions of its multipliers of credit, its rates and its factors; of a line of rates, of its points."""
    yield from (case.when for case in world.measure(part.measure).multiply)
    whens = [*(case.when for case in part.rates), *(case.when for case in part.by_deal)]
    yield from (when for when in whens if when is not None)
    if part.rate_by is not None:
        field, points = part.rate_by.deal, part.rate_by.points
        tests = (FieldTest(field=field, min=point.at, max=point.at) for point in points)
        yield from (When(tests=(test,)) for test in tests)


def about_paying(world: World, part: Component) -> Iterator[Question]:
    """Ways by which the component may pay: a deal of each case, and every combination of what gates it."""
    day = world.days(part).first
    for facts in (*((fact,) for fact in _samples(world, part, day)), *_combined(world, part, day)):
        yield Question("never-pays", part.id, (Way("tried", facts),), _nothing_yet)


def _samples(world: World, part: Component, day: date) -> Iterator[Fact]:
    """A deal that fits each case of the component's rates and factors."""
    measure = world.measure(part.measure)
    if measure.imported is not None or "direct" not in measure.credits:
        return
    amount = sample_amount(measure)
    for when in _cases(world, part):
        said = {key: value for test in when.tests for key, value in fitting(test, amount, day).items()}
        yield deal(measure, amount, day).with_said(**said)


def _combined(world: World, part: Component, day: date) -> list[tuple[Fact, ...]]:
    """Achievements of every measure that the component looks at, in every combination while these are not too many.

    Beginning with the largest of each, by which gates are open that ask for something, and ending with nothing. Its own
    come last: where a gate looks at what there was when a deal came, that is what opens it.
    """
    turns = corners(world, part)
    if not part.gauges() or not all(world.known(name) for name in turns):
        return []
    places = {
        name: [*reversed(stations(world, name, found)), 0] for name, found in turns.items() if name != part.measure
    }
    places[part.measure] = [*reversed(stations(world, part.measure, turns[part.measure]))]
    ways = product(*([(name, x) for x in xs] for name, xs in places.items()))
    facts = (tuple(fact for name, x in way if x for fact in world.sold(name, x, day)) for way in ways)
    return [way for _, way in zip(range(MOST_WAYS), facts, strict=False)]


def _nothing_yet(paid: Sequence[Paid]) -> Answer | None:
    """By itself no way shows that a component never pays: all of them together do."""
    del paid
    return None
