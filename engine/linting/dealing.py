"""Whether it pays to split a deal, to merge two, to share or discount one; and who is paid twice for one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from engine.documents.conditions import FieldTest
from engine.documents.measures.measure import Measure
from engine.documents.plans.component import Component
from engine.linting.corners import corners
from engine.linting.gaining import gains
from engine.linting.made_up import SAMPLE, SIZES, deal, number, sample_amount
from engine.linting.saying import pay
from engine.linting.tested import tests_of
from engine.linting.way import Answer, Asked, Fact, Paid, Question, Way
from engine.linting.world import World
from engine.model import Motion

A_PERCENT = Fraction(1, 100)


def about_deals(world: World, part: Component) -> Iterator[Question]:
    """Questions about how what is sold is cut into deals; only deals of one's own can be cut."""
    measure, day = world.measure(part.measure), world.days(part).first
    if measure.imported is not None or "direct" not in measure.credits or measure.sum == "earnings":
        return
    for amount in _amounts(world, part):
        whole, half = deal(measure, amount, day), deal(measure, amount // 2, day)
        one, two = Way("one-deal", (whole,)), Way("two-deals", (half, half))
        yield Question("splitting-pays-more", part.id, (one, two), gains(world, _cut(world, amount, "split in two")))
        yield Question("merging-pays-more", part.id, (two, one), gains(world, _cut(world, amount, "merged into one")))
        if not part.cap_on_curve or (part.accumulates == "transaction" and not world.caps(part)):
            shared = Way("half", (whole,), beside="other-half")
            said = _cut(world, amount, "shared by two payees")
            yield Question("sharing-pays-more", part.id, (one, shared), gains(world, said))
    for full, cut in _prices(world, part):
        ways = (Way("list-price", (full,)), Way("discounted", (cut,)))
        yield Question("discount-pays-more", part.id, ways, gains(world, _discounted(world, full, cut)))
    if part.kind == "commission" and measure.unit == "amount":
        yield from _twice(world, part)


def _amounts(world: World, part: Component) -> list[int]:
    """Sizes of deals at which a half or a double may be paid otherwise."""
    measure, step = world.measure(part.measure), world.plan.unit_micros
    found = {sample_amount(measure)}
    if measure.unit == "amount":
        turns = corners(world, part)[part.measure]
        found |= {2 * turn for turn in turns} | {turn + turn // 2 for turn in turns}
    for test in tests_of(world, part):
        if test.field in SIZES:
            found |= {size for bound in _bounds(test) for size in (bound, bound + bound // 2)}
    if measure.less_per_deal:
        found.add(2 * measure.less_per_deal)
    if measure.most_per_deal:
        found.add(2 * measure.most_per_deal)
    even = 2 * step
    return sorted({max(size // even * even, even) for size in found})


def _bounds(test: FieldTest) -> list[int]:
    return [int(bound) for bound in (test.min, test.above, test.max, test.below) if isinstance(bound, int)]


def _prices(world: World, part: Component) -> Iterator[tuple[Fact, Fact]]:
    """Pairs of one deal at two prices, beside every bound on discount or margin that decides about the component."""
    measure, day = world.measure(part.measure), world.days(part).first
    for test in tests_of(world, part):
        for bound in (test.min, test.above, test.max, test.below):
            if isinstance(bound, Fraction) and test.field in ("discount_percent", "margin_percent"):
                known = {"list_price": number(SAMPLE), "cost": number(SAMPLE // 2)}
                shallow, deep = _two_amounts(test.field, bound)
                full, cut = (deal(measure, amount, day).with_said(**known) for amount in (shallow, deep))
                yield full, cut


def _two_amounts(field: str, bound: Fraction) -> tuple[int, int]:
    """Amounts a percent above and below a bound, larger first, of a list price of `SAMPLE` and a cost of half of it."""
    shares = (bound - A_PERCENT, bound + A_PERCENT)
    if field == "discount_percent":
        return _cents(SAMPLE * (1 - shares[0])), _cents(SAMPLE * (1 - shares[1]))
    return _cents(Fraction(SAMPLE, 2) / (1 - shares[1])), _cents(Fraction(SAMPLE, 2) / (1 - shares[0]))


def _cents(value: Fraction) -> int:
    return int(value / 10_000) * 10_000


def _cut(world: World, amount: int, how: str) -> str:
    return (
        f"A deal of {pay(world, amount)} {how}"
        if how != "merged into one"
        else (f"Two deals of {pay(world, amount // 2)} {how}")
    )


def _discounted(world: World, full: Fact, cut: Fact) -> str:
    high, low = (f"{fact.said['amount']:,} {world.plan.currency}" for fact in (full, cut))
    return f"A deal of a list price of {pay(world, SAMPLE)} sold for {low} in place of {high}"


def _twice(world: World, part: Component) -> Iterator[Question]:
    """One deal of each motion that counts, by this commission and by each that stands below it."""
    measure, day = world.measure(part.measure), world.days(part).first
    place = world.plan.components.index(part)
    for other in world.plan.components[place + 1 :]:
        theirs = world.measure(other.measure)
        if other.kind == part.kind and theirs.unit == measure.unit and theirs.imported is None and not theirs.of:
            for motion in _motions(measure) | _motions(theirs):
                way = Way("paid", (deal(measure, sample_amount(measure), day).with_said(motion=motion),))
                yield Question("paid-twice", part.id, (way,), _by_two(world, part, other, sample_amount(measure)))


def _motions(measure: Measure) -> set[str]:
    """The motions that a measure names, or the usual one."""
    named = {motion for test in measure.when.tests if test.field == "motion" for motion in test.any_of}
    return named or {Motion.NEW_BUSINESS.value}


def _by_two(world: World, part: Component, other: Component, amount: int) -> Asked:
    """That two commissions together count more than there is."""

    def answer(paid: Sequence[Paid]) -> Answer | None:
        (found,) = paid
        first, second = (found.by(each.id) for each in (part, other))
        if not first or not second or found.bases[part.id] + found.bases[other.id] <= amount:
            return None
        said = f"pays {pay(world, first)} by {part.id} and {pay(world, second)} by {other.id}."
        return Answer(second, f"A deal of {pay(world, amount)} {said}")

    return answer
