"""plans: a full recompute of plans that use most kinds, against a hand-written polars script of the same plans."""

from __future__ import annotations

from benchmarks.rotation import Contender, cpu, ratios, rotate, seconds
from benchmarks.table import Report, Target

ROWS, ROUNDS = 1_000_000, 3
ENGINE, SCRIPT = "engine", "polars script"
SCRIPT_TIMES = 3


def run(rows: int, rounds: int) -> Report:
    """Both on the same credits, deals, quotas and results, which are in memory when the clock starts."""
    modules = {ENGINE: "plans_engine", SCRIPT: "plans_script"}
    contenders = [Contender(name, f"benchmarks.{module}", (str(rows),)) for name, module in modules.items()]
    runs = rotate(contenders, rounds)
    totals = {figures.facts["pay"] for figures_ in runs.values() for figures in figures_}
    wall, spent = (ratios(runs[ENGINE], runs[SCRIPT], of)[0] for of in (seconds, cpu))
    told = f"{wall:.2f} x by the clock, {spent:.2f} x by CPU"
    targets = [
        Target(
            "both pay the same, by payee, component and quarter, to the cent",
            " / ".join(map(str, totals)),
            len(totals) == 1,
        ),
        Target(f"at most {SCRIPT_TIMES} x the script", told, wall <= SCRIPT_TIMES),
    ]
    return Report(f"plans {rows:,} credits", runs, SCRIPT, targets)
