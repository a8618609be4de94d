"""Imported results as rows that a component adds up, in the place of credits (DESIGN 5.11).

A result counts on the last day of its window, for payees who are on the plan that day. It is a number, an amount of
the plan's currency, or a share of a whole in micro-units.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from engine import frames as f
from engine.book import Book
from engine.documents.measures.measure import Measure
from engine.documents.plans.plan import Plan
from engine.model import Found
from engine.payees.windows.enrol import enrol
from engine.texts import text


def imported_rows(book: Book, plans: Sequence[Plan]) -> Found[tuple[pl.DataFrame, ...]]:
    """For each plan file the results of the payees on it, by payee and day, shaped like its credits."""
    return enrol(result_rows(book), book, plans)


def result_rows(book: Book) -> pl.DataFrame:
    """Every result, by payee and day, shaped like a credit."""
    rows = book.imported_results.select(
        "result",
        "value_micros",
        "in_percent",
        payee_id="person_id",
        dated_on=pl.col("until_on").dt.offset_by("-1d"),
        credit_id=text("result:{}:{}:{}", "result", "person_id", pl.col("from_on").cast(pl.String)),
        deal_id=pl.lit(None, dtype=pl.String),
        kind=pl.lit("direct", dtype=f.Credits.kind.dtype),
    )
    return rows.sort("payee_id", "dated_on", "credit_id")


def of_measure(rows: pl.DataFrame, measure: Measure, currency: str) -> pl.DataFrame:
    """The rows that the measure imports, with `base`: null where a result is written in another unit."""
    none = pl.lit(None, dtype=pl.Int64)
    in_unit = pl.col("in_percent") == (measure.unit == "percent")
    return rows.filter(pl.col("result") == measure.imported).with_columns(
        base=pl.when(in_unit).then(pl.col("value_micros").cast(pl.Int128)),
        currency=pl.lit(currency),
        fx_num=none,
        fx_den=none,
    )
