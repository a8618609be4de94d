"""Whether selling more pays less, pays more than was sold, leaps, or knows no end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from engine.documents.plans.component import Component
from engine.linting.corners import corners, stations
from engine.linting.gaining import gains_most
from engine.linting.saying import pay, worth
from engine.linting.way import Answer, Asked, Fact, Paid, Question, Way
from engine.linting.world import World

LEAP = 10
"""A sale that adds so many times its own worth to pay is a leap."""
GIANT, LARGER = 10, 100
"""Giant deals, in times of the last corner."""


def about_selling(world: World, part: Component) -> Iterator[Question]:
    """Questions about how much is sold, from one corner of the component to the next."""
    turns = corners(world, part)
    own = stations(world, part.measure, turns[part.measure])
    for x, y in pairwise([0, *own]):
        yield from _steps(world, part, part.measure, (x, y), ())
    if world.measure(part.measure).unit == "amount":
        yield _endless(world, part, own[-1])
    usual = world.sold(part.measure, stations(world, part.measure, [])[0], world.days(part).first)
    for name in turns.keys() - {part.measure}:
        for x, y in pairwise([0, *stations(world, name, turns[name])] if world.known(name) else []):
            yield from _steps(world, part, name, (x, y), usual)


def _steps(
    world: World, part: Component, measure: str, achieved: tuple[int, int], beside: tuple[Fact, ...]
) -> Iterator[Question]:
    """One achievement in a measure against the next larger one, with the same sales beside it.

    Where the plan says what nothing is worth (`at_zero`), less is meant to be better.
    """
    day = world.days(part).first
    less, more = (
        Way(name, (*beside, *(world.sold(measure, each, day) if each else ())))
        for name, each in zip(("less", "more"), achieved, strict=True)
    )
    if part.at_zero is None:
        yield Question("more-pays-less", part.id, (less, more), _falls(world, measure, achieved))
    if world.measure(measure).unit == "amount" and measure == part.measure:
        yield Question("pays-more-than-sold", part.id, (less, more), _exceeds(world, part, achieved))
        yield Question("cliff", part.id, (less, more), _leaps(world, part, achieved))


def _falls(world: World, measure: str, achieved: tuple[int, int]) -> Asked:
    def answer(paid: Sequence[Paid]) -> Answer | None:
        less, more = paid
        loss = less.total - more.total
        if loss <= 2 * world.plan.unit_micros:
            return None
        x, y = (worth(world, measure, each) for each in achieved)
        pays = f"pays {pay(world, more.total)} in place of {pay(world, less.total)}"
        return Answer(loss, f"Selling {y} in place of {x} ({measure}) {pays}.", gains_most(world, more, less))

    return answer


def _exceeds(world: World, part: Component, achieved: tuple[int, int]) -> Asked:
    """Of sales large enough that no mere leap explains it."""
    sold, caps = achieved[1] - achieved[0], world.caps(part)

    def answer(paid: Sequence[Paid]) -> Answer | None:
        gain = paid[1].by(part.id, *caps) - paid[0].by(part.id, *caps)
        if gain <= sold or sold * LEAP < achieved[1]:
            return None
        x = worth(world, part.measure, achieved[0])
        said = f"{worth(world, part.measure, sold)} sold on top of {x} add {pay(world, gain)} to pay."
        return Answer(gain - sold, said)

    return answer


def _leaps(world: World, part: Component, achieved: tuple[int, int]) -> Asked:
    sold, caps = achieved[1] - achieved[0], world.caps(part)

    def answer(paid: Sequence[Paid]) -> Answer | None:
        gain = paid[1].by(part.id, *caps) - paid[0].by(part.id, *caps)
        if gain < LEAP * sold or sold * LEAP >= achieved[1]:
            return None
        x = worth(world, part.measure, achieved[0])
        said = f"{worth(world, part.measure, sold)} sold on top of {x} add {pay(world, gain)} to pay at once."
        return Answer(gain, said)

    return answer


def _endless(world: World, part: Component, last: int) -> Question:
    """A giant deal against one that is ten times as large."""
    day, sizes, caps = world.days(part).first, (GIANT * last, LARGER * last), world.caps(part)
    ways = tuple(
        Way(name, world.sold(part.measure, size, day)) for name, size in zip(("giant", "larger"), sizes, strict=True)
    )

    def answer(paid: Sequence[Paid]) -> Answer | None:
        giant, larger = (each.by(part.id, *caps) for each in paid)
        if giant <= 0 or larger < giant * LARGER // GIANT // 2:
            return None
        deal = worth(world, part.measure, sizes[1])
        return Answer(larger, f"There is no cap: a deal of {deal} pays {pay(world, larger)}.")

    return Question("unbounded-pay", part.id, ways, answer)
