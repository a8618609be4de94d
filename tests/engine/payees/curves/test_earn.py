"""Lines at each edge of each kind of component, with the numbers a handbook would print."""

from fractions import Fraction

import pytest

from engine.money import Rounding
from tests.engine.builders import units
from tests.engine.payees.curves.test_shape import brackets
from tests.engine.payees.curves.test_shape import component as written
from tests.engine.plans import Case, amounts, by_amount, by_share, codes, component, ledger, plan, quota, rate, sold

TIMES = brackets("times", ("0%", 1), ("100%", 2))
TIERED = component(brackets=by_share((0, 8), (100, 12), (125, 15)))


def case(*components, **changes):
    quotas = changes.pop("quotas", [quota(100_000)])
    return Case(plans=[plan(*components, **changes)], quotas=quotas)


def test_three_marginal_brackets_of_a_year():
    outcome = case(TIERED).pays(
        sold(("2026-02-01", 80_000), ("2026-06-30", 60_000), ("2027-01-31", 10_000), ("2027-01-31", -5_000))
    )

    assert amounts(outcome) == [6_400, 20_000 * 8 // 100 + 25_000 * 12 // 100 + 15_000 * 15 // 100, 1_500, -750]
    assert outcome.lines["window"].unique().to_list() == ["FY2027"]
    assert outcome.lines["period"].to_list() == ["2026-02", "2026-06", "2027-01", "2027-01"]
    assert outcome.issues == ()


@pytest.mark.parametrize(
    ("second", "pays"),
    [
        (Fraction("19999.99"), Fraction("1600.00")),
        (20_000, 1_600),
        (Fraction("20000.01"), 1_600),
        (Fraction("20000.05"), Fraction("1600.01")),
        (45_000, 4_600),
        (Fraction("45000.10"), Fraction("4600.02")),
    ],
)
def test_below_at_and_above_each_bracket(second, pays):
    assert amounts(case(TIERED).pays(sold(("2026-03-01", 80_000), ("2026-03-02", second))))[1] == pays


def test_a_whole_tier_reached_pays_back_to_the_first_dollar_of_the_quarter():
    of = component(tiers="whole", accumulates="quarter", brackets=by_share((0, 3), (80, "4.5"), (110, 6)))
    quarter = quota(100_000, until_on="2026-05-01")
    outcome = case(of, quotas=[quarter]).pays(
        sold(("2026-02-01", 79_999), ("2026-03-01", 1), ("2026-04-30", 30_000), ("2026-04-30", -1))
    )

    assert amounts(outcome) == [Fraction("2399.97"), Fraction("1200.03"), 3_000, Fraction("-1650.04")]
    assert sum(amounts(outcome)) == Fraction("4949.96")


def test_a_new_quarter_starts_at_zero():
    of = component(accumulates="quarter", brackets=by_share((0, 10), (100, 20)))
    quarters = [
        quota(10_000, from_on="2026-02-01", until_on="2026-05-01"),
        quota(10_000, from_on="2026-05-01", until_on="2026-08-01"),
    ]
    outcome = case(of, quotas=quarters).pays(sold(("2026-04-30", 15_000), ("2026-05-01", 15_000)))

    assert amounts(outcome) == [2_000, 2_000]
    assert outcome.lines["window"].to_list() == ["FY2027-Q1", "FY2027-Q2"]


def test_a_rate_raised_in_the_year_pays_for_deals_from_that_day_on():
    of = component(brackets=by_share((0, {"2026-01-01": 8, "2026-08-01": 10})))
    outcome = case(of).pays(sold(("2026-07-31", 1_000), ("2026-08-01", 1_000)))

    assert amounts(outcome) == [80, 100]


def test_a_ramp_is_a_row_of_quota_for_each_month():
    ramp = [
        quota(5_000, from_on="2026-02-01", until_on="2026-03-01"),
        quota(15_000, from_on="2026-03-01", until_on="2026-05-01"),
        quota(80_000, from_on="2026-05-01", until_on="2027-02-01"),
    ]
    outcome = case(TIERED, quotas=ramp).pays(sold(("2026-05-15", 100_001)))

    assert amounts(outcome) == [Fraction("8000.12")]
    assert outcome.lines["quota_micros"].to_list() == [units(100_000)]


def test_a_component_of_a_short_life_pays_from_its_first_day_until_its_last():
    spiff = component(id="spiff", kind="spiff", effective={"from": "2026-05-01", "until": "2026-06-01"})
    outcome = case(spiff).pays(sold(("2026-04-30", 100), ("2026-05-01", 100), ("2026-05-31", 100), ("2026-06-01", 100)))

    assert outcome.lines["source_id"].to_list() == ["C2", "C3"]
    assert outcome.lines["kind"].to_list() == ["spiff", "spiff"]


def test_a_bonus_for_each_deal_and_half_of_it_for_half_a_deal():
    bonus = component(id="sourced", kind="bonus", measure="deals", pays={"steps": [("0001-01-01", units(250))]})
    outcome = case(bonus).pays(
        sold(("2026-05-01", 9), ("2026-05-02", 9, {"kind": "overlay"}), ("2026-05-03", 9, {"units_micros": 500_000}))
    )

    assert amounts(outcome) == [250, 250, 125]


def test_a_manager_is_paid_on_roll_ups_only():
    override = component(id="override", kind="manager_override", measure="team", rate=rate(1))
    rollup = {"kind": "rollup", "from_payee_id": "bob"}
    outcome = case(override).pays(sold(("2026-05-01", 1_000), ("2026-05-02", 2_000, rollup)))

    assert amounts(outcome) == [20]
    assert outcome.lines["kind"].to_list() == ["manager_override"]


def test_brackets_of_amount_apply_to_each_deal_apart():
    of = component(accumulates="transaction", brackets=by_amount((0, 5), (10_000, 10)))
    outcome = case(of).pays(sold(("2026-05-01", 10_000), ("2026-05-02", 15_000)))

    assert amounts(outcome) == [500, 1_000]
    assert outcome.lines["window"].to_list() == ["D1", "D2"]


def test_two_credits_of_one_deal_are_one_transaction():
    of = component(accumulates="transaction", brackets=by_amount((0, 5), (10_000, 10)))
    portions = [("2026-05-01", 10_000, {"portion": "renewed"}), ("2026-05-01", 5_000, {"portion": "uplift"})]
    credits_, deals = sold(*portions)
    same_deal = credits_.with_columns(deal_id=credits_["deal_id"].replace("D2", "D1"))

    assert amounts(case(of).pays((same_deal, deals))) == [500, 500]


@pytest.mark.parametrize(
    ("rounding", "lines"),
    [
        ("half_up", [Fraction("0.01"), 0, Fraction("0.01")]),
        ("half_even", [0, Fraction("0.01"), Fraction("0.01")]),
        ("down", [0, Fraction("0.01"), 0]),
    ],
)
def test_rounding_is_cumulative_and_the_plans_own(rounding: Rounding, lines):
    of = component(accumulates="year")
    outcome = case(of, rounding=rounding).pays(sold(*[("2026-05-01", Fraction("0.05"))] * 3))

    assert amounts(outcome) == lines


def test_yen_are_paid_whole():
    outcome = case(component(accumulates="year", rate=rate("0.75")), currency="JPY").pays(
        sold(*[("2026-05-01", 100, {"currency": "JPY"})] * 3)
    )

    assert amounts(outcome) == [1, 1, 0]


def test_what_pays_nothing_is_shown_and_what_adds_nothing_is_not():
    outcome = case(component(rate=rate(0))).pays(sold(("2026-05-01", 100), ("2026-05-02", 0)))

    assert amounts(outcome) == [0]
    assert outcome.postings.height == 0


def test_numbers_beyond_128_bits_are_computed_one_by_one():
    odd = tuple(Fraction(1, prime) for prime in (999_999_999_989, 999_999_999_961, 999_999_999_959))
    of = component(brackets=by_share((0, odd[0]), (100, odd[1]), (200, odd[2])))
    outcome = case(of, quotas=[quota(10**12)]).pays(sold(("2026-05-01", 10**12), ("2026-05-02", 10**12)))

    assert amounts(outcome) == [Fraction("0.01"), Fraction("0.01")]


def test_pay_beyond_what_the_books_hold_is_held():
    dear = component(pays={"steps": [("0001-01-01", 10**18)]})
    sale = sold(("2026-05-01", 1), ("2026-05-02", 2))
    outcome = case(dear).pays(sale, ledger(case(component()).pays(sale).postings))

    assert amounts(outcome) == [10**12]
    assert outcome.postings["source_id"].to_list() == ["C1"]
    assert codes(outcome) == ["pay_out_of_range"]
    assert str(outcome.issues[0]) == (
        "deal D2: would pay more than the books can hold; it is held out of component 'base' of plan 'ae'."
        " Correct the amount in the CRM or the plan's rate."
    )


def test_each_payee_has_a_target_of_the_payees_own():
    of = written("quota: acv, accumulates: year, targets: variable, tiers: marginal, " + TIMES)
    quotas = [quota(100_000), quota(50_000, person_id="bob")]
    quotas += [quota(30_000, quota="variable"), quota(20_000, person_id="bob", quota="variable")]
    enrolments = [{"person_id": payee, "plan": "ae"} for payee in ("ada", "bob")]
    sale = sold(
        ("2026-03-01", 50_000), ("2026-03-02", 60_000, {"payee_id": "bob"}), ("2026-03-03", 100_000), ("2026-03-04", 0)
    )

    outcome = Case([plan(of)], quotas=quotas, enrolments=enrolments).pays(sale)
    assert amounts(outcome) == [15_000, 15_000 + 30_000, 20_000 + 8_000]
    assert outcome.lines["target_micros"].to_list() == [units(30_000), units(30_000), units(20_000)]


def test_a_payee_without_a_target_is_held():
    of = written("quota: acv, accumulates: year, targets: variable, times: 1")
    outcome = case(of).pays(sold(("2026-03-01", 50_000)))

    assert outcome.lines.height == 0
    assert str(outcome.issues[0]) == (
        "payee ada: has no target 'variable' of zero or more in FY2027, or one that is only partly inside it for"
        " component 'base' of plan 'ae'; credits held: 1."
        " Add rows to the quota file, or to people.csv, for the days of FY2027."
    )
