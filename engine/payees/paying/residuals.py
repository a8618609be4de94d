"""Residuals: the line of a deal is paid once for every month (quarter, year) in which the customer is still there.

DESIGN 5.17. Each payment has a line of its own with the facts of the first, dated on its day. Only days before
`through` are there: the engine has no clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import count
from typing import Any

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.calendar import months_later, period_label, period_of
from engine.documents.company.company import Company
from engine.documents.plans.plan import Plan
from engine.documents.plans.residual import MONTHS, Residual
from engine.payees.attain import STATEMENT

FACTS = ["starts_on", "term_months", "cancelled_on"]


def repeat(
    lines: dy.DataFrame[f.Lines],
    classified: dy.DataFrame[f.Classified],
    plans: Sequence[Plan],
    company: Company,
    through: date | None,
) -> dy.DataFrame[f.Lines]:
    """The lines with those of residual components replaced by one for each of their months before `through`.

    Without `through` as far as the end of the month of the last line.
    """
    terms = {
        (plan.plan, plan.version, part.id): (plan, part.residual)
        for plan in plans
        for part in plan.components
        if part.residual is not None
    }
    if not terms or lines.is_empty():
        return lines
    end = through or period_of(lines["dated_on"].max(), "month", company).ends_on  # type: ignore[arg-type]
    key = pl.concat_list("plan", "plan_version", "component")
    mine = key.is_in([list(place) for place in terms])
    deals = classified.select("deal_id", *FACTS)
    made = [lines.filter(~mine)]
    for line in lines.filter(mine).join(deals, on="deal_id", maintain_order="left").iter_rows(named=True):
        plan, residual = terms[line["plan"], line["plan_version"], line["component"]]
        made.append(_months(line, residual, end, plan, company))
    return f.Lines.cast(pl.concat(made))


def _months(
    line: Mapping[str, Any], residual: Residual, end: date, plan: Plan, company: Company
) -> dy.DataFrame[f.Lines]:
    types = f.Lines.dtypes()
    months = [
        {**{name: line[name] for name in types}, "part": f"{residual.every} {nth}", "dated_on": day}
        for nth, day in _days(line, residual, end)
    ]
    dated = pl.DataFrame(months, schema=types)
    return f.Lines.cast(dated.with_columns(period=period_label(pl.col("dated_on"), STATEMENT[plan.pays], company)))


def _days(deal: Mapping[str, Any], residual: Residual, end: date) -> Iterator[tuple[int, date]]:
    """The payments, from 1, and the day of each."""
    start = max(deal["starts_on"] or deal["dated_on"], deal["dated_on"])
    gone = min(deal["cancelled_on"] or end, end)
    term = None if deal["term_months"] is None else deal["term_months"] - residual.starts_after_months
    most = residual.for_months if residual.for_months is not None else term
    for nth in count(1):
        passed = (nth - 1) * MONTHS[residual.every]
        day = months_later(start, residual.starts_after_months + passed)
        if day >= gone or (most is not None and passed >= most):
            return
        yield nth, day
