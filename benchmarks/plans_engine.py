"""The engine's way to compute the plans of `plans_case`, with explanation facts, checks and postings."""

from __future__ import annotations

import sys

import polars as pl

from benchmarks import compute_case as one
from benchmarks import plans_case as case
from benchmarks.child import measured
from engine import frames as f
from engine.pay import pay


def main(rows: int) -> None:
    """A first computation of everything."""
    classified, rules, book = case.deals(rows), case.rules(), case.book(rows)
    credits_, posted = case.credits_of(classified), f.Posted.create_empty()
    with measured() as work:
        outcome = pay(credits_, classified, book, rules, posted)
    if outcome.issues:
        raise RuntimeError(str(outcome.issues[0]))
    quarter = (pl.col("period").str.slice(5).cast(pl.Int32) + 2) // 3
    postings = outcome.postings.with_columns(quarter=quarter, cents=pl.col("delta_micros") // one.CENT)
    work.report(rows, pay=case.digest(postings))


if __name__ == "__main__":
    main(int(sys.argv[1]))
