"""What became of the revenue of each customer in a span of days: what it was at first, expanded, shrunk and lost.

Rows come in with `worth` (Int128, plan currency); the answers are by `KEY`, in the same unit.
"""

from __future__ import annotations

import polars as pl

from engine.documents.measures.retention import Retention
from engine.payees.curves.curve_columns import whole

KEY = ["window", "account_id", "payee_id", "since_on"]
NUMBERS = ["start", "expanded", "shrunk", "lost"]


def of_the_book(met: pl.DataFrame, retention: Retention) -> pl.DataFrame:
    """Of the pieces that each span (`since_on`, `till_on`) meets: a piece is there before its span, begins or ends."""
    begins, worth = pl.col("from_on") >= pl.col("since_on"), pl.col("worth")
    ends = (pl.col("until_on") < pl.col("till_on")).fill_null(value=False)
    ledger = met.group_by(KEY).agg(start=worth.filter(~begins).sum(), end=worth.filter(~ends).sum())
    if retention.losses == "net":
        return _told(_by_balance(ledger))
    steps = pl.concat(
        [
            met.filter(begins).select(*KEY, "worth", day="from_on"),
            met.filter(ends).select(*KEY, worth=whole(0) - worth, day="until_on"),
        ]
    )
    step = worth.sum()
    shed = steps.group_by(*KEY, "day").agg(step).group_by(KEY).agg(shed=whole(0) - worth.clip(upper_bound=0).sum())
    return _told(ledger.join(shed, on=KEY, how="left").with_columns(pl.col("shed").fill_null(0)))


def of_the_due(met: pl.DataFrame, retention: Retention) -> pl.DataFrame:
    """Of contracts that are due, with the pieces of what they came to and of their renewals."""
    worth = pl.col("worth")
    by = KEY if retention.losses == "net" else [*KEY, "contract_id"]
    due = met.group_by(by).agg(start=worth.filter(~pl.col("renewed")).sum(), end=worth.filter("renewed").sum())
    return _told(_by_balance(due)).group_by(KEY).agg(pl.col(NUMBERS).sum())


def _by_balance(ledger: pl.DataFrame) -> pl.DataFrame:
    return ledger.with_columns(shed=(pl.col("start") - pl.col("end")).clip(lower_bound=0))


def _told(moved: pl.DataFrame) -> pl.DataFrame:
    """`NUMBERS` of each row that begins above zero, from `start`, `end` and all that it `shed` on the way.

    What was added and went again is neither gain nor loss, so nobody loses more than there was at the start; a loss
    after which nothing is left is `lost`, any other `shrunk`.
    """
    end, shed = pl.col("end").clip(lower_bound=0), pl.min_horizontal("shed", "start")
    return moved.filter(pl.col("start") > 0).select(
        *KEY,
        "start",
        expanded=end - pl.col("start") + shed,
        shrunk=pl.when(end > 0).then(shed).otherwise(0),
        lost=pl.when(end > 0).then(0).otherwise(shed),
    )
