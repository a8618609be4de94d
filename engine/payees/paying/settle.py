"""settle: what is still to be booked, by key: the target less everything posted so far (DESIGN 2).

A retroactive edit, a clawback, a reassignment and a first run are the same: a difference. Settling twice books nothing.
Two keys are left as they are, with an issue instead of a posting:
- those of held credits, whose target nobody knows: what was posted for them stays until they can be computed;
- those posted in another currency than the plan's: amounts of two currencies have no difference. A plan that changes
  its currency needs a new name; the old keys are then withdrawn in the old currency and the new ones earned in the new.
"""

from __future__ import annotations

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.model import Found, Issue, Severity

KEY = ["plan", "component", "payee_id", "period", "source_id", "part"]
SOURCE = ["plan", "component", "payee_id", "source_id"]


def settle(
    lines: dy.DataFrame[f.Lines] | dy.DataFrame[f.Payables],
    posted: dy.DataFrame[f.Posted],
    held: dy.DataFrame[f.HeldSources],
    *,
    first: str = "earned",
) -> Found[dy.DataFrame[f.Postings]]:
    """Postings that bring the ledger of the lines' payees to the lines, or that of what is payable to the payables.

    `posted` is the whole ledger of those payees for the plan years computed: what has no line any more is withdrawn.
    `first` is the reason of the first posting of a key, where it is no clawback.
    """
    keys = lines.select(*KEY, "deal_id", "kind", "amount_micros", "currency")
    lines_left, posted_left = (
        side.join(held, on=SOURCE, how="anti") if held.height else side for side in (keys, posted)
    )
    both = _beside(lines_left, posted_left, first)
    mixed = both.filter(pl.col("currency") != pl.col("currency_posted"))
    deltas = both.filter(pl.col("currency") == pl.col("currency_posted")) if mixed.height else both
    return Found(_postings(deltas), tuple(_mixed(mixed)))


def _beside(lines: pl.DataFrame, posted: pl.DataFrame, first: str) -> pl.DataFrame:
    """Every key of either side with its amount and what is posted for it: lines in their order, then keys without."""
    if posted.is_empty():
        return _first_of_all(lines, first)
    before = posted.rename({"amount_micros": "posted", "currency": "currency_posted", "postings": "sequence"})
    both = lines.join(before, on=KEY, how="full", coalesce=True, maintain_order="left_right")
    reason = (
        pl.when(pl.col("amount_micros").is_null())
        .then(pl.lit("withdrawn"))
        .when(pl.col("sequence").is_not_null())
        .then(pl.lit("changed"))
        .when(pl.col("kind") == "clawback")
        .then(pl.lit("clawback"))
        .otherwise(pl.lit(first))
    )
    return both.with_columns(
        pl.col("amount_micros", "posted", "sequence").fill_null(0),
        deal_id=pl.coalesce("deal_id", "deal_id_right"),
        kind=pl.coalesce(pl.col("kind").cast(pl.String), "kind_right"),
        currency=pl.coalesce("currency", "currency_posted"),
        currency_posted=pl.coalesce("currency_posted", "currency"),
        reason=reason,
    )


def _first_of_all(lines: pl.DataFrame, first: str) -> pl.DataFrame:
    """What `_beside` gives where nothing is posted yet: a join of every line with nothing is dear."""
    clawback = pl.col("kind") == "clawback"
    return lines.with_columns(
        pl.col("kind").cast(pl.String),
        posted=pl.lit(0, pl.Int64),
        sequence=pl.lit(0, pl.Int64),
        currency_posted="currency",
        reason=pl.when(clawback).then(pl.lit("clawback")).otherwise(pl.lit(first)),
    )


def _postings(both: pl.DataFrame) -> dy.DataFrame[f.Postings]:
    delta = pl.col("amount_micros") - pl.col("posted")
    return f.Postings.cast(
        both.with_columns(delta_micros=delta, booked_in="period").filter(pl.col("delta_micros") != 0)
    )


def _mixed(both: pl.DataFrame) -> list[Issue]:
    """One issue for each payee and plan whose ledger is in another currency."""
    found = both.select("payee_id", "plan", "currency", "currency_posted").unique()
    return [
        Issue(
            code="plan_currency_changed",
            severity=Severity.HOLDS,
            subject=f"payee {payee}",
            message=f"has postings of plan {plan!r} in {posted}, but the plan pays in {currency}; nothing is booked.",
            remedy="Give the plan in the new currency a new name.",
        )
        for payee, plan, currency, posted in found.sort("payee_id", "plan", "currency", "currency_posted").iter_rows()
    ]
