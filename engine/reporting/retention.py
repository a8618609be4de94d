"""GRR, NRR and renewal rates of the whole company, as measures of retention count them: all customers in one cohort."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book
from engine.cohorts.changes import NUMBERS, of_the_book, of_the_due
from engine.cohorts.history import history_of
from engine.cohorts.pieces import pieces_of
from engine.documents.measures.retention import Retention
from engine.payees.exchange import Exchange
from engine.reporting.deals import UNKNOWN
from engine.reporting.table import Cell, Column, Money, Span, Table, ratio

ALL = "all"
EVERYBODY = "everybody"
Rates = Mapping[str | None, Fraction | None]
"""How many of the company's currency one of each is, at the rates of the first day."""
BOOK, DUE = Retention(kind="net"), Retention(kind="net", cohort="due")


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of customers: their revenue at the start, what was added and taken, and how many there were."""

    start: Fraction
    expanded: Fraction
    gone: Fraction
    customers: int
    left: int


def retention(classified: dy.DataFrame[f.Classified], book: Book, exchange: Exchange, home: str, span: Span) -> Table:
    """By segment, for the customers who paid when the days of the report began, and for contracts due in them."""
    history = history_of(classified, book)
    pieces = pieces_of(history, 0)
    spans = _spans(pieces.rows, span)
    of_book = spans.join(pieces.rows, on="account_id").filter(
        pl.col("from_on") < pl.col("till_on"),
        pl.col("until_on").is_null() | (pl.col("until_on") >= pl.col("since_on")),
    )
    of_due = spans.join(pieces.due, on="account_id").filter(
        pl.col("from_on") < pl.col("since_on"), pl.col("due_on").is_between("since_on", "till_on", closed="left")
    )
    met = pl.concat([of_book, of_due], how="diagonal")
    rates = {each: exchange.rate(each or home, home, span.starts_on) for each in met["currency"].unique()}
    unknown = _unknown(met, history.unsettled, rates, span)
    booked, due = (_told(each, unknown, of, rates) for each, of in ((of_book, BOOK), (of_due, DUE)))
    segments = {row[0]: row[1] or UNKNOWN for row in book.accounts.select("account_id", "segment").iter_rows()}
    names = [ALL, *sorted({segments.get(row["account_id"], UNKNOWN) for row in booked})]
    return Table(
        id="retention",
        title="Retention",
        definition=(
            f"Of customers who paid recurring revenue when {span.label} began, through {span.as_of}; later ones do not "
            "count. GRR: (revenue at the start - lost - shrunk) / revenue at the start. NRR: the same + expanded. Logo "
            "retention: customers kept / customers. Of their contracts that came to an end in it: dollar renewal rate, "
            "(due - lost - shrunk) / due, and logo renewal rate, customers who renewed any / customers with one due."
        ),
        columns=(
            Column("segment"),
            Column("customers", "count"),
            Column("revenue at the start", "money"),
            *(Column(name, "share") for name in ("GRR", "NRR", "logo retention")),
            Column("due", "money"),
            *(Column(name, "share") for name in ("dollar renewal rate", "logo renewal rate")),
        ),
        rows=tuple(_row(name, _of(name, booked, segments), _of(name, due, segments), home) for name in names),
        notes=(f"Customers of whom nobody can say, because a deal is held or a value missing: {len(unknown)}.",)
        if unknown
        else (),
    )


def _spans(rows: pl.DataFrame, span: Span) -> pl.DataFrame:
    """Everybody's customers at the start, each for all of the days until today."""
    there = rows.filter(
        pl.col("from_on") < span.starts_on, pl.col("until_on").is_null() | (pl.col("until_on") >= span.starts_on)
    )
    return (
        there.select("account_id")
        .unique()
        .with_columns(
            window=pl.lit(0, dtype=pl.Int64),
            payee_id=pl.lit(EVERYBODY),
            since_on=pl.lit(span.starts_on),
            till_on=pl.lit(date.fromordinal(span.as_of.toordinal() + 1)),
        )
    )


def _unknown(met: pl.DataFrame, unsettled: pl.DataFrame, rates: Rates, span: Span) -> frozenset[str]:
    """Customers of whom a deal is held, or whose revenue nobody knows in the company's currency."""
    day = pl.col("closed_on")
    held = unsettled.filter(day.is_null() | (day <= span.as_of))["account_id"]
    foreign = [currency for currency, rate in rates.items() if rate is None]
    lacking = met.filter(pl.col("acv_micros").is_null() | pl.col("currency").is_in(foreign))["account_id"]
    return frozenset(lacking) | (frozenset(held) & frozenset(met["account_id"]))


def _told(met: pl.DataFrame, unknown: frozenset[str], of: Retention, rates: Rates) -> list[Mapping[str, Any]]:
    """Start, expanded, shrunk and lost by customer, in the company's currency, exact."""
    known = met.filter(~pl.col("account_id").is_in(list(unknown)))
    worth = known.with_columns(worth=pl.col("acv_micros").cast(pl.Int128))
    found: dict[str, dict[str, Any]] = defaultdict(lambda: dict.fromkeys(NUMBERS, Fraction(0)))
    for part in worth.partition_by("currency"):
        rate = rates[part["currency"][0]] or Fraction(0)
        moved = of_the_due(part, of) if of.cohort == "due" else of_the_book(part, of)
        for account, *numbers in moved.select("account_id", *NUMBERS).iter_rows():
            for name, number in zip(NUMBERS, numbers, strict=True):
                found[account][name] += number * rate
    return [{"account_id": account, **numbers} for account, numbers in sorted(found.items())]


def _of(name: str, rows: Iterable[Mapping[str, Any]], segments: Mapping[str, str]) -> Kept:
    """All customers together, or those of a segment; who has nothing left has left."""
    mine = [row for row in rows if name in (ALL, segments.get(row["account_id"], UNKNOWN))]
    start, expanded, shrunk, lost = (sum((row[key] for row in mine), Fraction(0)) for key in NUMBERS)
    left = sum(row["start"] + row["expanded"] <= row["shrunk"] + row["lost"] for row in mine)
    return Kept(start, expanded, shrunk + lost, len(mine), left)


def _row(name: str, booked: Kept, due: Kept, home: str) -> tuple[Cell, ...]:
    return (
        name,
        booked.customers,
        Money(booked.start, home),
        ratio(booked.start - booked.gone, booked.start),
        ratio(booked.start - booked.gone + booked.expanded, booked.start),
        ratio(booked.customers - booked.left, booked.customers),
        Money(due.start, home),
        ratio(due.start - due.gone, due.start),
        ratio(due.customers - due.left, due.customers),
    )
