"""The engine's way to compute the plans of `plans_case`, with explanation facts, checks and postings."""

from __future__ import annotations

import sys

import polars as pl

from benchmarks import plans_case as case
from benchmarks.compute_case import CENT
from benchmarks.compute_engine import computed


def main(rows: int) -> None:
    """The case of several plans."""
    work, postings = computed(case, rows)
    quarter = (pl.col("period").str.slice(5).cast(pl.Int32) + 2) // 3
    told = postings.with_columns(quarter=quarter, cents=pl.col("delta_micros") // CENT)
    work.report(rows, pay=case.digest(told))


if __name__ == "__main__":
    main(int(sys.argv[1]))
