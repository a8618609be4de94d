"""Clawbacks: what a deal earned is taken back when its contract is cancelled soon after the deal (DESIGN 5.16).

The line earned stays; a line of the same size against it is dated on the day of the cancellation, so that the statement
of that period shows it. Attainment is left as it was: what was sold was sold.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.attain import STATEMENT
from engine.calendar import period_label
from engine.documents.clawback import Clawback
from engine.documents.company import Company
from engine.documents.plan import Plan
from engine.model import Found, Issue, Severity


def claw_back(
    lines: dy.DataFrame[f.Lines],
    classified: dy.DataFrame[f.Classified],
    plans: Sequence[Plan],
    company: Company,
) -> Found[dy.DataFrame[f.Lines]]:
    """The lines against those of deals cancelled fewer than the plan's days after they were dated."""
    cancelled = classified.filter(pl.col("cancelled_on").is_not_null()).select("deal_id", "cancelled_on")
    taken = [f.Lines.create_empty()]
    backwards: set[tuple[str, date, date]] = set()
    for plan in plans:
        if plan.clawback is not None:
            concerned = _concerned(lines, plan, plan.clawback).join(cancelled, on="deal_id", maintain_order="left")
            days = (pl.col("cancelled_on") - pl.col("dated_on")).dt.total_days()
            soon = (days >= 0) & (days < plan.clawback.when.cancelled.within_days)
            taken.append(_against(concerned.filter(soon), plan, company))
            backwards.update(concerned.filter(days < 0).select("deal_id", "dated_on", "cancelled_on").iter_rows())
    return Found(f.Lines.cast(pl.concat(taken)), tuple(_backwards(*row) for row in sorted(backwards)))


def _concerned(lines: pl.DataFrame, plan: Plan, clawback: Clawback) -> pl.DataFrame:
    """The plan's lines that its clawback applies to."""
    of_plan = (pl.col("plan") == plan.plan) & (pl.col("plan_version") == plan.version)
    paid = pl.col("component").is_in(list(clawback.applies_to)) & (pl.col("amount_micros") != 0)
    return lines.filter(of_plan & paid)


def _against(lines: pl.DataFrame, plan: Plan, company: Company) -> dy.DataFrame[f.Lines]:
    """The same lines the other way round, dated on the cancellation."""
    return f.Lines.cast(
        lines.with_columns(
            part=pl.lit("clawback"),
            kind=pl.lit("clawback"),
            dated_on="cancelled_on",
            period=period_label(pl.col("cancelled_on"), STATEMENT[plan.pays], company),
            amount_micros=-pl.col("amount_micros"),
            base_micros=-pl.col("base_micros"),
            before_micros="after_micros",
            after_micros="before_micros",
        )
    )


def _backwards(deal: str, dated_on: date, cancelled_on: date) -> Issue:
    return Issue(
        code="cancelled_before_dated",
        severity=Severity.WARNS,
        subject=f"deal {deal}",
        message=f"was cancelled on {cancelled_on}, before its own date {dated_on}; nothing is taken back.",
        remedy="Correct the deal's close date or the contract's cancellation in the CRM.",
    )
