"""booking: the statement in which a posting shows (DESIGN 2).

A posting's key says which period it is about. What is about a closed period shows in the first open one, as a
`prior_period_adjustment`. Target less posted stays the one mechanism, so these adjustments add up to what the closed
period would say now less what it said when it was closed.

Periods are closed in their order, kind by kind: what lies before the last closed one is closed, named or not.
"""

from __future__ import annotations

from collections.abc import Collection

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.calendar import following, period_named
from engine.documents.company.company import Company

ADJUSTS = "prior_period_adjustment"
"""The reason of a posting that shows in another period than the one it is about."""


def book_in(postings: dy.DataFrame[f.Postings], closed: frozenset[str], company: Company) -> dy.DataFrame[f.Postings]:
    """The postings with the period each shows in, given the labels of the closed periods."""
    if not closed or postings.is_empty():
        return postings
    opened = {label: first_open(label, closed, company) for label in postings["period"].unique()}
    moved = pl.col("booked_in") != pl.col("period")
    return f.Postings.cast(
        postings.with_columns(booked_in=pl.col("period").replace_strict(opened)).with_columns(
            reason=pl.when(moved).then(pl.lit(ADJUSTS)).otherwise(pl.col("reason").cast(pl.String))
        )
    )


def first_open(label: str, closed: Collection[str], company: Company) -> str:
    """The period itself, or the one after the last closed one of its kind where it does not begin after that."""
    asked = period_named(label, company)
    same = [period for period in (period_named(one, company) for one in closed) if period.kind == asked.kind]
    last = max(same, key=lambda period: period.starts_on, default=None)
    if last is None or asked.starts_on >= last.ends_on:
        return label
    return following(last.label, company)
