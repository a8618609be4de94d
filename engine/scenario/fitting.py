"""A deal that fits a measure's `when`: what a stated achievement was made of, as far as the plan looks at it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from engine import frames as f
from engine.calendar import months_later
from engine.documents.conditions import FieldTest, When
from engine.documents.measures.measure import Measure
from engine.documents.plans.plan import Plan
from engine.matching import column_of, fits, with_lists
from engine.model import MICROS, Motion
from engine.payees.measures.measure import measured_column
from engine.scenario.book import frame

_SIZES = {"amount", "acv", "term_months", "margin_percent", "discount_percent", "growth"}
"""Tests that decide what a made-up deal is worth."""
OTHER = "something else"
"""A text that nobody excludes."""
WHOLE = 1_000_000 * MICROS
"""The amount of which a deal has a stated margin or discount."""


def fitting_deal(deal_id: str, on: date, amount: int, plan: Plan, measure: Measure) -> dict[str, Any]:
    """The row of `Classified`; `fits_anything` tells whether one could be made."""
    plain = {
        "deal_id": deal_id,
        "account_id": deal_id,
        "motion": Motion.NEW_BUSINESS.value,
        "classified_by": "stated",
        "dated_on": on,
        "amount_micros": amount,
        "acv_micros": amount,
        "currency": plan.currency,
        "fx_num": 1,
        "fx_den": 1,
        "families": [],
        "windows": [],
        "arms": [],
    }
    plain |= _of_the_deal(measure, amount)
    made = (_columns(test, plain) for test in measure.when.tests)
    return {**plain, **{column: value for columns in made for column, value in columns.items()}}


def stands_for(measure: Measure) -> bool:
    """Whether a deal can be made up that counts for exactly so much: nothing changes, or compares, what it is worth."""
    if set(measure.made_of) - {"lines"} or measure.sum == "cash":
        return False
    return measured_column(measure) is not None or not _SIZES & {test.field for test in measure.when.tests}


def of_the_credit(measure: Measure, amount: int) -> dict[str, int]:
    """What a credit holds that counts for so much."""
    yearly = 12 * amount
    made = {"mrr": {"acv_micros": yearly}, "first_month": {"amount_micros": yearly}, "units": {"units_micros": 0}}
    return made.get(str(measure.sum)) or {measured_column(measure) or "amount_micros": amount}


def _of_the_deal(measure: Measure, amount: int) -> dict[str, Any]:
    """What a deal states that counts for so much."""
    if measure.fact is not None:
        return {"facts": json.dumps({measure.fact: str(amount)})}
    made = {
        "margin": {"cost_micros": 0},
        "list_price": {"list_micros": amount},
        "discount": {"list_micros": 2 * amount},
    }
    return made.get(str(measure.sum), {})


def fits_anything(deal: dict[str, Any], when: When) -> bool:
    """Whether the deal passes: some tests (a list of accounts, two that compete) no made-up deal can pass."""
    if not deal.keys() <= f.Classified.columns().keys():
        return False
    row = with_lists(frame(f.Classified, [deal]), f.ListEntries.empty())
    return bool(row.select(fits(when)).item())


def _columns(test: FieldTest, plain: dict[str, Any]) -> dict[str, Any]:
    value = value_that_passes(test)
    if test.field == "closed_on" or test.fact is not None:
        return {}  # the day is the statement's own, and no deal can be made up of what only the CRM says
    if test.type in ("texts", "names"):
        return {column_of(test.field): [value]}
    day = plain["dated_on"]
    if test.field == "months_since_last_purchase":
        return {"last_purchase_on": months_later(day, -value)}
    if test.field in ("days_open", "days_to_start"):
        opened = test.field == "days_open"
        return {"created_on": day - timedelta(days=value)} if opened else {"starts_on": day + timedelta(days=value)}
    if test.field == "uplift_amount":
        return {"expiring_acv_micros": plain["acv_micros"] - value}
    if test.type == "percent":
        return _ratio(test.field, Fraction(value))
    return {column_of(test.field): value}


def _ratio(field: str, share: Fraction) -> dict[str, Any]:
    """Columns of which the share is made."""
    if field == "growth":
        return {"acv_micros": int(WHOLE * share), "running_acv_micros": WHOLE}
    if field == "margin_percent":
        return {"amount_micros": WHOLE, "cost_micros": int(WHOLE * (1 - share))}
    if field == "discount_percent":
        return {"amount_micros": int(WHOLE * (1 - share)), "list_micros": WHOLE}
    return {f"{field}_num": share.numerator, f"{field}_den": share.denominator}


def value_that_passes(test: FieldTest) -> Any:
    """A value that passes one test; of a range, a bound or the nearest to it."""
    if test.any_of:
        return test.any_of[0]
    if test.none_of:
        return OTHER
    inside = test.min if test.min is not None else test.max
    if inside is not None:
        return inside
    return _beyond(test.above, 1) if test.above is not None else _beyond(test.below, -1)


def _beyond(bound: Any, by: int) -> Any:
    """A little above or below the bound."""
    if isinstance(bound, date):
        return bound + timedelta(days=by)
    return bound + (Fraction(by, MICROS) if isinstance(bound, Fraction) else by)
