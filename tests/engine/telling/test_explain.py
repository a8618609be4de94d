"""Sentences say how each amount came about, and facts are enough to compute it again."""

import json
from fractions import Fraction

import pytest
from hypothesis import given

from engine import frames as f
from engine.telling.explain import explain, explain_assignment
from engine.telling.facts import facts, recomputed
from engine.telling.wording import attainment, exchange, money, number, percent, pieces
from tests.engine.builders import frame, units
from tests.engine.payees.curves.test_shape import OTE, POINTS, STEPS, TIERS, YEAR
from tests.engine.payees.curves.test_shape import component as written
from tests.engine.plans import Case, by_amount, by_share, component, plan, quota, rate, sold, taking_back
from tests.engine.test_pay import cases, quick, sales

TIERED = component(title="Commission on new business", brackets=by_share((0, 8), (100, 12), (125, 15)))
SOURCE = " [base; Handbook, section 3]"
NAMES = {"bob": "Bob Stone", "ada": "Ada Lane"}


def sentences(sale, *components, **changes):
    """What the payees of a sale read, without the source at the end."""
    given_ = {name: changes.pop(name) for name in ("quotas", "fx_rates") if name in changes}
    of = plan(*components, **changes)
    credits_, deals = sale
    by_credit = {row["credit_id"]: row for row in credits_.iter_rows(named=True)}
    by_deal = {row["deal_id"]: row for row in deals.iter_rows(named=True)}
    lines = Case([of], **given_).pays(sale).lines.iter_rows(named=True)
    said = [explain(line, of, by_deal[line["deal_id"]], by_credit[line["source_id"]], NAMES) for line in lines]
    return [text.removesuffix(SOURCE) for text in said]


def test_a_deal_through_three_brackets():
    sale = sold(("2026-05-01", 80_000), ("2026-05-02", Fraction("60000.01"), {"name": "Acme renewal"}))
    first, second = sentences(sale, TIERED, quotas=[quota(100_000)])

    assert first == (
        "D1, credited to you as AE, took you from 0.0 % to 80.0 % of quota (100,000.00 USD in FY2027);"
        " 80,000.00 USD of it fell in the bracket from 0 %: 80,000.00 x 8 % = 6,400.00 USD."
        " [Commission on new business; Handbook, section 3]"
    )
    assert second == (
        "D2 (Acme renewal), credited to you as AE, took you from 80.0 % to 140.0 % of quota"
        " (100,000.00 USD in FY2027);"
        " 20,000.00 USD of it fell in the bracket from 0 %: 20,000.00 x 8 % = 1,600.00 USD;"
        " 25,000.00 USD of it fell in the bracket from 100 %: 25,000.00 x 12 % = 3,000.00 USD;"
        " 15,000.01 USD of it fell in the bracket from 125 %: 15,000.01 x 15 % = 2,250.00 USD;"
        " together 6,850.00 USD. [Commission on new business; Handbook, section 3]"
    )


def test_a_whole_tier_reached_and_lost_again():
    tiers = component(tiers="whole", brackets=by_share((0, 3), (80, "4.5")))
    sale = sold(("2026-05-01", 70_000), ("2026-05-02", 20_000), ("2026-05-03", -20_000))
    _, up, down = sentences(sale, tiers, quotas=[quota(100_000)])

    assert up == (
        "D2, credited to you as AE, took you from 70.0 % to 90.0 % of quota (100,000.00 USD in FY2027);"
        " 10,000.00 USD of it fell in the bracket from 0 %: 10,000.00 x 3 % = 300.00 USD;"
        " reaching 80 % adds 1.5 % to the rate of all before it: 80,000.00 x 1.5 % = 1,200.00 USD;"
        " 10,000.00 USD of it fell in the bracket from 80 %: 10,000.00 x 4.5 % = 450.00 USD;"
        " together 1,950.00 USD."
    )
    assert down == (
        "D3, credited to you as AE, took you back from 90.0 % to 70.0 % of quota (100,000.00 USD in FY2027);"
        " -10,000.00 USD of it fell in the bracket from 80 %: -10,000.00 x 4.5 % = -450.00 USD;"
        " falling below 80 % undoes the 1.5 % more on all before it: -80,000.00 x 1.5 % = -1,200.00 USD;"
        " -10,000.00 USD of it fell in the bracket from 0 %: -10,000.00 x 3 % = -300.00 USD;"
        " together -1,950.00 USD."
    )


def said_of(pays, *sales, **changes):
    """What the payee reads of a component written in YAML, beside where the deal took the total."""
    of = written(pays).model_copy(update={"title": ""})
    sale = sold(*((f"2026-05-0{day}", amount) for day, amount in enumerate(sales, start=1)))
    return [text.partition("); ")[2] for text in sentences(sale, of, quotas=[quota(100_000)], **changes)]


def test_a_row_that_is_reached_is_a_lump():
    up, down, still = said_of(STEPS, 85_000, -10_000, 1_000)

    assert up == "reaching 80 % adds 5,000.00 USD."
    assert down == "falling below 80 % takes back 5,000.00 USD."
    assert still == "it pays no more than before."


def test_a_line_between_points_and_a_multiple_of_the_target_rate():
    points = f"{YEAR}, target: 10_000, below: none, beyond: flat, {POINTS}"

    assert said_of(points, 90_000)[0] == (
        "reaching 80 % adds 5,000.00 USD; 10,000.00 USD of it lies on the line from 80 %:"
        " 10,000.00 x 25 % = 2,500.00 USD; together 7,500.00 USD."
    )
    assert said_of(OTE, 100_000, 10_000)[1] == (
        "10,000.00 USD of it fell in the bracket from 100 %: 10,000.00 x 1.5 x 50,000.00 / 100,000.00 = 7,500.00 USD."
    )
    assert said_of("quota: acv, accumulates: year, target: 33_333, times: 1, rate_decimals: 1", 1_000) == [
        "1,000.00 x 33.3 % = 333.00 USD."
    ]


def test_a_cap_and_a_cliff_and_whole_dollars():
    capped = f"{OTE}, cap: {{per: window, amount: 50_000, then_pays: 10%}}"

    assert said_of(capped, 100_000, 10_000)[1] == (
        "10,000.00 USD of it fell in the bracket from 100 %: 10,000.00 x 1.5 x 50,000.00 / 100,000.00 = 7,500.00 USD;"
        " the cap of 50,000.00 USD leaves 0.00 USD of it and 10 % of the rest: 750.00 USD."
    )
    assert said_of(f"{YEAR}, tiers: overage_cliff, {TIERS}", 100_000, 20_000)[1] == (
        "20,000.00 USD of it fell in the bracket from 100 %: 20,000.00 x 10 % = 2,000.00 USD;"
        " reaching 120 % adds 2 % to the rate of all before it above 80,000.00 USD: 40,000.00 x 2 % = 800.00 USD;"
        " together 2,800.00 USD."
    )
    assert said_of(OTE, 15, rounding_unit=units(5))[0] == (
        "15.00 USD of it fell in the bracket from 0 %: 15.00 x 1 x 50,000.00 / 100,000.00 = 10.00 USD;"
        " totals are rounded to 5.00 USD."
    )


@pytest.mark.parametrize(
    "pays",
    [
        *(STEPS, OTE, f"{YEAR}, tiers: previous_cliff, {TIERS}", f"{OTE}, rate_decimals: 3"),
        f"{OTE}, cap: {{per: window, of_target: 110%, then_pays: 33%}}",
        f"{YEAR}, target: 10_000, boundary: upper, below: flat, beyond: continue, {POINTS}",
    ],
)
def test_every_way_to_pay_follows_from_its_facts(pays):
    of = plan(written(pays))
    sale = sold(*[("2026-05-01", Fraction(amount)) for amount in (80_000, "19999.99", "0.01", 60_000, -70_000)])

    lines = Case([of], quotas=[quota(Fraction(99_999))]).pays(sale).lines
    assert lines.height == 5
    for line in lines.iter_rows(named=True):
        assert recomputed(json.loads(json.dumps(facts(line, of)))) == line["amount_micros"]


def test_a_flat_rate_a_split_and_a_portion():
    credit = {"role": "AM", "share_num": 3, "share_den": 5, "portion": "uplift"}

    assert sentences(sold(("2026-05-01", 600, credit)), component(rate=rate("2.5"))) == [
        "D1, credited to you as AM with 60 % of the uplift, counts 600.00 USD; 600.00 x 2.5 % = 15.00 USD."
    ]


def test_an_amount_of_a_running_total_without_a_quota():
    of = component(accumulates="month", brackets=by_amount((0, 5), (1_000, 10)))
    _, second = sentences(sold(("2026-05-01", 900), ("2026-05-02", 300)), of)

    assert second == (
        "D2, credited to you as AE, took you from 900.00 USD to 1,200.00 USD in 2026-05;"
        " 100.00 USD of it fell in the bracket from 0.00 USD: 100.00 x 5 % = 5.00 USD;"
        " 200.00 USD of it fell in the bracket from 1,000.00 USD: 200.00 x 10 % = 20.00 USD;"
        " together 25.00 USD."
    )


def test_a_bonus_for_an_overlay_and_a_roll_up():
    bonus = component(measure="deals", kind="bonus", pays={"steps": [("0001-01-01", units(250))]})
    overlay = {"kind": "overlay", "role": "SDR"}
    override = component(kind="manager_override", measure="team", rate=rate(1))
    rollup = {"kind": "rollup", "from_payee_id": "bob", "share_num": 1, "share_den": 2}

    assert sentences(sold(("2026-05-01", 9, overlay)), bonus) == [
        "D1, credited to you as overlay SDR, counts 1 deal; 1 x 250.00 USD = 250.00 USD."
    ]
    assert sentences(sold(("2026-05-01", 900, rollup)), override) == [
        "D1, rolled up to you from Bob Stone with 50 %, counts 900.00 USD; 900.00 x 1 % = 9.00 USD."
    ]


def test_a_second_credit_of_a_deal_goes_on_where_the_first_ended():
    credits_, deals = sold(("2026-05-01", 100), ("2026-05-01", 50, {"portion": "uplift"}))
    of_one_deal = credits_.with_columns(deal_id=credits_["deal_id"].replace("D2", "D1"))

    assert sentences((of_one_deal, deals))[1] == (
        "D1, credited to you as AE with 100 % of the uplift, took you from 100.00 USD to 150.00 USD on this deal;"
        " 50.00 x 10 % = 5.00 USD."
    )


def test_the_exchange_rate_is_shown():
    euro = {"currency": "EUR", "from_on": "2026-01-01", "rate_num": 1_000_000, "rate_den": 909_091}

    (said,) = sentences(sold(("2026-05-01", 1_000, {"currency": "EUR"})), fx_rates=[euro])
    assert said == (
        "D1, credited to you as AE, counts 1,099.99989 USD (1,000.00 EUR / 0.909091 = 1,099.99989 USD);"
        " 1,099.99989 x 10 % = 110.00 USD."
    )


def test_a_cent_that_the_running_total_rounds_is_told():
    sale = sold(*[("2026-05-01", Fraction("0.05"))] * 2)

    assert sentences(sale, component(accumulates="year"))[1] == (
        "D2, credited to you as AE, took you from 0.05 USD to 0.10 USD in FY2027;"
        " 0.05 x 10 % = 0.01 USD; rounding the running total makes it 0.00 USD."
    )


def test_a_clawback_says_what_and_why():
    sale = sold(("2026-05-01", 1_000, {"cancelled_on": "2026-06-30", "name": "Acme"}))

    assert sentences(sale, clawback=taking_back(days=90))[1] == (
        "D1 (Acme) was cancelled on 2026-06-30, 60 days after it closed on 2026-05-01 and within the 90 days of the"
        " plan: what it earned, 100.00 USD, is taken back: -100.00 USD."
    )


def test_facts_hold_all_that_the_amount_came_from():
    of = plan(TIERED)
    line = Case([of], [quota(100_000)]).pays(sold(("2026-05-01", 120_000))).lines.row(0, named=True)
    known = facts(line, of)

    assert json.loads(json.dumps(known)) == known
    assert known["slices"][1] == {
        "kind": "slice",
        "bracket": {"share": "1"},
        "starts_at": "100000000000",
        "base": "20000000000",
        "rate": "3/25",
        "amount": "2400000000",
    }
    assert (known["document"], known["rated_on"], known["window"]) == ("Handbook, section 3", "2026-05-01", "FY2027")


@quick
@given(cases(), sales())
def test_every_amount_follows_from_its_facts_alone(case, sale):
    for line in case.pays(sale).lines.iter_rows(named=True):
        assert recomputed(json.loads(json.dumps(facts(line, case.plans[0])))) == line["amount_micros"]


def assignment(**changes):
    owners = {f"{kind}_owner_id": "ada" for kind in ("value", "commercial", "execution")}
    return frame(f.Assignments, [{"deal_id": "D1", "rule": "renewal", **owners, **changes}]).row(0, named=True)


def test_an_assignment_names_the_deal_the_rule_and_the_owners():
    facts_ = {"name": "Acme renewal", "motion": "renewal", "account_name": "Acme", "classified_by": "contract"}
    uplift = {"uplift_num": 1, "uplift_den": 4, "months_since_signing": 12}
    deal = frame(f.Classified, [{"deal_id": "D1", **facts_, **uplift}]).row(0, named=True)

    nature, *decision = explain_assignment(assignment(commercial_owner_id="eve", execution_owner_id=None), deal, NAMES)
    assert nature == (
        "D1 (Acme renewal) of Acme counts as renewal (by contract): closed on 2026-05-15, ACV 12,000.00 USD,"
        " uplift 25 %, 12 months since signing, Mid-Market, West."
    )
    assert decision == [
        "Rules of engagement house decided by because",
        "Owners: value Ada Lane, commercial eve, execution nobody.",
    ]


def test_a_held_deal_says_why():
    deal = frame(f.Classified, [{"deal_id": "D1", "segment": None, "territory": None}]).row(0, named=True)
    held = assignment(rule=None, held=True, reason="Held: it fits no rule.", value_owner_id=None)
    nature = "D1 counts as new business (by type): closed on 2026-05-15, ACV 12,000.00 USD."

    assert explain_assignment(held, deal) == [nature, "Held: it fits no rule."]
    assert explain_assignment(held, None) == ["Held: it fits no rule."]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (percent(Fraction(3, 20)), "15 %"),
        (percent(Fraction("0.0075")), "0.75 %"),
        (percent(Fraction(1, 3)), "100/3 %"),
        (attainment(-1, 3), "-33.3 %"),
        (attainment(9995, 10_000), "100.0 %"),
        (attainment(-1, 100_000), "0.0 %"),
        (number(Fraction("1234.5")), "1,234.5"),
        (number(Fraction("-0.5")), "-0.5"),
        (pieces(500_000), "0.5"),
        (exchange(11, 10), "x 1.1"),
        (exchange(10, 11), "/ 1.1"),
        (exchange(10, 21), "/ 2.1"),
        (exchange(7, 3), "x 7/3"),
        (exchange(1_099_999_890_000_010_999, 10**18), "x 1.099999890000010999"),
        (exchange(10**18, 1_099_999_890_000_010_999), "/ 1.099999890000010999"),
        (exchange(1_099_999_890_000_010_999, 1_265_822_784_810_126_583), "x about 0.868999913"),
        (money(Fraction(10**10 + 1, 2), "USD"), "5,000.000001 USD"),
    ],
)
def test_how_numbers_are_said(said, expected):
    assert said == expected
