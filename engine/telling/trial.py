"""Trial: what became of the accounts of an experiment (`engine.documents.engagement.experiments`), each once."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from engine.book import Book
from engine.deals.contracts import contracts_of, with_links
from engine.documents.engagement.experiments import Experiment
from engine.model import Motion

GRACE_DAYS = 60
"""So long after its contract ended a customer may still renew; then it counts as lost."""
OUTCOMES = ("renewed", "lost", "undecided", "not_due")


def outcomes(experiment: Experiment, book: Book, classified: pl.DataFrame, today: date) -> pl.DataFrame:
    """By drawn account: `arm`, `stratum` and `outcome`. The latest of a renewal and a loss in the window decides.

    renewed: a renewal was won; lost: a contract was cancelled, a churn was recorded, or a contract ended and the days
    of grace are over; undecided: a contract ends in the window and none of these came yet; not_due: none ends in it
    that was not renewed before the start.
    """
    lots = book.lots.filter(pl.col("drawn_for") == f"experiment {experiment.id}")
    drawn = lots.select("account_id", arm="drawn", stratum="place")
    ends = _ends(book, classified, experiment)
    renewed = _last(classified, Motion.RENEWAL, experiment)
    over = ends.filter(pl.col("ended_on") + timedelta(days=GRACE_DAYS) <= today).select("account_id", on="ended_on")
    cancelled = ends.filter(pl.col("cancelled_on").is_not_null()).select("account_id", on="cancelled_on")
    churned = _last(classified, Motion.CHURN, experiment).select("account_id", on="last_on")
    lost = pl.concat([over, cancelled, churned]).group_by("account_id").agg(lost_on=pl.col("on").max())
    due = ends.select("account_id", due=pl.lit(value=True)).unique()
    whole = drawn.join(renewed, on="account_id", how="left")
    whole = whole.join(lost, on="account_id", how="left").join(due, on="account_id", how="left")
    outcome = (
        pl.when(pl.col("last_on").is_not_null() & _not_lost_after())
        .then(pl.lit("renewed"))
        .when(pl.col("lost_on").is_not_null())
        .then(pl.lit("lost"))
        .when("due")
        .then(pl.lit("undecided"))
        .otherwise(pl.lit("not_due"))
    )
    return whole.select("account_id", "arm", "stratum", outcome=outcome).sort("account_id")


def in_window(day: str, experiment: Experiment) -> pl.Expr:
    """Whether a day lies between start and end."""
    window = experiment.effective
    begun = pl.col(day) >= window.from_on
    return begun if window.until_on is None else begun & (pl.col(day) < window.until_on)


def _not_lost_after() -> pl.Expr:
    """A contract that ends after it was renewed early is no loss; a cancellation or churn after the renewal is."""
    return pl.col("lost_on").is_null() | (pl.col("lost_on") <= pl.col("last_on") + timedelta(days=GRACE_DAYS))


def _last(classified: pl.DataFrame, motion: Motion, experiment: Experiment) -> pl.DataFrame:
    """By account: the last day of a motion in the window."""
    deals = classified.filter((pl.col("motion") == motion) & in_window("dated_on", experiment))
    return deals.group_by("account_id").agg(last_on=pl.col("dated_on").max())


def _ends(book: Book, classified: pl.DataFrame, experiment: Experiment) -> pl.DataFrame:
    """The contracts that end, or were cancelled, in the window."""
    contracts = contracts_of(book.contracts, with_links(classified, book))
    cancelled = pl.when(in_window("cancelled_on", experiment)).then("cancelled_on")
    ended = pl.when(in_window("ends_on", experiment) & pl.col("cancelled_on").is_null()).then("ends_on")
    both = contracts.select("account_id", "contract_id", cancelled_on=cancelled, ended_on=ended)
    ending = both.filter(pl.any_horizontal(pl.col("cancelled_on", "ended_on").is_not_null()))
    return ending.join(_settled_before(ending, contracts, experiment), on="contract_id", how="anti")


def _settled_before(ending: pl.DataFrame, contracts: pl.DataFrame, experiment: Experiment) -> pl.DataFrame:
    """Contracts that run out although their account has signed the next one before the start: nothing is open."""
    signed = contracts.filter(pl.col("signed_on") < experiment.effective.from_on)
    pairs = ending.join(signed.select("account_id", "over_on", other="contract_id"), on="account_id")
    lasting = pl.col("over_on").is_null() | (pl.col("over_on") > pl.col("ended_on"))
    return pairs.filter((pl.col("other") != pl.col("contract_id")) & lasting).select("contract_id").unique()
