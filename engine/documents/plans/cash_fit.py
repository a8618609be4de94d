"""What is earned as cash comes, and what a plan cannot ask of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.documents.plans.looks import parts_of
from engine.documents.problems import Problem

if TYPE_CHECKING:
    from engine.documents.plans.plan import Plan


def unfit_cash(plan: Plan) -> Iterator[Problem]:
    """What is earned as cash comes waits for nothing more, gives back by itself, and is a moving amount."""
    paid = {part.id for part in plan.components if _reads_cash(plan, part.measure)}
    for position, part in enumerate(plan.components):
        waits = {step.on for step in plan.release_of(part)} & {"invoice", "cash"}
        if part.id in paid and waits:
            message = "is earned as cash comes, so that there is nothing to wait for."
            yield Problem(("components", position, "release"), message, "Write release: booking.")
        for key in ("residual", "floor"):
            if part.id in paid and getattr(part, key) is not None:
                message = "is of a whole deal, and cash comes in parts."
                yield Problem(("components", position, key), message, f"Remove {key}.")
    for position, name in enumerate(plan.clawed_back):
        if name in paid:
            message = f"{name} is earned as cash comes, and a refund takes its part back already."
            yield Problem(plan.clawed_back_at(position), message, f"Leave {name} out of applies_to.")
    for name, measure in plan.measures.items():
        for read in sorted(paid & set(measure.of)):
            message = f"{read} is earned as cash comes: what it comes to is not known when this is added up."
            yield Problem(("measures", name, "of"), message, f"Remove {read}.")


def _reads_cash(plan: Plan, measure: str) -> bool:
    """Whether it adds up cash, or is made of what does."""
    names = (measure, *(part for part, _ in parts_of(measure, plan.measures)))
    return any(plan.measures[name].sum == "cash" for name in names)
