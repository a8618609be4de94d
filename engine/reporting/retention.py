"""GRR, NRR and renewal rates of the whole company, as measures of retention count them: all customers in one cohort."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
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
from engine.payees.measures.ratios import rounded_product
from engine.reporting.deals import UNKNOWN
from engine.reporting.table import Cell, Column, Money, Span, Table, ratio
from engine.telling.trial import GRACE_DAYS

ALL = "all"
EVERYBODY = "everybody"
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
    pieces = pieces_of(history, GRACE_DAYS)
    spans = _spans(pieces.rows, span)
    of_book = spans.join(pieces.rows, on="account_id").filter(
        pl.col("from_on") < pl.col("till_on"),
        pl.col("until_on").is_null() | (pl.col("until_on") >= pl.col("since_on")),
    )
    of_due = spans.join(pieces.due, on="account_id").filter(
        pl.col("from_on") < pl.col("since_on"), pl.col("due_on").is_between("since_on", "till_on", closed="left")
    )
    book_worth, due_worth = (_valued(met, exchange, home, span) for met in (of_book, of_due))
    unknown = _unknown(pl.concat([book_worth, due_worth], how="diagonal"), history.unsettled, span)
    known = ~pl.col("account_id").is_in(list(unknown))
    booked = list(of_the_book(book_worth.filter(known), BOOK).iter_rows(named=True))
    due = list(of_the_due(due_worth.filter(known), DUE).iter_rows(named=True))
    segments = {row[0]: row[1] or UNKNOWN for row in book.accounts.select("account_id", "segment").iter_rows()}
    names = [ALL, *sorted({segments.get(row["account_id"], UNKNOWN) for row in booked})]
    return Table(
        id="retention",
        title="Retention",
        definition=(
            f"Of customers who paid recurring revenue on the day before {span.starts_on}, through {span.as_of}; later "
            f"ones do not count. Revenue is that of a year, in {home} at the rates of {span.starts_on}. GRR: (revenue "
            "at the start - lost - shrunk) / revenue at the start; every step down counts, whatever the customer "
            "bought before or after, those of one day together, and nobody loses more than there was at the start. "
            "NRR: revenue of the same customers at the end / at the start. Logo retention: those who still pay at the "
            "end / customers. Of their contracts whose last day lies in it: dollar renewal rate, (due - lost - shrunk) "
            "/ due, contract by contract, and logo renewal rate, customers who renewed any / customers with one due. "
            f"A renewal signed up to {GRACE_DAYS} days after the end is in time; a later one leaves the loss a loss, "
            "and what comes back is new to NRR."
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
        notes=_notes(due_worth.filter(known), len(unknown), span.today),
    )


def _notes(due: pl.DataFrame, unknown: int, today: date) -> tuple[str, ...]:
    """Who is left out, and which losses may still turn out to be none."""
    ended = due.group_by("contract_id").agg(pl.col("until_on").first(), renewed=pl.col("renewed").any())
    open_since = pl.lit(today - timedelta(days=GRACE_DAYS))
    early = ended.filter(~pl.col("renewed"), pl.col("until_on") >= open_since).height
    told = {
        f"Customers of whom nobody can say, because a deal is held or a value missing: {unknown}.": unknown,
        f"Counted as not renewed, although a renewal could still be in time: contracts due, {early}.": early,
    }
    return tuple(note for note, count in told.items() if count)


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


def _valued(met: pl.DataFrame, exchange: Exchange, home: str, span: Span) -> pl.DataFrame:
    """The pieces with their `worth` in the company's currency (Int128), null where nobody knows it."""
    ours = met.with_columns(pl.col("currency").fill_null(home))
    found = {each: exchange.rate(each, home, span.starts_on) for each in ours["currency"].unique()}
    rates = [(each, rate.numerator, rate.denominator) for each, rate in found.items() if rate is not None]
    names = {"currency": pl.String, "num": pl.Int128, "den": pl.Int128}
    rated = ours.join(pl.DataFrame(rates, schema=names, orient="row"), on="currency", how="left")
    worth = rounded_product(rated, pl.col("acv_micros"), [(pl.col("num"), pl.col("den"))])
    return rated.with_columns(worth=worth)


def _unknown(met: pl.DataFrame, unsettled: pl.DataFrame, span: Span) -> frozenset[str]:
    """Customers of whom a deal is held, or whose revenue nobody knows in the company's currency."""
    day = pl.col("closed_on")
    held = unsettled.filter(day.is_null() | (day <= span.as_of))["account_id"]
    lacking = met.filter(pl.col("worth").is_null())["account_id"]
    return frozenset(lacking) | (frozenset(held) & frozenset(met["account_id"]))


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
