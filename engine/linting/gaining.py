"""That one way pays more than another, all components together, and which of them makes it so."""

from __future__ import annotations

from collections.abc import Sequence

from engine.linting.saying import pay
from engine.linting.way import Answer, Asked, Paid
from engine.linting.world import World

NOTICEABLE = 100
"""Pay has to differ by one part in so many: less is rounding."""


def gains(world: World, said: str) -> Asked:
    """That the second way pays noticeably more than the first; `said` begins the sentence."""

    def answer(paid: Sequence[Paid]) -> Answer | None:
        one, other = paid[:2]
        gain = other.total - one.total
        if gain * NOTICEABLE <= abs(one.total) or gain <= 2 * world.plan.unit_micros:
            return None
        sentence = f"{said} pays {pay(world, other.total)} in place of {pay(world, one.total)}."
        return Answer(gain, sentence, gains_most(world, one, other))

    return answer


def gains_most(world: World, one: Paid, other: Paid) -> str:
    """The component, or cap over several, that pays so much more in the second way; of equals the first."""
    parts = [*(part.id for part in world.plan.components), *(cap.id for cap in world.plan.caps)]
    return max(parts, key=lambda part: other.by(part) - one.by(part))
