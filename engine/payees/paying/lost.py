"""What a clawback takes of pay to date: the deal, or its share of it, counts no more from the day of the cause on.

Pay to date is of no deal, so there is no line that could be taken back (DESIGN 5.16): without the deal the year to date
is worth less, and the next window takes off what was paid for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.calendar import period_label
from engine.documents.company.company import Company
from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan
from engine.model import Found
from engine.money import round_ratio
from engine.payees.paying.clawback import TERM, Taking, losses_of, takings
from engine.periods import PeriodKind


def lost(
    rows: dy.DataFrame[f.Attained],
    deals: pl.DataFrame,
    events: dy.DataFrame[f.DealEvents],
    plan: Plan,
    component: Component,
) -> Found[dy.DataFrame[f.Attained]]:
    """Those of the rows that were lost, each on the day of the cause, with what it takes off as `base`.

    A cause after the last day of the plan file counts on that day, so that it is not forgotten.
    """
    clawback = plan.clawback
    if clawback is None or component.id not in plan.clawed_back:
        return Found(rows.clear(), ())
    losses = losses_of(deals, events)
    terms = deals.select("deal_id", *TERM)
    concerned = rows.filter(pl.col("deal_id").is_in(list(losses))).join(terms, on="deal_id", maintain_order="left")
    found = [(row, takings(row, losses[row["deal_id"]], clawback)) for row in concerned.iter_rows(named=True)]
    taken = [each for row, of in found for each in _rows(row, of.rows, _last_day(plan))]
    issues = tuple(dict.fromkeys(issue for _, of in found for issue in of.issues))
    return Found(f.Attained.cast(pl.DataFrame(taken, schema=rows.schema)), issues)


def in_windows(rows: dy.DataFrame[f.Attained], kind: PeriodKind, company: Company) -> dy.DataFrame[f.Attained]:
    """The rows with the window of their day."""
    return f.Attained.cast(rows.with_columns(window=period_label(pl.col("dated_on"), kind, company)))


def _rows(row: Mapping[str, Any], of: Sequence[Taking], last_day: date) -> Iterator[dict[str, Any]]:
    """What each cause takes off a row, in whole micro-units."""
    for taking in of:
        before, after = (_part(row["base_micros"], share) for share in (taking.before, taking.after))
        kept = {name: value for name, value in row.items() if name not in TERM}
        yield {**kept, "base_micros": before - after, "dated_on": min(taking.on, last_day)}


def _part(base: int, share: Fraction) -> int:
    exact = base * share
    return round_ratio(exact.numerator, exact.denominator, 1, "half_up")


def _last_day(plan: Plan) -> date:
    until = plan.effective.until_on
    return date.max if until is None else until - timedelta(days=1)
