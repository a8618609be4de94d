"""Pay to date: what was paid before is that of the same payee and year, and the component's own windows count."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import pairwise
from typing import Any

from engine.documents.measures.measure import Measure
from engine.documents.values import Dated
from tests.engine.builders import units, window
from tests.engine.plans import Case, by_share, codes, component, plan, quota, sold

MONTHS = [date(2026, month, 1) for month in range(2, 9)]
QUOTAS = [{**quota(100), "from_on": first, "until_on": until} for first, until in pairwise(MONTHS)]
KEYS: dict[str, Any] = {"brackets": by_share((0, 10), (100, 20)), "accumulates": "month", "to_date": "quarter"}


def by_month(outcome: Any) -> dict[str, int]:
    """What is paid by statement period, in whole units."""
    paid: Counter[str] = Counter()
    for period, amount in outcome.lines.select("period", "amount_micros").iter_rows():
        paid[period] += amount // units(1)
    return {period: amount for period, amount in paid.items() if amount}


def test_a_month_that_is_held_for_want_of_a_quota_was_paid_nothing() -> None:
    """The year (here the quarter) before was paid, and so were others: neither is taken off."""
    rows = [each for each in QUOTAS if each["from_on"] != date(2026, 5, 1)]
    sales = sold(("2026-02-10", 100), ("2026-05-10", 50), ("2026-06-10", 50))

    outcome = Case([plan(component(**KEYS))], rows).pays(sales, through=date(2026, 8, 1))

    assert (by_month(outcome), codes(outcome)) == ({"2026-02": 10, "2026-06": 10}, ["quota_missing"])


def test_quotas_of_months_without_the_component_are_not_asked_for() -> None:
    late = component(**KEYS, effective=window("2026-04-01", "2026-08-01"))

    outcome = Case([plan(late)], QUOTAS).pays(sold(("2026-04-10", 200)), through=date(2026, 5, 1))

    assert by_month(outcome) == {"2026-04": 30}  # 100 x 10 % + 100 x 20 %


def test_what_is_paid_to_date_on_cash_is_of_no_payment() -> None:
    of = plan(component(measure="cash", accumulates="month", to_date="quarter"), measures={"cash": Measure(sum="cash")})
    paid = [{"deal_id": "D1", "kind": "payment", "happened_on": "2026-02-12", "amount_micros": units(100)}]

    outcome = Case([of], others={"deal_events": paid}).pays(sold(("2026-02-10", 100)), through=date(2026, 3, 1))

    assert outcome.lines.select("part", "amount_micros").rows() == [("earning", units(10))]


def test_what_is_full_is_full_of_the_year_so_far() -> None:
    by_tens = component(pays=Dated(steps=((date.min, units(5)),)), per=units(10), only_full=True)
    of = plan(by_tens.model_copy(update={"accumulates": "month", "to_date": "quarter"}))

    outcome = Case([of]).pays(sold(("2026-02-10", 19), ("2026-03-10", 12)), through=date(2026, 5, 1))

    assert by_month(outcome) == {"2026-02": 5, "2026-03": 10}
