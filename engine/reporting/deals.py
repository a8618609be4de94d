"""Deals as reports count them: won, lost and open ones in the company's currency, with their customer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import polars as pl

from engine.book import Book, Rules
from engine.deals.classify import acv_of
from engine.model import Motion
from engine.payees.exchange import Exchange

LOSSES = (Motion.CHURN.value, Motion.DOWNGRADE.value)
UNKNOWN = "(none)"
"""In place of a text that the record lacks."""


@dataclass(frozen=True, slots=True)
class Sale:
    """One deal of a report. Amounts are exact, in micro-units of the company's currency; None where nobody can say."""

    deal_id: str
    owner: str | None
    won: bool
    closed: bool
    created_on: date | None
    closed_on: date
    amount: Fraction | None
    acv: Fraction | None
    """The ACV that the CRM holds; else a year's part of the amount by the term, as plans count it."""
    by: Mapping[str, str]
    """Segment, source and motion."""


def sales(book: Book, rules: Rules, since: date, until: date, as_of: date) -> list[Sale]:
    """The deals whose close date, done or expected, lies in the days given (`until` is out), by id.

    Churn and downgrades are recorded as deals, but nobody sold them: they are left out.
    """
    exchange = Exchange(book.fx_rates, rules.company.currency)
    rows = (
        book.deals.filter(
            pl.col("closed_on").is_between(since, until, closed="left"),
            ~pl.col("motion").is_in(LOSSES).fill_null(value=False),
        )
        .join(book.accounts.select("account_id", "segment"), on="account_id", how="left")
        .join(book.people.select("user_id", owner="person_id"), left_on="owner_id", right_on="user_id", how="left")
        .with_columns(yearly=pl.coalesce("acv_micros", acv_of(pl.col("amount_micros"), pl.col("term_months"))))
        .sort("deal_id")
    )
    return list(_sales(rows, exchange, rules.company.currency, as_of))


def _sales(rows: pl.DataFrame, exchange: Exchange, home: str, as_of: date) -> Iterator[Sale]:
    for row in rows.iter_rows(named=True):
        rate = exchange.rate(row["currency"] or home, home, min(row["closed_on"], as_of))
        amount, yearly = row["amount_micros"], row["yearly"]
        yield Sale(
            deal_id=row["deal_id"],
            owner=row["owner"],
            won=row["is_won"],
            closed=row["is_closed"],
            created_on=row["created_on"],
            closed_on=row["closed_on"],
            amount=None if amount is None or rate is None else rate * amount,
            acv=None if yearly is None or rate is None else rate * yearly,
            by={name: row[name] or UNKNOWN for name in ("segment", "source", "motion")},
        )
