"""change: one changed deal in a small and in a large book, and a cycle in which nothing changed."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.rotation import Contender, Figures, cpu, middle, ratios, rotate, run_once, seconds
from benchmarks.table import Report, Target

ROWS, ROUNDS = 1_000_000, 5
SMALL_SHARE = 100
CHANGED_S = 1.0
GROWTH = 1.5
IDLE_CPU_S = 1.0


def run(rows: int, rounds: int) -> Report:
    """Both books are built first, once; each cycle is a process of its own that opens one of them."""
    few = max(1, rows // SMALL_SHARE)
    small, large, idle = f"one of {few:,}", f"one of {rows:,}", f"none of {rows:,}"
    with tempfile.TemporaryDirectory(prefix="tallystick-book-") as folder:
        built = {size: _built(Path(folder) / str(size), size) for size in (few, rows)}
        arguments = {small: (few, "changed"), large: (rows, "changed"), idle: (rows, "nothing")}
        contenders = [
            Contender(name, "benchmarks.change_once", (f"{folder}/{size}", str(size), what))
            for name, (size, what) in arguments.items()
        ]
        runs = rotate(contenders, rounds)
    whole = built[rows]
    notes = [
        f"the whole book of {rows:,} was computed and stored in {whole.seconds:.0f} s, {whole.peak_mb:.0f} MB",
        "a payee has about 2,000 deals in either book; nobody's roll-up covers the whole company",
    ]
    return Report("change", runs, small, _targets(runs, small, large, idle), notes, facts=("postings", "due"))


def _built(folder: Path, rows: int) -> Figures:
    folder.mkdir()
    return run_once(Contender(f"book of {rows:,}", "benchmarks.change_book", (str(folder), str(rows))))


def _targets(runs: dict[str, list[Figures]], small: str, large: str, idle: str) -> list[Target]:
    took = middle(runs[large], seconds)
    growth = {of: ratios(runs[large], runs[small], of)[0] for of in (seconds, cpu)}
    spent = middle(runs[idle], cpu)
    posted = max(int(str(figures.facts["postings"])) for figures in runs[idle])
    grown = f"{growth[seconds]:.2f} x by the clock, {growth[cpu]:.2f} x by CPU"
    return [
        Target(f"recomputed and queued in less than {CHANGED_S:.0f} s", f"{took:.2f} s", took < CHANGED_S),
        Target(f"costs at most {GROWTH} x as much as in the small book", grown, growth[seconds] <= GROWTH),
        Target("nothing changed: 0 postings", str(posted), posted == 0),
        Target(f"nothing changed: less than {IDLE_CPU_S:.0f} s of CPU", f"{spent:.2f} s", spent < IDLE_CPU_S),
    ]
