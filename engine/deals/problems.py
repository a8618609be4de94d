"""Problems of many deals as rows, so that stages stay columnar; issues are made of them at the end of a stage."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from engine.model import Issue, Severity
from engine.texts import text

Text = str | pl.Expr
"""Text for every row, or an expression that writes it from the row."""


def problems(
    rows: pl.DataFrame, code: str, severity: Severity, message: Text, remedy: Text, *, subject: pl.Expr | None = None
) -> pl.DataFrame:
    """One problem for each row; without a `subject` it is the deal of the row's `deal_id`."""
    return rows.select(
        subject=subject_of(pl.col("deal_id")) if subject is None else subject,
        code=pl.lit(code),
        severity=pl.lit(severity.value),
        message=_written(message),
        remedy=_written(remedy),
    )


def subject_of(deal_id: pl.Expr) -> pl.Expr:
    """How issues name a deal."""
    return text("deal {}", deal_id)


def unheld(deals: pl.DataFrame, found: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The deals that none of the problems holds."""
    holding = [rows.filter(pl.col("severity") == Severity.HOLDS.value)["subject"] for rows in found if rows.height]
    if not holding:
        return deals
    return deals.filter(~subject_of(pl.col("deal_id")).is_in(pl.concat(holding).implode()))


def issues_of(found: Iterable[pl.DataFrame]) -> tuple[Issue, ...]:
    """The problems as issues, each once, in the order of their subjects."""
    filled = [rows for rows in found if rows.height]
    if not filled:
        return ()
    rows = pl.concat(filled).unique().sort("subject", "code", "message", "remedy")
    return tuple(
        Issue(code, Severity(severity), subject, message, remedy)
        for subject, code, severity, message, remedy in rows.iter_rows()
    )


def _written(text: Text) -> pl.Expr:
    return pl.lit(text) if isinstance(text, str) else text
