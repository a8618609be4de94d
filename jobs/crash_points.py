"""Named places at which a test may kill the process, to prove that a restart heals (reliability, promise 24).

In production a crash point does nothing. A test names one in the environment and how often it must be passed; the
process then dies there by SIGKILL, as a power cut would end it.
"""

from __future__ import annotations

import os
import signal
from collections import Counter

VARIABLE = "TALLYSTICK_CRASH_AT"
"""`name` or `name:n`: die when the point is passed for the n-th time."""

POINTS = (
    "pull.before_save",
    "pull.after_save",
    "compute.before_save",
    "compute.after_save",
    "send.before_write",
    "send.after_write",
    "send.after_mark",
)
"""Every point, so that a test can walk through all of them."""

RECORD_POINTS = ("records.announced", "records.between_batches", "records.before_finish")
"""Those that are passed only where statements are kept in the CRM."""

OWNER_POINTS = ("owners.before_write", "owners.after_write")
"""Those that are passed only where owners are set."""

_passed: Counter[str] = Counter()


def crash_point(name: str) -> None:
    """Die here if the environment says so."""
    wanted = os.environ.get(VARIABLE)
    if wanted is None:
        return
    target, _, count = wanted.partition(":")
    _passed[name] += 1
    if target == name and _passed[name] == int(count or 1):
        os.kill(os.getpid(), signal.SIGKILL)
