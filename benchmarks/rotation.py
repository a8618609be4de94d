"""Runs contenders interleaved, each as a cold process in an empty folder, and keeps what each run cost.

Ratios are taken within one round, so that a machine whose speed drifts slows both sides of a ratio alike. The order
rotates from round to round, so that nobody always runs first.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

REPOSITORY = Path(__file__).parents[1]
KIB = 1024


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to do the work: a module that takes arguments and prints what `child.report` prints.

    `{folder}` in an argument is the empty folder of the run. `python` may be the interpreter of another environment.
    """

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    python: str = sys.executable


@dataclass(frozen=True, slots=True)
class Figures:
    """What one run cost. `seconds` and `cpu_s` are of the work alone, without the start of the interpreter."""

    rows: int
    seconds: float
    cpu_s: float
    peak_mb: float
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def rows_per_s(self) -> float:
        """Throughput of the work."""
        return self.rows / self.seconds


class RunFailed(Exception):  # noqa: N818 - a contender's failure is a result, shown to a person
    """A contender ended without figures; what it printed is the message."""


Facts = Callable[[], Mapping[str, object]]


def nothing() -> dict[str, object]:
    """Facts of contenders that call nobody."""
    return {}


def rotate(contenders: Sequence[Contender], rounds: int, facts: Facts = nothing) -> dict[str, list[Figures]]:
    """Every contender once a round; `facts` is asked before each run (and forgotten) and after it (and kept)."""
    found: dict[str, list[Figures]] = {contender.name: [] for contender in contenders}
    for number in range(rounds):
        start = number % len(contenders)
        for contender in (*contenders[start:], *contenders[:start]):
            facts()
            figures = run_once(contender)
            told = {**figures.facts, **facts()}
            kept = Figures(figures.rows, figures.seconds, figures.cpu_s, figures.peak_mb, told)
            found[contender.name].append(kept)
    return found


def run_once(contender: Contender) -> Figures:
    """One cold process. Its peak memory is the kernel's figure for the process, not its own word."""
    with tempfile.TemporaryDirectory(prefix="tallystick-bench-") as folder:
        arguments = [argument.replace("{folder}", folder) for argument in contender.arguments]
        command = [contender.python, "-m", contender.module, *arguments]
        errors = Path(folder) / "errors.txt"
        with errors.open("wb") as stderr:
            child = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=stderr)
            assert child.stdout is not None
            printed = child.stdout.read().decode()
            child.stdout.close()
            _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            raise RunFailed(f"{contender.name} failed:\n{errors.read_text(errors='replace')[-2000:]}")
    told = json.loads(printed.splitlines()[-1])
    return Figures(told["rows"], told["seconds"], told["cpu_s"], usage.ru_maxrss / KIB, told["facts"])


def ratios(
    ours: Sequence[Figures], theirs: Sequence[Figures], of: Callable[[Figures], float]
) -> tuple[float, float, float]:
    """Median, smallest and largest of `of(ours) / of(theirs)`, taken round by round."""
    found = [of(one) / of(other) for one, other in zip(ours, theirs, strict=True)]
    return median(found), min(found), max(found)


def seconds(figures: Figures) -> float:
    """Wall clock of the work."""
    return figures.seconds


def cpu(figures: Figures) -> float:
    """CPU of the work, over all of its processes."""
    return figures.cpu_s


def middle(runs: Sequence[Figures], of: Callable[[Figures], float]) -> float:
    """The median run by one figure."""
    return median(of(figures) for figures in runs)
