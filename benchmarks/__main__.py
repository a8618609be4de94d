"""`python -m benchmarks [NAME ...] [--rows N] [--rounds N]`: measures, and prints ratios taken in one run."""

from __future__ import annotations

import argparse
import importlib
import sys

from benchmarks.table import console, show

NAMES = ("pull", "bulk", "compute", "plans", "change", "write", "hubspot", "hubspot_pace", "hubspot_write", "rest")


def main() -> int:
    """Run what is asked for, all by default; 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Compare the worker with its peers.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of: {', '.join(NAMES)} (default: all)")
    parser.add_argument("--rows", type=int, help="size of the work, instead of each benchmark's own")
    parser.add_argument("--rounds", type=int, help="how often each contender runs, instead of each benchmark's own")
    asked = parser.parse_args()
    if unknown := sorted(set(asked.names) - set(NAMES)):
        parser.error(f"no benchmark {unknown[0]!r}; there are {', '.join(NAMES)}")
    missed = False
    out = console()
    for name in asked.names or NAMES:
        benchmark = importlib.import_module(f"benchmarks.{name}")
        report = benchmark.run(asked.rows or benchmark.ROWS, asked.rounds or benchmark.ROUNDS)
        show(report, out)
        missed |= any(target.met is False for target in report.targets)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
