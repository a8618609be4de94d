"""A plan that pays at once cannot begin to release, nor one that releases pay at once, once a period is closed with it.

What a closed statement called payable stays payable. Under other terms the same earnings would become payable again in
the open period, or never. New terms need a new plan name; the old plan's earnings stay under the old ones.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from engine.documents.plans.plan import Plan
from engine.model import Issue, Severity
from engine.payees.paying.release import deferring
from jobs.configuration import ConfigurationProblem
from store.statements import newest


def refuse_other_terms(conn: Connection, plans: Sequence[Plan]) -> None:
    """Raise `ConfigurationProblem` where a plan releases otherwise than when a period was last closed."""
    last = newest(conn)
    known = last.content["made_with"]["plans"] if last is not None else {}
    now, defers = {plan.plan for plan in plans}, deferring(plans)
    changed = [name for name, then in known.items() if name in now and then["releases"] != (name in defers)]
    if changed:
        raise ConfigurationProblem(tuple(_issue(name, releases=name in defers) for name in sorted(changed)))


def _issue(name: str, *, releases: bool) -> Issue:
    said = "releases its earnings, but paid them at once" if releases else "pays at once, but released its earnings"
    message = f"{said} in periods that are closed; the same pay would become payable twice, or never."
    return Issue("plan_terms_changed", Severity.HOLDS, f"plan {name}", message, "Give the new terms a new plan name.")
