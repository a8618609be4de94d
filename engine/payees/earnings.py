"""Earnings as a measure: what components paid for a credit, the payee's own or that of the team behind a roll-up.

A kicker pays a share of another component's earnings, a manager's override a share of what the team was paid: both are
ordinary components whose measure is `sum: earnings`, so tiers, quotas and gates work on them too.
"""

from __future__ import annotations

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.documents.plan import Plan
from engine.payees.earn import Earnings
from engine.payees.exchange import Exchange, with_rates

SOURCE = ["earner_id", "source_id"]
"""Whose earnings for which credit."""


def with_earnings(
    rows: pl.DataFrame,
    plan: Plan,
    credits_: dy.DataFrame[f.Credits],
    earned: Earnings,
    exchange: Exchange,
) -> pl.DataFrame:
    """The credits of a plan with `earnings_micros` in the currency they were earned in, and `stuck` where not known.

    `earned` is what the components made that the measure reads. A roll-up adds up what its team member earned with the
    credit that was rolled up; what a clawback takes back later is none of its earnings.
    """
    paid = _summed(earned.lines)
    waiting = earned.held.select(pl.lit(value=True).alias("waits"), earner_id="payee_id", source_id="source_id")
    sources = rows.drop("fx_num", "fx_den", "currency").join(_sources(credits_), on="credit_id", maintain_order="left")
    found = sources.join(paid, on=SOURCE, how="left", maintain_order="left").join(
        waiting.unique(), on=SOURCE, how="left", maintain_order="left"
    )
    stuck = (
        pl.when(pl.col("waits"))
        .then(pl.lit("source_held"))
        .when(pl.col("currencies") > 1)
        .then(pl.lit("several_currencies"))
    )
    known = found.with_columns(
        pl.col("earnings_micros").fill_null(0), pl.col("currency").fill_null(plan.currency), stuck=stuck
    )
    return with_rates(known.drop(*SOURCE, "waits", "currencies"), plan, exchange)


def _sources(credits_: pl.DataFrame) -> pl.DataFrame:
    """For every credit the one whose earnings count for it: itself, or for a roll-up the team member's."""
    shares = ["deal_id", "role", "portion", "event"]
    direct = credits_.filter(pl.col("kind") == "direct")
    rolled = credits_.filter(pl.col("kind") == "rollup").join(
        direct.select(*shares, from_payee_id="payee_id", source_id="credit_id"),
        on=[*shares, "from_payee_id"],
        nulls_equal=True,
    )
    own = credits_.filter(pl.col("from_payee_id").is_null()).select(
        "credit_id", earner_id="payee_id", source_id="credit_id"
    )
    return pl.concat([own, rolled.select("credit_id", earner_id="from_payee_id", source_id="source_id")])


def _summed(lines: pl.DataFrame) -> pl.DataFrame:
    """What was earned for each source; sums of amounts that are in the books fit them."""
    return lines.group_by(earner_id="payee_id", source_id="source_id").agg(
        earnings_micros=pl.col("amount_micros").sum(),
        currency=pl.col("currency").first(),
        currencies=pl.col("currency").n_unique(),
    )
