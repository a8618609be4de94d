"""Earnings as a measure: what components paid for a credit, the payee's own or that of the team behind a roll-up.

A kicker pays a share of another component's earnings, a manager's override a share of what the team was paid: both are
ordinary components whose measure is `sum: earnings`, so tiers, quotas and gates work on them too.
"""

from __future__ import annotations

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book
from engine.deals.holders import People
from engine.deals.rollup import chains_above, enrolled_in, in_a_plan
from engine.documents.conditions import When
from engine.documents.measures.measure import Levels
from engine.documents.plans.plan import Plan
from engine.payees.curves.earn import Earnings
from engine.payees.exchange import Exchange, with_rates
from engine.payees.measures.measure import fits_column, within
from engine.texts import text

SOURCE = ["earner_id", "source_id"]
"""Whose earnings for which credit."""
PART = ["deal_id", "role", "portion", "event"]
ROLLED = {"rollup": "direct", "overlay_rollup": "overlay"}
"""Roll-ups, and the credits that roll up to them."""
_UP = {credit: up for up, credit in ROLLED.items()}


def with_earnings(
    rows: pl.DataFrame,
    plan: Plan,
    credits_: dy.DataFrame[f.Credits],
    earned: Earnings,
    exchange: Exchange,
    *,
    levels: Levels | None,
    others: pl.DataFrame,
) -> pl.DataFrame:
    """The credits of a plan with `earnings_micros` in the currency they were earned in, and `stuck` where not known.

    `earned` is what the components made that the measure reads. A roll-up adds up what was earned below with the credit
    that was rolled up: by the team member, and by managers in between on their own roll-ups of it. What a clawback
    takes back later is none of these earnings; credits of which nobody at these levels has a part are none of them
    either. `others` are what earned without a deal (`without_deals`).
    """
    paid = _summed(earned.lines)
    waiting = earned.held.select(pl.lit(value=True).alias("waits"), earner_id="payee_id", source_id="source_id")
    found = (
        pl.concat([_sources(credits_, levels), others.select("credit_id", "source_id", "earner_id")])
        .join(paid, on=SOURCE, how="left")
        .join(waiting.unique(), on=SOURCE, how="left")
        .group_by("credit_id")
        .agg(
            pl.col("earnings_micros").sum(),
            pl.col("waits").any(),
            pl.col("currency").drop_nulls().first(),
            single=(pl.col("currency").drop_nulls().n_unique() <= 1) & (pl.col("currencies").fill_null(1) <= 1).all(),
        )
    )
    stuck = (
        pl.when(pl.col("waits")).then(pl.lit("source_held")).when(~pl.col("single")).then(pl.lit("several_currencies"))
    )
    dealt = rows.drop("fx_num", "fx_den", "currency")
    every = pl.concat([dealt, others.drop(SOURCE)], how="diagonal").sort("payee_id", "dated_on", "credit_id")
    earning = every.join(found.with_columns(stuck=stuck), on="credit_id", how="left", maintain_order="left")
    if levels is not None:
        paid_below = pl.col("currency").is_not_null() | pl.col("waits").fill_null(value=False)
        earning = earning.filter(paid_below | within(levels, pl.col("level")).fill_null(value=True))
    known = earning.with_columns(pl.col("earnings_micros").fill_null(0), pl.col("currency").fill_null(plan.currency))
    return with_rates(known.drop("waits", "single"), plan, exchange)


def without_deals(earned: pl.DataFrame, name: str, plan: Plan, book: Book) -> pl.DataFrame:
    """What counts in a measure of earnings beside credits: imported results and the like, of which there is no deal.

    `earned` are their payee, day and `credit_id`. They count on their day for the payee, or for everybody above who is
    on the plan then; a measure that asks about deals does not count them.
    """
    measure = plan.measures[name]
    sources = earned.with_columns(earner_id="payee_id", source_id="credit_id", level=pl.lit(None, dtype=pl.Int64))
    if measure.of_the_team:
        chains, _ = chains_above(earned.select("payee_id", "dated_on").unique(), People.of(book))
        above = in_a_plan(chains, enrolled_in([plan], book), [plan])
        sources = (
            sources.drop("level")
            .join(above, on=["payee_id", "dated_on"])
            .with_columns(payee_id="to_payee_id", credit_id=text("{}:{}", "credit_id", "to_payee_id"))
        )
        if measure.levels is not None:
            sources = sources.filter(within(measure.levels, pl.col("level")))
    return sources.select(
        "payee_id",
        "dated_on",
        "credit_id",
        "level",
        *SOURCE,
        pl.lit("rollup" if measure.of_the_team else "direct", dtype=f.Credits.kind.dtype).alias("kind"),
        pl.lit(measure.when == When()).alias(fits_column(name)),
    )


def _sources(credits_: pl.DataFrame, levels: Levels | None) -> pl.DataFrame:
    """For every credit those whose earnings count for it: itself, or for a roll-up the ones below it.

    `levels` is how far below the payee those are who earned.
    """
    own = credits_.filter(pl.col("from_payee_id").is_null())
    up = credits_.filter(pl.col("kind").is_in(list(ROLLED))).with_columns(pl.col("kind").cast(pl.String))
    sold = own.select(*PART, kind=pl.col("kind").cast(pl.String).replace(_UP), seller="payee_id", source_id="credit_id")
    between = up.select(*PART, "kind", seller="from_payee_id", source_id="credit_id", earner="payee_id", below="level")
    key = [*PART, "kind"]
    of_sellers = up.join(sold, left_on=[*key, "from_payee_id"], right_on=[*key, "seller"], nulls_equal=True).select(
        "credit_id", "source_id", earner_id="from_payee_id", distance="level"
    )
    of_managers = (
        up.join(between, left_on=[*key, "from_payee_id"], right_on=[*key, "seller"], nulls_equal=True)
        .filter(pl.col("below") < pl.col("level"))
        .select("credit_id", "source_id", earner_id="earner", distance=pl.col("level") - pl.col("below"))
    )
    below = pl.concat([of_sellers, of_managers])
    if levels is not None:
        below = below.filter(within(levels, pl.col("distance")))
    alone = own.select("credit_id", source_id="credit_id", earner_id="payee_id")
    return pl.concat([alone, below.drop("distance").select(alone.columns)])


def _summed(lines: pl.DataFrame) -> pl.DataFrame:
    """What was earned for each source; sums of amounts that are in the books fit them."""
    return lines.group_by(earner_id="payee_id", source_id="source_id").agg(
        earnings_micros=pl.col("amount_micros").sum(),
        currency=pl.col("currency").first(),
        currencies=pl.col("currency").n_unique(),
    )
