"""Periods as people name them in a command."""

from __future__ import annotations

from collections.abc import Collection

from engine.calendar import Period, period_named
from jobs.configuration import Configuration
from jobs.settings import SettingsProblem


def named(label: str, configuration: Configuration) -> Period:
    """The period of a label; SettingsProblem for a label of none."""
    try:
        return period_named(label, configuration.rules.company)
    except ValueError as error:
        raise SettingsProblem(f"{error}.") from None


def is_closed(label: str, closed: Collection[str], configuration: Configuration) -> bool:
    """Whether the period is among the closed ones; what lies before the last of its kind is closed, named or not."""
    asked = named(label, configuration)
    same = [each for each in (named(one, configuration) for one in closed) if each.kind == asked.kind]
    return any(each.starts_on >= asked.starts_on for each in same)
