"""readings: what gauges read of components, and the look at a measure that no component pays on."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import polars as pl

from engine.documents.plans.component import Accumulation, Component
from engine.documents.values import Dated, Window
from engine.payees.attain import WINDOW, Attainment
from engine.payees.curves.earn import Earnings
from engine.payees.curves.factors import Reading
from engine.payees.paid_before import as_one

NOTHING: Dated[Fraction] = Dated(steps=((date.min, Fraction(0)),))


def looking(
    name: str, measure: str, over: Accumulation, quota: str | None = None, *, life: Window | None = None
) -> Component:
    """A component that pays nothing, to look at what a measure came to, at most on the days of a component's life."""
    return Component(
        id=name, kind="bonus", measure=measure, rate=NOTHING, quota=quota, accumulates=over, effective=life
    )


def achieved(attained: Attainment, component: Component) -> Reading:
    """What a component counted so far in each window."""
    rows = attained.rows.select(
        "payee_id", "window", "dated_on", "credit_id", "deal_id", value="after_micros", quota="quota_micros"
    )
    return Reading(rows, component.accumulates, attained.waiting)


def payouts(earned: Earnings, attained: Attainment, component: Component) -> Reading:
    """What a component has paid so far in each window; clawbacks are none of it."""
    place = ["payee_id", "window", "dated_on", "source_id", "deal_id"]
    lines = as_one(earned.lines.select(*place, "amount_micros"), component)
    lines = lines.group_by(place).agg(pl.col("amount_micros").sum()) if component.to_date is not None else lines
    ordered = lines.sort("dated_on", "source_id")
    rows = ordered.select(
        "payee_id",
        "window",
        "dated_on",
        credit_id="source_id",
        deal_id="deal_id",
        value=pl.col("amount_micros").cum_sum().over("payee_id", "window"),
        quota=pl.lit(None, dtype=pl.Int64),
    )
    stuck = earned.held.select("payee_id", credit_id="source_id")
    gated = attained.rows.join(stuck, on=["payee_id", "credit_id"], how="semi")
    held = as_one(gated.select(*WINDOW, "credit_id"), component, "credit_id").select(WINDOW)
    return Reading(rows, component.accumulates, pl.concat([attained.waiting, held]))
