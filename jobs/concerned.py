"""Whom a change concerns, and the part of the book that the payee stages of some payees look at."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import polars as pl
from sqlalchemy import Connection

from engine import frames as f
from engine.book import Book, Rules
from engine.documents.measures.across import EVERYBODY
from engine.documents.plans.order import everybody_is_read
from store import canonical, results


def concerned(conn: Connection, book: Book, rules: Rules, payees: Collection[str], deals: Collection[str]) -> Book:
    """Results, adjustments and enrolments of the payees concerned only: what others earn or draw is not looked at.

    The company's own results are everybody's. And, where a measure looks at lines, those of all deals that the payees
    are credited with.
    """
    measures = (measure for plan in rules.plans for measure in plan.measures.values())
    looked_at = any(measure.looks_at_lines for measure in measures)
    theirs = pl.col("person_id").is_in([*payees, EVERYBODY])
    return replace(
        book,
        imported_results=f.ImportedResults.cast(book.imported_results.filter(theirs)),
        adjustments=f.Adjustments.cast(book.adjustments.filter(pl.col("payee_id").is_in(list(payees)))),
        enrolments=f.Enrolments.cast(book.enrolments.filter(theirs)),
        deal_lines=canonical.lines_of(conn, deals) if looked_at else book.deal_lines,
    )


def measured_together(conn: Connection, book: Book, rules: Rules) -> set[str]:
    """Everybody, where a plan measures across people: whatever anybody sells may change everybody's pay."""
    if not everybody_is_read(rules.plans):
        return set()
    return results.credited(conn) | set(book.enrolments["person_id"])
