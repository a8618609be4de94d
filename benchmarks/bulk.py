"""bulk: a backfill through Bulk 2.0, whose memory must not grow with the history, against REST by the row."""

from __future__ import annotations

from benchmarks.rotation import Contender, Figures, cpu, middle, rotate
from benchmarks.serving import serving
from benchmarks.table import Report, Target

ROWS, ROUNDS = 1_000_000, 1
SMALL_SHARE = 10
PEAK_MB = 400
FLAT = 1.5


def run(rows: int, rounds: int) -> Report:
    """Bulk and REST over a tenth of the rows in turn, then Bulk over all of them."""
    few = max(1, rows // SMALL_SHARE)
    small, rest, large = f"Bulk 2.0, {few:,}", f"REST, {few:,}", f"Bulk 2.0, {rows:,}"
    with serving(few) as server:
        ways = {small: "bulk", rest: "rest"}
        contenders = [_contender(name, server.address, way) for name, way in ways.items()]
        rotate(contenders[1:], 1)
        runs = rotate(contenders, rounds, server.counted)
    with serving(rows) as server:
        runs |= rotate([_contender(large, server.address, "bulk")], rounds, server.counted)
    return Report(f"bulk {rows:,} opportunities", runs, rest, _targets(runs, small, rest, large), facts=("calls",))


def _contender(name: str, address: str, way: str) -> Contender:
    return Contender(name, "benchmarks.pull_worker", (address, "{folder}/tally.db", way))


def _targets(runs: dict[str, list[Figures]], small: str, rest: str, large: str) -> list[Target]:
    peak, less = (middle(runs[name], lambda one: one.peak_mb) for name in (large, small))
    per_row = middle(runs[large], lambda one: one.rows_per_s) / middle(runs[rest], lambda one: one.rows_per_s)
    by_cpu = middle(runs[rest], _cpu_a_row) / middle(runs[large], _cpu_a_row)
    return [
        Target(f"peak memory at most {PEAK_MB} MB", f"{peak:.0f} MB", peak <= PEAK_MB),
        Target(
            f"memory flat: at most {FLAT} x that of a tenth", f"{peak / less:.2f} x {less:.0f} MB", peak <= FLAT * less
        ),
        Target("faster than REST by the row", f"{per_row:.2f} x by the clock, {by_cpu:.2f} x by CPU", per_row > 1),
    ]


def _cpu_a_row(figures: Figures) -> float:
    return cpu(figures) / figures.rows
