"""Which problems a person can mend, and the exit code of each. Anything else is our bug and keeps its traceback."""

from __future__ import annotations

from connectors.port import ConnectorError, NotAllowed, Refused
from jobs.answers import NotFound
from jobs.configuration import ConfigurationProblem
from jobs.guard import ChangeHeld
from jobs.running import Busy, Stopping
from jobs.settings import SettingsProblem
from store.errors import LeaseLost, StoreError

PROBLEM, WAITS, BUSY, REFUSED = 1, 3, 4, 5

_CODES: tuple[tuple[type[Exception], int], ...] = (
    (Stopping, 0),
    (ChangeHeld, WAITS),
    (Busy, BUSY),
    (LeaseLost, BUSY),
    (NotAllowed, REFUSED),
    (Refused, REFUSED),
    (ConnectorError, PROBLEM),
    (ConfigurationProblem, PROBLEM),
    (SettingsProblem, PROBLEM),
    (StoreError, PROBLEM),
    (NotFound, PROBLEM),
)


def code_and_message(problem: Exception) -> tuple[int, str] | None:
    """Exit code and message for a problem that a person can mend; None for a bug."""
    for kind, code in _CODES:
        if isinstance(problem, kind):
            return code, str(problem) or "Stopped as asked; the next run goes on from here."
    return None
