"""Whether it pays to book a deal in another period, or on another day; and whether a cancelled deal keeps its pay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from engine.documents.plans.component import Component
from engine.linting.corners import corners, stations
from engine.linting.gaining import gains
from engine.linting.made_up import deal, sample_amount
from engine.linting.saying import pay, worth
from engine.linting.tested import tests_of
from engine.linting.way import Answer, Asked, Fact, Paid, Question, Way
from engine.linting.world import Days, World
from engine.payees.curves.shape import versions

A_DAY = timedelta(days=1)


def about_time(world: World, part: Component) -> Iterator[Question]:
    """Questions about when a deal is booked."""
    days = world.days(part)
    if days.next_first is not None and world.measure(part.measure).imported is None:
        for before in [0, *stations(world, part.measure, corners(world, part)[part.measure])]:
            yield from _over_the_end(world, part, days, before)
    yield from _over_a_step(world, part)
    yield from _over_months(world, part)
    measure = world.measure(part.measure)
    if measure.imported is None and "direct" in measure.credits and measure.sum != "earnings":
        yield _cancelled(world, part)


def _over_the_end(world: World, part: Component, days: Days, before: int) -> Iterator[Question]:
    """A deal at the end of a window or at the start of the next, after so much was sold in the first."""
    if days.next_first is None or days.next_last is None:
        return
    size = stations(world, part.measure, [])[0]
    earlier = world.sold(part.measure, before, days.first) if before else ()
    now, then = (world.sold(part.measure, size, day) for day in (days.last, days.next_first))
    full = world.sold(part.measure, 2 * size, days.next_last)
    said = f"After {worth(world, part.measure, before)}, {worth(world, part.measure, size)}"
    stay, delay = Way("on-time", (*earlier, *now)), Way("delayed", (*earlier, *then))
    late, soon = f"{said} booked on {days.next_first} in place of {days.last}", f"{said} booked on {days.last}"
    yield Question("delaying-pays-more", part.id, (stay, delay), gains(world, late))
    forward = Way("pulled-forward", stay.facts)
    soon = f"{soon} in place of {days.next_first}"
    yield Question("pulling-forward-pays-more", part.id, (Way("on-time", delay.facts), forward), gains(world, soon))
    idle = Way("without", (*earlier, *full))
    ways = (Way("on-time", (*stay.facts, *full)), Way("delayed", (*delay.facts, *full)), idle)
    after = f"{late}, before {worth(world, part.measure, 2 * size)} on {days.next_last},"
    yield Question("delaying-pays-more", part.id, ways, _wasted(world, after))


def _wasted(world: World, said: str) -> Asked:
    """A gain of a deal that on time adds nothing: what is missed anyway is better kept for the next window."""
    gaining = gains(world, said)

    def answer(paid: Sequence[Paid]) -> Answer | None:
        return gaining(paid) if paid[0].total == paid[2].total else None

    return answer


def _over_a_step(world: World, part: Component) -> Iterator[Question]:
    """The same deal the day before and the day on which a value changes."""
    ends = [life.until_on for life in (world.plan.effective, part.effective) if life and life.until_on]
    begins = max(life.from_on for life in (world.plan.effective, part.effective) if life)
    for day in versions(part):
        if begins < day < min(ends, default=date.max) and world.measure(part.measure).imported is None:
            sizes = stations(world, part.measure, corners(world, part)[part.measure])
            eve, on = (world.sold(part.measure, sizes[-1], each) for each in (day - A_DAY, day))
            said = f"A deal of {worth(world, part.measure, sizes[-1])} booked"
            yield from _late_or_early(world, part, (eve, on), (f"{said} on {day - A_DAY}", f"{said} on {day}"))


def _over_months(world: World, part: Component) -> Iterator[Question]:
    """The same deal in the last month before a bound on months since signing, and in the first after it."""
    measure, day = world.measure(part.measure), world.days(part).first
    if measure.imported is not None or "direct" not in measure.credits:
        return
    for test in (test for test in tests_of(world, part) if test.field == "months_since_signing"):
        for months in {int(bound) for bound in (test.min, test.below) if isinstance(bound, int) and bound > 0}:
            made = deal(measure, sample_amount(measure), day)
            eve, on = (made.with_said(months_since_signing=each) for each in (months - 1, months))
            said = [f"A deal booked {each} months after signing" for each in (months - 1, months)]
            yield from _late_or_early(world, part, ((eve,), (on,)), (said[0], said[1]))


def _late_or_early(
    world: World, part: Component, facts: tuple[tuple[Fact, ...], tuple[Fact, ...]], said: tuple[str, str]
) -> Iterator[Question]:
    early, late = (Way(name, each) for name, each in zip(("early", "late"), facts, strict=True))
    yield Question("booking-late-pays-more", part.id, (early, late), gains(world, f"{said[1]} and not earlier"))
    yield Question("booking-early-pays-more", part.id, (late, early), gains(world, f"{said[0]} and not later"))


def _cancelled(world: World, part: Component) -> Question:
    """A deal that is cancelled on the next day."""
    measure, day = world.measure(part.measure), world.days(part).first
    amount = sample_amount(measure)
    made = deal(measure, amount, day).with_said(cancelled_on=day + A_DAY)

    def answer(paid: Sequence[Paid]) -> Answer | None:
        kept = paid[0].by(part.id)
        if kept <= 0:
            return None
        return Answer(kept, f"A deal of {pay(world, amount)} that is cancelled the day after keeps {pay(world, kept)}.")

    return Question("cancelled-deal-keeps-pay", part.id, (Way("cancelled", (made,)),), answer)
