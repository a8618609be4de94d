"""Periods as people name them in a command."""

from __future__ import annotations

from engine.calendar import Period, period_named
from jobs.configuration import Configuration
from jobs.settings import SettingsProblem


def named(label: str, configuration: Configuration) -> Period:
    """The period of a label; SettingsProblem for a label of none."""
    try:
        return period_named(label, configuration.rules.company)
    except ValueError as error:
        raise SettingsProblem(f"{error}.") from None
