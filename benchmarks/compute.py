"""compute: a full recompute, against a hand-written polars script of the same plan and a plain Decimal loop."""

from __future__ import annotations

from benchmarks.rotation import Contender, cpu, ratios, rotate, seconds
from benchmarks.table import Report, Target

ROWS, ROUNDS = 1_000_000, 3
ENGINE, SCRIPT, LOOP = "engine", "polars script", "Decimal loop"
SCRIPT_TIMES = 3
LOOP_TIMES = 10


def run(rows: int, rounds: int) -> Report:
    """All three on the same credits, deals and quotas, which are in memory when the clock starts."""
    modules = {ENGINE: "compute_engine", SCRIPT: "compute_script", LOOP: "compute_loop"}
    contenders = [Contender(name, f"benchmarks.{module}", (str(rows),)) for name, module in modules.items()]
    runs = rotate(contenders, rounds)
    totals = {figures.facts["pay"] for figures_ in runs.values() for figures in figures_}
    script = {of: ratios(runs[ENGINE], runs[SCRIPT], of)[0] for of in (seconds, cpu)}
    loop = {of: ratios(runs[LOOP], runs[ENGINE], of)[0] for of in (seconds, cpu)}
    targets = [
        Target(
            "all three pay the same, by payee and month, to the cent", " / ".join(map(str, totals)), len(totals) == 1
        ),
        Target(
            f"at most {SCRIPT_TIMES} x the script", _both(script[seconds], script[cpu]), script[seconds] <= SCRIPT_TIMES
        ),
        Target(
            f"at least {LOOP_TIMES} x faster than the loop",
            _both(loop[seconds], loop[cpu]),
            loop[seconds] >= LOOP_TIMES,
        ),
    ]
    return Report(f"compute {rows:,} credits", runs, SCRIPT, targets)


def _both(clock: float, work: float) -> str:
    return f"{clock:.2f} x by the clock, {work:.2f} x by CPU"
