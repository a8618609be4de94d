"""Deals that a measure counts, made up from its own tests, as a plan test would state them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from engine.documents.conditions import CHOICES, FieldTest
from engine.documents.measures.measure import Measure
from engine.documents.values import percent_text
from engine.linting.way import Fact
from engine.model import MICROS, Motion
from engine.scenario.fitting import OTHER, value_that_passes

SAMPLE = 100_000 * MICROS
"""The amount of a deal where the tests do not ask for another."""
EXPIRING = Fraction(4, 5)
"""The expiring ACV of a renewal, as a share of its ACV, where the tests do not ask for another."""
COST = Fraction(1, 2)
SIZES = ("amount", "acv")
OF_OTHERS = ("window", "arm", "lifetime_months", "months_since_last_purchase")
"""Fields that a deal cannot state: the rules of engagement or the customer's history give them."""
_DAYS_FROM = {"days_open": ("created_on", -1), "days_to_start": ("starts_on", 1)}
"""Fields that count the days between the deal's own day and another, which lies before or after it."""
A_CENT = MICROS // 100


def number(micros: int | Fraction) -> int | Decimal:
    """Micro-units as a document writes them."""
    exact = Decimal(int(micros)) / MICROS
    return int(exact) if exact == exact.to_integral_value() else exact.normalize()


def sample_amount(measure: Measure) -> int:
    """An amount that passes the tests of the measure for the size of a deal."""
    for test in measure.when.tests:
        if test.field in SIZES:
            return _size(test)
    return SAMPLE


def deal(measure: Measure, amount: int, on: date) -> Fact:
    """A deal of an amount (micro-units) that passes every other test of the measure, as far as one can be made up.

    It is of that day, or of the first one after it on which the measure counts.
    """
    on = max(on, *(bound for test in measure.when.tests for bound in _begins(test)), on)
    said: dict[str, Any] = {"on": on, "amount": number(amount)}
    for test in measure.when.tests:
        facts = said.get("facts", {})
        said |= fitting(test, amount, on)
        said |= {"facts": {**facts, **said["facts"]}} if facts else {}
    if "term_months" in said:
        said["acv"] = number(amount)
    if measure.portion != "all":
        said = {"motion": Motion.RENEWAL.value, "expiring_acv": number(_cents(EXPIRING * amount)), **said}
    if measure.sum == "margin":
        said = {"cost": number(_cents(COST * amount)), **said}
    if measure.fact is not None:
        said["facts"] = {measure.fact: number(amount), **said.get("facts", {})}
    if measure.looks_at_lines and "products" not in said:
        said["products"] = [{"amount": number(amount), **line_of(measure)}]
    lists = (measure.when.account.listed_in,) if measure.when.account and measure.when.account.listed_in else ()
    return Fact("deals", MappingProxyType(said), lists)


def _begins(test: FieldTest) -> Iterator[date]:
    """The first day that passes a test of the day."""
    if isinstance(test.min, date):
        yield test.min
    if isinstance(test.above, date):
        yield test.above + timedelta(days=1)


def fitting(test: FieldTest, amount: int, on: date) -> dict[str, Any]:
    """What a deal of that amount and day must say to pass; nothing where its size, its day or its history decides."""
    if test.fact is not None:
        value = value_that_passes(test)
        value = on - timedelta(days=value) if test.counts_days else value
        return {"facts": {test.fact: number(value) if isinstance(value, int) else value}}
    if test.field == "family":
        return {"products": [{"family": _text(test), "amount": number(amount)}]}
    if test.field in OF_OTHERS or test.field in (*SIZES, "closed_on"):
        return {}
    value = value_that_passes(test)
    if isinstance(value, Fraction):
        return _of_ratio(test.field, value, amount)
    if test.field in _DAYS_FROM:
        key, sign = _DAYS_FROM[test.field]
        return {key: on + sign * timedelta(days=int(value))}
    if test.field == "uplift_amount":
        return {"expiring_acv": number(amount - value)}
    if test.type == "money":
        return {test.field: number(value)}
    return {test.field: value if isinstance(value, int) else _text(test)}


def _of_ratio(field: str, share: Fraction, amount: int) -> dict[str, Any]:
    """The other amount of which a percentage is made."""
    key, whole = {
        "margin_percent": ("cost", amount * (1 - share)),
        "discount_percent": ("list_price", amount / (1 - share) if share < 1 else Fraction(SAMPLE)),
        "uplift": ("expiring_acv", amount / (1 + share) if share > -1 else Fraction(SAMPLE)),
        "growth": ("running_acv", amount / share if share > 0 else Fraction(SAMPLE)),
    }[field]
    return {key: number(_cents(whole))}


def _text(test: FieldTest) -> str:
    """A text that passes; of those that are ours, one that is not excluded."""
    if test.any_of:
        return test.any_of[0]
    return next((text for text in CHOICES.get(test.field, ()) if text not in test.none_of), OTHER)


def line_of(measure: Measure) -> dict[str, Any]:
    """The product and family of a line that counts."""
    tests = measure.lines.tests if measure.lines else ()
    said = {test.field: _text(test) for test in tests}
    for name in ("product", "family"):
        weights = getattr(measure.weights, name) if measure.weights else {}
        counting = [text for text, weight in weights.items() if weight]
        said = {name: counting[0], **said} if counting else said
    return said


def _size(test: FieldTest) -> int:
    """Like `value_that_passes`, to the cent and as near to the sample as the bounds allow."""
    low, high = (max(map(money_of, pair)) for pair in ((test.min, test.above), (test.max, test.below)))
    wanted = SAMPLE if low <= SAMPLE else 2 * low
    if high and wanted >= high:
        wanted = (low + high) // 2
    return _cents(wanted)


def money_of(bound: object) -> int:
    """A bound on money; 0 where there is none."""
    return bound if isinstance(bound, int) else 0


def _cents(value: Fraction | int) -> int:
    return int(value / A_CENT) * A_CENT


def in_percent(micros: int) -> str:
    """A result in percent as a document writes it."""
    return percent_text(Fraction(micros, MICROS))
