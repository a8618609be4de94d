"""Periods as people name them in a command."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from engine.calendar import LABELS, Period, period_named
from engine.payees.attain import STATEMENT
from jobs.configuration import Configuration
from jobs.settings import SettingsProblem
from store import closing, ledger


def named(label: str, configuration: Configuration) -> Period:
    """The period of a label; SettingsProblem for a label of none."""
    try:
        return period_named(label, configuration.rules.company)
    except ValueError as error:
        raise SettingsProblem(f"{error}.") from None


def refuse_unpaid(conn: Connection, configuration: Configuration, period: Period) -> None:
    """Raise SettingsProblem for a kind of period by which no plan pays or has ever booked anything."""
    booked = {named(label, configuration).kind for label in ledger.periods(conn)}
    paid = booked | {STATEMENT[plan.pays] for plan in configuration.rules.plans}
    if period.kind not in paid:
        kinds = ", ".join(kind.replace("_", " ") for kind in LABELS if kind in paid) or "none, as there is no plan"
        raise SettingsProblem(
            f"{period.label} is a {period.kind.replace('_', ' ')}, and no plan pays by that. "
            f"Name a period that plans pay by: {kinds}."
        )


def is_closed(label: str, closed: Collection[str], configuration: Configuration) -> bool:
    """Whether the period is among the closed ones; what lies before the last of its kind is closed, named or not."""
    asked = named(label, configuration)
    same = [each for each in (named(one, configuration) for one in closed) if each.kind == asked.kind]
    return any(each.starts_on >= asked.starts_on for each in same)


def refuse_open(conn: Connection, configuration: Configuration, period: Period) -> None:
    """Raise SettingsProblem unless everything through the period is final: every period that ends by its end."""
    shut = closing.closed(conn)
    labels = ledger.periods(conn) | {period.label}
    earlier = [label for label in labels if named(label, configuration).ends_on <= period.ends_on]
    still_open = sorted(label for label in earlier if not is_closed(label, shut, configuration))
    if still_open:
        raise SettingsProblem(
            f"{', '.join(still_open)}: not closed, so the amounts may still change. "
            "Close first ('worker.py close'); only an export can be --preliminary."
        )
