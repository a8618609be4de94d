"""Milestones: credits for what a deal reached on its way, won or not (DESIGN 5.10: a qualified opportunity).

A deal that passed its qualifying stage is credited a second time, dated by that day: as if it had been won then, by the
rules of engagement and the holders of that day. Only measures that are `dated_by: qualified_on` count these credits,
and only then are they made.
"""

from __future__ import annotations

from dataclasses import replace

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book, Rules
from engine.texts import text

QUALIFIED = "qualified"


def counts_qualified(rules: Rules) -> bool:
    """Whether any plan pays for qualified deals."""
    return any(measure.dated_by == "qualified_on" for plan in rules.plans for measure in plan.measures.values())


def as_qualified(book: Book) -> Book:
    """The book in which every deal that qualified was won on that day; without an amount yet it is worth nothing."""
    deals = book.deals.filter(pl.col("qualified_on").is_not_null()).with_columns(
        pl.col("amount_micros").fill_null(0),
        closed_on=pl.col("qualified_on"),
        is_won=pl.lit(value=True),
        is_closed=pl.lit(value=True),
    )
    return replace(book, deals=f.Deals.cast(deals))


def qualified_credits(credits_: dy.DataFrame[f.Credits]) -> dy.DataFrame[f.Credits]:
    """Credits of that book under ids of their own."""
    named = credits_.with_columns(credit_id=text("{}:{}", "credit_id", pl.lit(QUALIFIED)), event=pl.lit(QUALIFIED))
    return f.Credits.cast(named)
