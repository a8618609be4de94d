"""Approval: a person lets through the one change that the guard has stopped."""

from __future__ import annotations

from sqlalchemy import Connection

from jobs.settings import SettingsProblem
from store import settings


def approve(conn: Connection, change: str) -> None:
    """Let the waiting change through at the next run. Any other name is refused: it would do nothing, silently."""
    waiting = settings.setting_of(conn, settings.WAITING_CHANGE)
    if change != waiting:
        known = f"the last one that was stopped is {waiting}" if waiting else "none was ever stopped"
        raise SettingsProblem(f"No change {change} waits for approval; {known}.")
    settings.set_setting(conn, settings.APPROVED_CHANGE, change)
