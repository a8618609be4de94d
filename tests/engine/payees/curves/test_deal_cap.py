"""A cap on each deal by itself, in an order against splits that the plan states."""

import json
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.payees.curves.curve import Limit
from engine.payees.curves.curve_columns import whole
from engine.payees.curves.deal_cap import limited, within
from engine.telling.explain import explain
from engine.telling.facts import facts, recomputed
from tests.engine.builders import units
from tests.engine.payees.curves.test_shape import TIERS, YEAR
from tests.engine.payees.curves.test_shape import component as written
from tests.engine.plans import Case, amounts, plan, quota, sold

HALF = {"share_num": 1, "share_den": 2}


def case(cap, pays=f"{YEAR}, tiers: marginal, {TIERS}"):
    return Case([plan(written(f"{pays}, cap: {cap}"))], quotas=[quota(100_000)])


def test_what_lies_above_the_cap_of_a_deal_is_lost_and_counts_for_the_next_deal_all_the_same():
    outcome = case("{per: deal, amount: 4_500}").pays(sold(("2026-03-01", 100_000), ("2026-04-01", 10_000)))

    assert amounts(outcome) == [4_500, 1_000]
    assert outcome.lines["limit_micros"].to_list() == [units(4_500), units(4_500)]


def test_a_soft_cap_pays_a_part_of_what_lies_above_it():
    assert amounts(case("{per: deal, amount: 4_600, then_pays: 50%}").pays(sold(("2026-03-01", 100_000)))) == [5_100]


def test_a_deal_does_not_take_back_more_than_the_cap_either():
    outcome = case("{per: deal, amount: 4_500}").pays(sold(("2026-03-01", 100_000), ("2026-04-01", -100_000)))

    assert amounts(outcome) == [4_500, -4_500]


@pytest.mark.parametrize(("applies", "pays"), [("after_split", 4_500), ("before_split", 2_250)])
def test_the_order_against_splits_is_the_plans(applies, pays):
    sale = sold(("2026-03-01", 100_000, HALF))

    assert amounts(case(f"{{per: deal, amount: 4_500, applies: {applies}}}").pays(sale)) == [pays]


def test_a_deal_by_itself_does_not_take_back_more_than_its_cap():
    sales = sold(("2026-03-01", 100_000), ("2026-04-01", -100_000), ("2026-05-01", -20_000))

    assert amounts(case("{per: deal, amount: 4_500}", "rate: 10%").pays(sales)) == [4_500, -4_500, -2_000]


def test_a_split_deal_by_itself_is_capped_before_the_split():
    cap = "{per: deal, amount: 4_500, applies: before_split}"

    assert amounts(case(cap, "rate: 10%").pays(sold(("2026-03-01", 100_000, HALF)))) == [2_250]


def test_two_credits_of_one_deal_share_its_cap():
    credits_, deals = sold(("2026-03-01", 60_000), ("2026-03-01", 40_000, {"portion": "uplift"}), ("2026-03-02", 500))
    of_one_deal = credits_.with_columns(deal_id=credits_["deal_id"].replace("D2", "D1"))

    outcome = case("{per: deal, amount: 4_500}").pays((of_one_deal, deals))
    assert amounts(outcome) == [3_000, 1_500, 50]
    assert outcome.lines["limit_micros"].to_list() == [units(4_500), units(1_500), units(4_500)]


@pytest.mark.parametrize(
    ("sales", "pays"),
    [((60_000, -10_000), [4_500, 0]), ((60_000, -20_000), [4_500, -500]), ((-10_000, 60_000), [-1_000, 5_500])],
)
def test_what_a_deal_comes_to_in_all_is_capped_in_whatever_order_its_credits_come(sales, pays):
    first, second = sales
    credits_, deals = sold(("2026-03-01", first), ("2026-03-01", second, {"portion": "uplift"}))
    of_one_deal = credits_.with_columns(deal_id=credits_["deal_id"].replace("D2", "D1"))

    assert (
        amounts(case("{per: deal, amount: 4_500}", "rate: 10%, accumulates: year").pays((of_one_deal, deals))) == pays
    )


def test_before_the_split_a_portion_has_its_part_of_the_cap():
    half = {"portion": "uplift", "units_micros": units(1) // 2}
    sale = sold(("2026-03-01", 100_000, half))

    assert amounts(case("{per: deal, amount: 4_500, applies: before_split}", "rate: 10%").pays(sale)) == [2_250]


def test_the_sentence_and_the_facts_know_the_cap():
    of = case("{per: deal, amount: 4_500, then_pays: 10%}")
    sale = sold(("2026-03-01", 100_000))
    line = of.pays(sale).lines.row(0, named=True)

    said = explain(line, of.plans[0], sale[1].row(0, named=True), sale[0].row(0, named=True))
    assert "; the cap on a deal leaves 4,500.00 USD of it and 10 % of the rest: 4,610.00 USD. [" in said
    assert recomputed(json.loads(json.dumps(facts(line, of.plans[0])))) == line["amount_micros"] == units(4_610)


pays = st.integers(-(10**15), 10**15)
deals = st.sampled_from(["D1", "D2", None])
thens = st.integers(0, 99).map(lambda part: Fraction(part, 100))


@settings(deadline=None)
@given(st.lists(st.tuples(deals, pays), min_size=1, max_size=8), st.integers(0, 10**14), thens, st.booleans())
def test_columns_agree_with_numbers_and_a_hard_cap_is_never_passed(rows, height, then, before_split):
    frame = pl.DataFrame(
        [("ada", f"C{place}", deal, pay, 1, 3) for place, (deal, pay) in enumerate(rows)],
        schema={
            **dict.fromkeys(["payee_id", "credit_id", "deal_id"], pl.String),
            "pay": pl.Int128,
            "share_num": pl.Int64,
            "share_den": pl.Int64,
        },
        orient="row",
    )
    limit = Limit(Fraction(height), then)
    capped = frame.with_columns(height=whole(height), then_num=whole(then.numerator), then_den=whole(then.denominator))
    paid = limited(capped, before_split=before_split, unit=10_000, mode="half_up")

    assert paid["pay"].to_list() == [
        within(pay, room, limit, 10_000, "half_up") for (_, pay), room in zip(rows, paid["limit_micros"], strict=True)
    ]
    totals = paid.filter(pl.col("deal_id").is_not_null()).group_by("deal_id").agg(pl.col("pay").sum())["pay"]
    if not then and not before_split:
        assert all(abs(total) <= height + 10_000 * len(rows) for total in totals)
