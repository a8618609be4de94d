"""Places: where a payee stands among everybody in the plan, for contests (DESIGN 5.10).

The most comes first; equals share a place, and the next one counts all before it (1, 1, 3). A place is known when its
window is over: until then, and for who achieved nothing, nobody stands anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

import polars as pl

from engine.calendar import period_of
from engine.documents.company import Company
from engine.documents.component import Accumulation
from engine.model import MICROS
from engine.payees.attain import Attainment
from engine.payees.factors import Reading

NOWHERE = 10**6 * MICROS
"""The place of who has none: behind everybody."""
WINDOW = ["payee_id", "window"]


def placed(attained: Attainment, over: Accumulation, company: Company, through: date | None) -> Reading:
    """The place of every payee of each window that ends by `through` (None: of every window), in micro-units.

    By what was achieved, or by attainment where there is a quota. No place of a window is known while any
    achievement in it is not.
    """
    last = attained.rows.group_by(WINDOW, maintain_order=True).agg(
        pl.col("dated_on", "credit_id", "deal_id", "after_micros", "quota_micros").last()
    )
    found: dict[str, dict[str, Fraction]] = {}
    for payee, window, day, _, _, achieved, quota in last.iter_rows():
        if achieved > 0 and _is_over(day, over, company, through):
            found.setdefault(window, {})[payee] = Fraction(achieved, quota or 1)
    places = [_place(found.get(window, {}), payee) for payee, window in last.select(WINDOW).iter_rows()]
    rows = last.select(
        *WINDOW,
        "dated_on",
        "credit_id",
        "deal_id",
        value=pl.Series(places, dtype=pl.Int64),
        quota=pl.lit(None, dtype=pl.Int64),
    )
    unknown = last.join(attained.waiting, on="window", how="semi").select(WINDOW)
    return Reading(rows, over, pl.concat([unknown, attained.waiting]), nothing=NOWHERE)


def _place(results: Mapping[str, Fraction], payee: str) -> int:
    """One more than how many did better."""
    if payee not in results:
        return NOWHERE
    return (1 + sum(other > results[payee] for other in results.values())) * MICROS


def _is_over(day: date, over: Accumulation, company: Company, through: date | None) -> bool:
    """Whether the window that holds the day is over; a deal always is."""
    return through is None or over == "transaction" or period_of(day, over, company).ends_on <= through
