"""Which problems a person can mend, and the exit code of each. Anything else is our bug and keeps its traceback."""

from __future__ import annotations

from connectors.port import ConnectorError, NotAllowed, Refused
from jobs.access.approvals import Unapproved, Waits
from jobs.access.errors import NotYours
from jobs.books.errors import PricedAnew
from jobs.books.refusals import NotOpened, NotYet
from jobs.configuration import ConfigurationProblem
from jobs.exports.tying import NotTied
from jobs.guard import ChangeHeld
from jobs.settings import SettingsProblem
from jobs.who import NotFound
from store.errors import LeaseLost, StoreError

PROBLEM, WAITS, BUSY, REFUSED = 1, 3, 4, 5
STOPPED = "stopped"


class Busy(Exception):  # noqa: N818  # not an error: somebody else works
    """Another process holds the lease."""


class Stopping(Exception):  # noqa: N818  # the answer to SIGTERM
    """The process was asked to stop; what is committed stays, the rest is done by the next run."""


_CODES: tuple[tuple[type[Exception], int], ...] = (
    (Stopping, 0),
    (ChangeHeld, WAITS),
    (Waits, WAITS),
    (PricedAnew, WAITS),
    (Busy, BUSY),
    (LeaseLost, BUSY),
    (NotAllowed, REFUSED),
    (Refused, REFUSED),
    (ConnectorError, PROBLEM),
    (ConfigurationProblem, PROBLEM),
    (SettingsProblem, PROBLEM),
    (StoreError, PROBLEM),
    (NotFound, PROBLEM),
    (NotYours, PROBLEM),
    (Unapproved, PROBLEM),
    (NotYet, PROBLEM),
    (NotOpened, PROBLEM),
    (NotTied, PROBLEM),
)


def code_and_message(problem: BaseException) -> tuple[int, str] | None:
    """Exit code and message for a problem that a person can mend; None for a bug."""
    for kind, code in _CODES:
        if isinstance(problem, kind):
            return code, str(problem) or "Stopped as asked; the next run goes on from here."
    return None


def outcome_of(problem: BaseException | None) -> str:
    """How the run is called that ended so: done, stopped as asked, waiting for approval, or failed."""
    if isinstance(problem, Stopping | KeyboardInterrupt):
        return STOPPED
    if isinstance(problem, ChangeHeld):
        return "waiting"
    return "failed" if problem else "done"
