"""Pipeline: open deals as if each were won on its close date at its amount, so that rules can say whose they will be.

What is expected is never mixed with what was won: it comes from a book of its own, under ids of its own, and no measure
counts it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book
from engine.model import Issue
from engine.texts import text

EXPECTED = "expected"
"""What the credits of open deals bear as their event."""

_OPEN = ~pl.col("is_closed")


def open_deals(book: Book) -> dy.DataFrame[f.Deals]:
    """The deals that are neither won nor lost."""
    return f.Deals.cast(book.deals.filter(_OPEN))


def as_if_won(book: Book, today: date) -> Book:
    """The accounts with open deals, each won on its close date; one that should have closed before today, today.

    A deal without an amount or a close date stays without: it is held, as it would be if it were won.
    """
    of_accounts = pl.col("account_id").is_in(book.deals.filter(_OPEN)["account_id"].unique().implode())
    asked = book.deals.filter(_OPEN | of_accounts.fill_null(value=False))
    overdue = pl.max_horizontal("closed_on", pl.when(pl.col("closed_on").is_not_null()).then(pl.lit(today)))
    won = asked.with_columns(
        closed_on=pl.when(_OPEN).then(overdue).otherwise("closed_on"),
        is_won=pl.when(_OPEN).then(pl.lit(value=True)).otherwise("is_won"),
        is_closed=pl.lit(value=True),
    )
    return replace(book, deals=f.Deals.cast(won), contracts=f.Contracts.cast(book.contracts.filter(of_accounts)))


def of_deals(issues: tuple[Issue, ...], deals: dy.DataFrame[f.Deals]) -> tuple[Issue, ...]:
    """The issues about these deals: those about others are told with what was won."""
    subjects = {f"deal {name}" for name in deals["deal_id"]}
    return tuple(issue for issue in issues if issue.subject in subjects)


def expected_credits(credits_: dy.DataFrame[f.Credits]) -> dy.DataFrame[f.Credits]:
    """Credits of that book under ids of their own, with an event that no measure counts."""
    named = credits_.with_columns(credit_id=text("{}:{}", "credit_id", pl.lit(EXPECTED)), event=pl.lit(EXPECTED))
    return f.Credits.cast(named)
