"""The engine's way to compute: `engine.pay.pay` over frames, with explanation facts, checks and postings."""

from __future__ import annotations

import sys
from types import ModuleType

import polars as pl

from benchmarks import compute_case as case
from benchmarks.child import Work, measured
from engine import frames as f
from engine.pay import pay


def computed(of: ModuleType, rows: int) -> tuple[Work, pl.DataFrame]:
    """What a first computation of everything in a case cost, and the postings."""
    classified, rules, book = of.deals(rows), of.rules(), of.book(rows)
    credits_, posted = of.credits_of(classified), f.Posted.empty()
    with measured() as work:
        outcome = pay(credits_, classified, book, rules, posted)
    if outcome.issues:
        raise RuntimeError(str(outcome.issues[0]))
    return work, outcome.postings


def main(rows: int) -> None:
    """The case of one plan."""
    work, postings = computed(case, rows)
    totals = postings.group_by("payee_id", "period").agg(cents=pl.col("delta_micros").sum() // case.CENT)
    work.report(rows, pay=case.digest(totals))


if __name__ == "__main__":
    main(int(sys.argv[1]))
