"""Parts of a plan that change nobody's pay: brackets beyond a cap, bands of a clawback after its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from engine.calendar import months_later
from engine.documents.plans.clawback import Band, Clawback, Within
from engine.documents.plans.component import Component
from engine.linting.made_up import deal, sample_amount
from engine.linting.saying import pay, worth
from engine.linting.way import Answer, Paid, Question, Way
from engine.linting.world import World
from engine.payees.curves.curve import pieces


def about_brackets(world: World, part: Component) -> Iterator[Question]:
    """Whether anything is paid in a bracket that was not paid before it, for brackets wholly beyond the cap.

    What is carried has an effect beyond the cap, too: in the next window.
    """
    if part.carry is not None:
        return
    curve, quota = world.curve(part)
    parts = pieces(curve, quota)
    for place, segment in enumerate(curve.segments[1:], start=1):
        own = [piece for piece in parts if piece.segment == place]
        rows = [
            n for n, row in enumerate(part.rows) if row.start and row.start in (segment.from_share, segment.from_micros)
        ]
        if rows and own and all(piece.capped and not piece.slope for piece in own):
            yield _beyond(world, part, int(segment.start(quota)), rows[0])


def _beyond(world: World, part: Component, start: int, row: int) -> Question:
    day, below = world.days(part).first, start - world.step(part.measure)
    ways = tuple(
        Way(name, world.sold(part.measure, each, day))
        for name, each in (("before-it", below), ("far-in-it", 2 * start))
    )

    def answer(paid: Sequence[Paid]) -> Answer | None:
        before, beyond = (each.by(part.id) for each in paid)
        if before != beyond:
            return None
        x, y = worth(world, part.measure, below), worth(world, part.measure, 2 * start)
        return Answer(start, f"{x} pays {pay(world, before)}, and {y} pays no more: the cap is reached before.")

    return Question("bracket-without-effect", part.id, ways, answer, row)


def about_clawback(world: World) -> Iterator[Question]:
    """Bands that begin when a cancellation no longer counts, and money that is still held back then."""
    clawback = world.plan.clawback
    if clawback is None or clawback.when.cancelled is None:
        return
    parts = [each for each in world.plan.components if each.id in world.plan.clawed_back and _has_deals(world, each)]
    for place, (before, _) in enumerate(pairwise(clawback.takes_back.bands), start=1):
        if parts and _is_over(before, clawback):
            yield _too_late(world, parts[0], before, place)
    for part in parts:
        yield from _held_longer(world, part, clawback.when.cancelled)


def _has_deals(world: World, part: Component) -> bool:
    """Whether one's own deals count, which can be cancelled."""
    measure = world.measure(part.measure)
    return world.known(part.measure) and measure.imported is None and "direct" in measure.credits


def _held_longer(world: World, part: Component, within: Within) -> Iterator[Question]:
    """A deal that is cancelled on the first day on which nothing is taken back, while a part of its pay is held."""
    measure, day = world.measure(part.measure), world.days(part).first
    over = _after(day, within.within_days, within.within_months)
    steps = [step for step in world.plan.release_of(part) if step.on == "booking"]
    reserve = world.plan.reserve
    waits = [*steps, *([reserve] if reserve is not None and reserve.on == "payable" else [])]
    last = max((_after(day, wait.after_days, wait.after_months) for wait in waits), default=day)
    if last <= over:
        return
    made = deal(measure, sample_amount(measure), day).with_said(cancelled_on=over)

    def answer(paid: Sequence[Paid]) -> Answer | None:
        kept = paid[0].by(part.id)
        said = f"A deal of {day} that is cancelled on {over} keeps {pay(world, kept)}, a part of it held till {last}."
        return Answer(kept, said) if kept > 0 else None

    yield Question("clawback-ends-before-release", part.id, (Way("cancelled", (made,)),), answer)


def _after(day: date, days: int | None, months: int | None) -> date:
    """So many days or months later."""
    return months_later(day, months) if months is not None else day + timedelta(days=days or 0)


def _is_over(before: Band, clawback: Clawback) -> bool:
    """Whether every cause has ceased to count where a band ends."""
    causes = [getattr(clawback.when, name) for name in type(clawback.when).model_fields]
    return all(_ends_by(cause, before) for cause in causes if cause is not None)


def _ends_by(cause: Within, band: Band) -> bool:
    limit, end = (cause.within_days, band.until_day) if band.until_day else (cause.within_months, band.until_month)
    return limit is not None and end is not None and limit <= end


def _too_late(world: World, part: Component, before: Band, place: int) -> Question:
    measure, day = world.measure(part.measure), world.days(part).first
    on = _after(day, before.until_day, before.until_month)
    made = deal(measure, sample_amount(measure), day).with_said(cancelled_on=on)

    def answer(paid: Sequence[Paid]) -> Answer | None:
        kept = paid[0].total
        return Answer(1, f"A deal of {day} that is cancelled on {on} keeps {pay(world, kept)}: nothing is taken back.")

    return Question("clawback-band-without-effect", "", (Way("cancelled", (made,)),), answer, place)
