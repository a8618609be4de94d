"""Gates that stay closed because nobody has said what they look at: a result, or a rate, that is still to come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import polars as pl

from engine.calendar import period_of
from engine.documents.company.company import Company
from engine.documents.curves.gauge import Gauge
from engine.documents.plans.component import Accumulation, Component
from engine.documents.plans.plan import Plan
from engine.model import Issue, Severity
from engine.payees.curves.factors import found_by


def looked_at(gauge: Gauge, component: Component, plan: Plan) -> tuple[str, Accumulation] | None:
    """The measure that a gauge looks at, and over which windows; None where it looks at pay or at a place."""
    if gauge.ranked is not None or gauge.payout_of is not None:
        return None
    if gauge.measure is not None:
        return gauge.measure, gauge.over or component.accumulates
    other = next(part for part in plan.components if part.id == gauge.attainment_of)
    return other.measure, other.accumulates


def has_to_come(gauge: Gauge, component: Component, plan: Plan) -> bool:
    """Whether the number of a gauge is not known before there is a result, or a rate."""
    read = looked_at(gauge, component, plan)
    return read is not None and plan.measures[read[0]].has_to_come


def unheard(
    rows: pl.DataFrame, plan: Plan, component: Component, company: Company, through: date | None
) -> Iterator[Issue]:
    """An issue for each payee and window that is over in which a gate found nothing."""
    if through is None or not any(has_to_come(gauge, component, plan) for gauge in component.gauges()):
        return
    found = dict.fromkeys(
        (payee, measure, period.label)
        for payee, day, factors in rows.select("payee_id", "dated_on", "factors").unique().sort("*").iter_rows()
        for measure, over in _silent(factors, component, plan)
        if over != "transaction" and (period := period_of(day, over, company)).ends_on <= through
    )
    for payee, measure, label in found:
        yield Issue(
            code="gate_without_result",
            severity=Severity.WARNS,
            subject=f"payee {payee}",
            message=f"has nothing of {measure!r} in {label}, so a gate of {component.id!r} of plan {plan.plan!r} is "
            "closed.",
            remedy="Import the result of that window; a rate needs customers whom the payee owned at its start.",
        )


def _silent(factors: str | None, component: Component, plan: Plan) -> Iterator[tuple[str, Accumulation]]:
    """What gates of a line looked at and found nothing of."""
    for gauge, found in zip(component.gauges(), found_by(factors), strict=False):
        read = looked_at(gauge, component, plan)
        if found.get("value", 0) is None and found["factor"] == "0" and read is not None:
            yield read
