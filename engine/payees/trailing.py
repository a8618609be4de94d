"""Rolling windows: what the last windows came to together, for gates and multipliers (DESIGN 5.5, 5.6)."""

from __future__ import annotations

import polars as pl

from engine.calendar import following
from engine.documents.company import Company
from engine.payees.attain import WINDOW, Attainment
from engine.payees.factors import Reading
from engine.periods import PeriodKind


def trailing(attained: Attainment, over: PeriodKind, count: int, company: Company) -> Reading:
    """The number of each window as it grew, when so many windows, it the last of them, are added up.

    A window of which something is held holds all that look back at it.
    """
    labels = attained.rows["window"].to_list() + attained.waiting["window"].to_list()
    ahead = [(label, later) for label in dict.fromkeys(labels) for later in _from(label, count, company)]
    looks = pl.DataFrame(ahead, schema={"window": pl.String, "at": pl.String}, orient="row")
    rows = (
        attained.rows.select(*WINDOW, "dated_on", "credit_id", "deal_id", value="base_micros")
        .join(looks, on="window")
        .drop("window")
        .rename({"at": "window"})
        .sort("payee_id", "window", "dated_on", "credit_id")
    )
    return Reading(
        rows.with_columns(
            value=pl.col("value").cast(pl.Int128).cum_sum().over(WINDOW).cast(pl.Int64),
            quota=pl.lit(None, dtype=pl.Int64),
        ),
        over,
        attained.waiting.join(looks, on="window").select("payee_id", window="at").unique(),
    )


def _from(label: str, count: int, company: Company) -> list[str]:
    """A window and those after it that look back at it."""
    found = [label]
    while len(found) < count:
        found.append(following(found[-1], company))
    return found
