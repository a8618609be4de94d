"""The contender's side of a run: measures the work and prints the figures as the last line of its output."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Work:
    """What the measured block cost."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.cpu_s = 0.0

    def report(self, rows: int, **facts: object) -> None:
        """Print the figures, with how many rows there were and any facts worth showing or comparing."""
        print(json.dumps({"rows": rows, "seconds": self.seconds, "cpu_s": self.cpu_s, "facts": facts}))


@contextmanager
def measured() -> Iterator[Work]:
    """Measure the block, without the imports before it and the checks after it."""
    work = Work()
    began, spent = time.perf_counter(), cpu_seconds()
    yield work
    work.seconds, work.cpu_s = time.perf_counter() - began, cpu_seconds() - spent


def cpu_seconds() -> float:
    """User and system time of this process and of those it has waited for."""
    spent = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in spent)
