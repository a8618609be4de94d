"""Foreign currency: exact dated rates from a credit's currency into a plan's, by way of the company's (DESIGN 3.6).

The rate is the one in force on the day the deal closed, and it stays on the line.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from fractions import Fraction

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.documents.plans.plan import Plan
from engine.model import Issue, Severity

LARGEST_INT64 = 2**63 - 1
NAMED_DEALS = 5
"""So many deals an issue names; the rest it counts."""

Steps = list[tuple[date, date | None, Fraction]]


class Exchange:
    """The dated table of rates, ready to be asked."""

    def __init__(self, rates: dy.DataFrame[f.FxRates], company_currency: str) -> None:
        self._home = company_currency
        self._steps: dict[str, Steps] = {}
        for currency, since, until, num, den in rates.sort("currency", "from_on").iter_rows():
            self._steps.setdefault(currency, []).append((since, until, Fraction(num, den)))

    def rate(self, source: str, target: str, day: date) -> Fraction | None:
        """How many `target` one `source` is on the day; None where the table does not say or says it twice."""
        if source == target:
            return Fraction(1)
        one, other = self._in_home(source, day), self._in_home(target, day)
        return one / other if one is not None and other is not None else None

    def _in_home(self, currency: str, day: date) -> Fraction | None:
        if currency == self._home:
            return Fraction(1)
        steps = self._steps.get(currency, [])
        place = bisect_right(steps, day, key=lambda step: step[0])
        if place == 0 or (place > 1 and steps[place - 2][0] == steps[place - 1][0]):
            return None
        _, until, rate = steps[place - 1]
        return rate if until is None or day < until else None


def rate_of(plan: Plan, source: str, day: date, exchange: Exchange) -> Fraction | None:
    """How many of the plan's currency one `source` is for a credit of the day, by the plan's own rule."""
    rule = plan.exchange
    fixed = rule.fixed[source].at(day) if source in rule.fixed else None
    return fixed or exchange.rate(source, plan.currency, rule.day_of(day, plan.effective.from_on))


def with_rates(rows: pl.DataFrame, plan: Plan, exchange: Exchange) -> pl.DataFrame:
    """The rows with `fx_num`/`fx_den` into the plan's currency: null where it is theirs, den 0 where there is no rate.

    Looks each pair of currency and day up once.
    """
    foreign = rows.filter(pl.col("currency") != plan.currency).select("currency", "dated_on").unique()
    found = [(currency, day, *_ratio(rate_of(plan, currency, day, exchange))) for currency, day in foreign.iter_rows()]
    names = {"currency": pl.String, "dated_on": pl.Date, "fx_num": pl.Int64, "fx_den": pl.Int64}
    rates = pl.DataFrame(found, schema=names, orient="row")
    return rows.join(rates, on=["currency", "dated_on"], how="left", maintain_order="left")


def missing_rates(rows: pl.DataFrame, into: str) -> list[Issue]:
    """An issue for each currency and day of the rows (those that `with_rates` gave no rate), naming the deals."""
    by_day = rows.group_by("currency", "dated_on").agg(pl.col("deal_id").unique().sort()).sort("currency", "dated_on")
    return [_missing(currency, into, day, deals) for currency, day, deals in by_day.iter_rows()]


def _missing(currency: str, into: str, day: date, deals: Sequence[str]) -> Issue:
    named = ", ".join(deals[:NAMED_DEALS])
    others = f" and {len(deals) - NAMED_DEALS} more" if len(deals) > NAMED_DEALS else ""
    return Issue(
        code="exchange_rate_missing",
        severity=Severity.HOLDS,
        subject=f"currency {currency}",
        message=f"has no single exchange rate into {into} on {day}; held: deals {named}{others}.",
        remedy=f"Add one dated rate that covers {day} in the CRM's currency table.",
    )


def _ratio(rate: Fraction | None) -> tuple[int, int]:
    if rate is None or max(rate.numerator, rate.denominator) > LARGEST_INT64:
        return 0, 0
    return rate.numerator, rate.denominator
