"""What must hold for every book and every plan: order, batches and reruns change no cent."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import frames as f
from engine.money import minor_unit_micros, round_ratio
from engine.payees.curves.curve import value_at
from engine.payees.curves.shape import curve_of
from tests.engine.plans import Case, by_amount, by_share, component, ledger, plan, quota, rate, sold, taking_back

quick = settings(max_examples=settings().max_examples // 20)

FIRST = date(2026, 2, 1)
cents = st.integers(-5_000_000, 20_000_000).map(lambda amount: Fraction(amount, 100))
days = st.integers(0, 364).map(lambda place: (FIRST + timedelta(days=place)).isoformat())
payees = st.sampled_from(["ada", "bob", "eve"])
percents = st.integers(0, 5_000).map(lambda hundredths: Fraction(hundredths, 100))
cancellations = st.none() | st.integers(-10, 400).map(lambda place: (FIRST + timedelta(days=place)).isoformat())


@st.composite
def sales(draw):
    rows = draw(st.lists(st.tuples(days, cents, payees, cancellations), min_size=1, max_size=12))
    return sold(*[(day, amount, {"payee_id": payee, "cancelled_on": gone}) for day, amount, payee, gone in rows])


@st.composite
def components(draw, rising=False):
    """Any component, by shares or amounts, marginal or whole, of any accumulation."""
    starts = sorted({0, *draw(st.lists(st.integers(1, 200), max_size=3))})
    rates = draw(st.lists(percents, min_size=len(starts), max_size=len(starts)))
    pairs = list(zip(starts, sorted(rates) if rising else rates, strict=True))
    shares = draw(st.booleans())
    of = by_share(*pairs) if shares else by_amount(*[(start * 1_000, percent) for start, percent in pairs])
    every = ["quarter", "year"] if shares else ["transaction", "month", "quarter", "half", "year"]
    return component(
        brackets=of, tiers=draw(st.sampled_from(["marginal", "whole"])), accumulates=draw(st.sampled_from(every))
    )


@st.composite
def cases(draw, rising=False):
    """A plan of two components for three payees, each with quotas by quarter."""
    one = draw(components(rising=rising))
    other = component(id="spiff", kind="spiff", rate=rate(draw(percents)))
    currency = draw(st.sampled_from(["USD", "JPY", "KWD"]))
    rounding = draw(st.sampled_from(["half_up", "half_even", "down"]))
    of = plan(one, other, currency=currency, rounding=rounding, clawback=taking_back("base", "spiff", days=90))
    edges = ["2026-02-01", "2026-05-01", "2026-08-01", "2026-11-01", "2027-02-01"]
    quotas = [
        quota(draw(st.integers(1, 100_000)), person_id=payee, from_on=since, until_on=until)
        for payee in ("ada", "bob", "eve")
        for since, until in pairwise(edges)
    ]
    enrolments = [{"person_id": payee, "plan": "ae"} for payee in ("ada", "bob", "eve")]
    fx = [{"currency": code, "from_on": "2020-01-01", "rate_num": 7, "rate_den": 9} for code in ("JPY", "KWD")]
    return Case([of], quotas, enrolments, fx)


def by_key(lines):
    return lines.sort("component", "payee_id", "source_id", "part")


@quick
@given(cases(), sales(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(case, sale, chance):
    order = list(range(sale[0].height))
    chance.shuffle(order)
    shuffled = tuple(frame[order] for frame in sale)

    assert by_key(case.pays(shuffled).lines).equals(by_key(case.pays(sale).lines))


@quick
@given(cases(), sales())
def test_payees_computed_apart_are_payees_computed_together(case, sale):
    credits_, deals = sale
    apart = [case.pays((credits_.filter(payee_id=payee), deals)).lines for payee in ("ada", "bob", "eve")]

    assert by_key(pl.concat(apart)).equals(by_key(case.pays(sale).lines))


@quick
@given(cases(), sales())
def test_lines_of_a_window_add_up_to_the_rounded_total(case, sale):
    lines = case.pays(sale).lines.filter(part="earning")
    of = case.plans[0]
    for component_ in of.components:
        curve = curve_of(component_, FIRST)
        for _, window in lines.filter(component=component_.id).group_by("payee_id", "window"):
            total = value_at(curve, window["base_micros"].sum(), window["quota_micros"][0] or 0)
            unit = minor_unit_micros(of.currency)
            assert window["amount_micros"].sum() == round_ratio(total.numerator, total.denominator, unit, of.rounding)


@quick
@given(cases(), sales(), sales())
def test_the_ledger_arrives_at_the_lines_and_stays_there(case, before, after):
    first = case.pays(before)
    second = case.pays(after, ledger(first.postings))
    held = ledger(first.postings, second.postings)

    assert case.pays(after, held).postings.height == 0
    assert held["amount_micros"].sum() == second.lines["amount_micros"].sum()


@quick
@given(cases(), sales())
def test_adding_and_deleting_deals_nets_to_zero(case, sale):
    first = case.pays(sale)
    nothing = (sale[0].clear(), sale[1])
    second = case.pays(nothing, ledger(first.postings))

    assert set(ledger(first.postings, second.postings)["amount_micros"]) <= {0}
    assert case.pays(nothing, ledger(first.postings, second.postings)).postings.height == 0


@quick
@given(cases(rising=True), sales(), st.integers(1, 10**9), st.data())
def test_a_bigger_deal_is_never_paid_less_in_total(case, sale, more, data):
    credits_, deals = sale
    place = data.draw(st.integers(0, credits_.height - 1))
    grown = credits_.with_columns(
        acv_micros=pl.when(pl.int_range(pl.len()) == place).then(pl.col("acv_micros") + more).otherwise("acv_micros")
    )
    total = [case.pays((of, deals)).lines.filter(part="earning")["amount_micros"].sum() for of in (credits_, grown)]

    assert total[0] <= total[1]


@quick
@given(cases(), sales())
def test_columns_agree_with_fractions_line_by_line(case, sale):
    of = case.plans[0]
    parts = {part.id: part for part in of.components}
    for line in case.pays(sale).lines.filter(part="earning").iter_rows(named=True):
        curve, quota_ = curve_of(parts[line["component"]], line["rated_on"]), line["quota_micros"] or 0
        ends = [value_at(curve, line[name], quota_) for name in ("before_micros", "after_micros")]
        unit = minor_unit_micros(of.currency)
        rounded = [round_ratio(end.numerator, end.denominator, unit, of.rounding) for end in ends]
        assert line["amount_micros"] == rounded[1] - rounded[0]
        assert line["after_micros"] == line["before_micros"] + line["base_micros"]


@quick
@given(sales(), st.sampled_from([10, 1_000, 10_000]))
def test_scaling_a_flat_plan_scales_pay(sale, factor):
    case = Case([plan()], enrolments=[{"person_id": payee, "plan": "ae"} for payee in ("ada", "bob", "eve")])
    credits_, deals = sale
    scaled = credits_.with_columns(acv_micros=pl.col("acv_micros") * 100 * factor)
    once = case.pays((credits_.with_columns(acv_micros=pl.col("acv_micros") * 100), deals)).lines

    assert (once["amount_micros"] * factor).equals(case.pays((scaled, deals)).lines["amount_micros"])


def test_nothing_sold_is_nothing_paid():
    outcome = Case([plan()]).pays((f.Credits.empty(), f.Classified.empty()))

    assert (outcome.lines.height, outcome.postings.height, outcome.issues) == (0, 0, ())
