"""Plan activation: where two persons are asked for, no plan version computes anything that nobody has approved."""

from __future__ import annotations

from collections.abc import Iterable

from engine.documents.company.access import Access
from engine.documents.plans.plan import Plan
from jobs.guard import Approved, Asked, ChangeHeld


def check_activation(plans: Iterable[Plan], access: Access, approved: Approved) -> None:
    """Raise `ChangeHeld` naming every version that waits, and the ids under which they do."""
    if not access.needs_two("plan_activation"):
        return
    asked = {plan.written_in: Asked("plan_activation", plan.plan, {"version": plan.version}) for plan in plans}
    waits = {written_in: name for written_in, one in asked.items() if (name := approved(one)) is not None}
    if waits:
        each = "; ".join(f"{written_in}: 'worker.py approve {name}'" for written_in, name in waits.items())
        message = f"Nobody has approved these plan versions yet; nothing was computed. {each}."
        raise ChangeHeld(message, *(asked[written_in] for written_in in waits))
