"""Payouts of the answer key, worked out a second time from the files with `Fraction`, month total by month total."""

from collections import Counter, defaultdict
from datetime import date
from fractions import Fraction
from math import floor
from typing import NamedTuple

import pytest

from tests.sandbox.world.reading import by_id, rows, world

GROWING = {"new_business", "upsell", "cross_sell"}


class Fact(NamedTuple):
    """A credit with what its pay depends on."""

    payee: str
    kind: str
    motion: str
    dollars: Fraction
    day: str
    deal: str
    months: int
    back: str | None


def _cents(dollars):
    return floor(dollars * 100 + Fraction(1, 2))


def _year(day):
    return str(int(day[:4]) - (day[5:7] < "02"))


def _quarter(day):
    return f"{_year(day)}-{(int(day[5:7]) - 2) % 12 // 3}"


def _facts(made):
    """(payee, kind, motion, dollars, deal, term months, clawed back on) of every credit, roll-ups included."""
    deals = by_id(made, "opportunities")
    rates = defaultdict(list)
    for row in made.document["dated_rates"]:
        rates[row["IsoCode"]].append((row["StartDate"], Fraction(row["ConversionRate"])))
    for record, verdict in made.answer_key["deals"].items():
        deal = deals[record]
        rate = max((r for r in rates[verdict["currency"]] if r[0] <= deal["CloseDate"]), default=("", Fraction(1)))[1]
        for credit in (*verdict["credits"], *verdict["rollups"]):
            dollars = Fraction(floor(credit["acv_micros"] / rate + Fraction(1, 2)), 1_000_000)
            yield Fact(
                credit["payee"], credit["kind"], verdict["motion"], dollars,
                deal["CloseDate"], record, deal["Term_Months__c"], verdict["clawed_back_on"],
            )  # fmt: skip


def _slices(achieved, quota, brackets):
    total = Fraction(0)
    for (low, rate), (high, _) in zip(brackets, [*brackets[1:], (10**9, 0)], strict=True):
        total += max(0, min(achieved, quota * Fraction(high, 100)) - quota * Fraction(low, 100)) * Fraction(
            rate, 10_000
        )
    return total


def _accumulated(made, plan, window, wanted, curve):
    """Month totals of a cumulative component: the curve at the end of the month less the curve at its start."""
    enrolled = {row["payee"] for row in rows(made, "people/enrolments.csv") if row["plan"] == plan}
    quotas, sold = Counter(), defaultdict(Counter)
    for row in rows(made, "people/quotas.csv"):
        quotas[row["payee"], window(row["from"])] += int(row["amount"])
    for fact in _facts(made):
        if fact.payee in enrolled and wanted(fact.kind, fact.motion):
            sold[fact.payee, window(fact.day)][fact.day[:7]] += fact.dollars
    out = {}
    for (payee, label), months in sold.items():
        achieved = Fraction(0)
        for month in sorted(months):
            before, achieved = achieved, achieved + months[month]
            quota = quotas[payee, label]
            out[payee, month] = _cents(curve(achieved, quota, month)) - _cents(curve(before, quota, month))
    return {key: cents for key, cents in out.items() if cents}


def _key(made, component, what="earned_cents"):
    found = [row for row in made.answer_key["payouts"] if row["component"] == component and row[what]]
    return {(row["payee"], row["month"]): row[what] for row in found}


def test_base_follows_the_marginal_tiers_of_the_fiscal_year():
    made = world(7, 2000)

    def curve(achieved, quota, month):
        return _slices(achieved, quota, [(0, 800), (100, 1200), (125, 1600 if month >= "2025-08" else 1500)])

    expected = _accumulated(made, "ae", _year, lambda kind, motion: kind == "direct" and motion in GROWING, curve)

    assert expected == _key(made, "base")


def test_growth_pays_everything_at_the_rate_reached_in_the_quarter():
    made = world(7, 2000)

    def curve(achieved, quota, _):
        share = achieved / quota
        return achieved * (
            Fraction(6, 100) if share >= Fraction(11, 10) else Fraction(45, 1000 if share >= Fraction(4, 5) else 1500)
        )

    expected = _accumulated(made, "am", _quarter, lambda kind, _: kind == "direct", curve)

    assert expected == _key(made, "growth")


def test_override_counts_the_whole_tree():
    made = world(7, 2000)

    def curve(achieved, quota, _):
        return _slices(achieved, quota, [(0, 100), (100, 150)])

    expected = _accumulated(
        made, "manager", _quarter, lambda kind, motion: kind == "rollup" and motion in GROWING, curve
    )

    assert expected == _key(made, "override")


FLAT = {
    "renewal": ("csm", {"renewal"}, {"direct", "overlay"}, Fraction(75, 10_000)),
    "expansion": ("csm", {"upsell", "cross_sell"}, {"direct"}, Fraction(25, 1000)),
    "multi-year": ("ae", {"new_business"}, {"direct"}, Fraction(1, 100)),
}


@pytest.mark.parametrize("component", FLAT)
def test_flat_rates_are_rounded_once_a_deal(component):
    made = world(7, 2000)
    plan, motions, kinds, rate = FLAT[component]
    enrolled = {row["payee"] for row in rows(made, "people/enrolments.csv") if row["plan"] == plan}
    sold, expected = Counter(), Counter()
    for fact in _facts(made):
        long = fact.months >= 36 and "2025-05-01" <= fact.day < "2026-11-01"
        counts = fact.payee in enrolled and fact.motion in motions and fact.kind in kinds
        if counts and (long or component != "multi-year"):
            sold[fact.payee, fact.day[:7], fact.deal] += fact.dollars
    for (payee, month, _), dollars in sold.items():
        expected[payee, month] += _cents(dollars * rate)

    assert expected == _key(made, component)


def test_sourced_deals_pay_250_each():
    made = world(7, 2000)
    enrolled = {row["payee"] for row in rows(made, "people/enrolments.csv") if row["plan"] == "sdr"}
    expected = Counter()
    for fact in _facts(made):
        if fact.payee in enrolled and fact.motion == "new_business" and fact.kind == "overlay":
            expected[fact.payee, fact.day[:7]] += 250_00

    assert expected == _key(made, "sourced")


def test_everything_earned_on_a_deal_cancelled_within_180_days_is_taken_back():
    """Exact for payees with nothing else in the deal's month, where the month's earning is the deal's."""
    made = world(7, 2000)
    taken, earned = _key(made, "base", "clawed_back_cents"), _key(made, "base")
    ae = {row["payee"] for row in rows(made, "people/enrolments.csv") if row["plan"] == "ae"}
    facts = [fact for fact in _facts(made) if fact.kind == "direct" and fact.motion in GROWING and fact.payee in ae]
    clawed = [fact for fact in facts if fact.back]
    months = Counter((fact.payee, fact.day[:7]) for fact in facts)
    backs = Counter((fact.payee, fact.back[:7]) for fact in clawed)
    checked = 0
    for fact in clawed:
        sold, back = (fact.payee, fact.day[:7]), (fact.payee, fact.back[:7])
        assert (date.fromisoformat(fact.back) - date.fromisoformat(fact.day)).days < 180
        assert taken[back] < 0
        if months[sold] == 1 and backs[back] == 1:
            assert taken[back] == -earned[sold]
            checked += 1

    assert checked
    assert set(taken) == set(backs)


def test_attainment_spreads_over_the_tiers():
    """Some years pass the accelerator and some end far below, else the demo shows nothing of the curve."""
    made = world(7, 2000)
    quotas, sold = Counter(), Counter()
    for row in rows(made, "people/quotas.csv"):
        if row["quota"] == "new_acv":
            quotas[row["payee"], _year(row["from"])] += int(row["amount"])
    for fact in _facts(made):
        if fact.kind == "direct" and fact.motion in GROWING:
            sold[fact.payee, _year(fact.day)] += fact.dollars
    attained = [sold[key] / quota for key, quota in quotas.items()]

    assert any(share > Fraction(5, 4) for share in attained)
    assert any(1 < share < Fraction(5, 4) for share in attained)
    assert any(0 < share < Fraction(9, 10) for share in attained)
