"""What counts, what it is worth, and what is held when nobody can say."""

from fractions import Fraction

import pytest

from engine.documents.measures.measure import Measure
from tests.engine.builders import units, when, window
from tests.engine.plans import Case, amounts, by_share, codes, component, ledger, plan, quota, rate, sold

TIERED = component(brackets=by_share((0, 8), (100, 12)))
EURO = {"currency": "EUR"}


def fx(num, den=1, **changes):
    return {"currency": "EUR", "from_on": "2026-01-01", "rate_num": num, "rate_den": den, **changes}


def test_totals_run_in_order_of_day_and_credit_whatever_order_deals_arrive_in():
    sale = sold(("2026-06-02", 20_000), ("2026-06-01", 30_000), ("2026-06-01", 10_000))
    outcome = Case([plan(TIERED)], [quota(100_000)]).pays(tuple(frame.reverse() for frame in sale))

    assert outcome.lines["source_id"].to_list() == ["C2", "C3", "C1"]
    assert outcome.lines["before_micros"].to_list() == [0, units(30_000), units(40_000)]
    assert outcome.lines["after_micros"].to_list() == [units(30_000), units(40_000), units(60_000)]


def test_only_deals_that_fit_the_measure_count_and_a_gap_in_the_data_is_told():
    measures = {"acv": Measure(sum="acv", when=when(motion="new_business", term_months={"min": 36}))}
    sale = sold(
        ("2026-06-01", 100, {"term_months": 36}),
        ("2026-06-02", 100, {"term_months": 35}),
        ("2026-06-03", 100, {"term_months": None}),
        ("2026-06-04", 100, {"term_months": 36, "motion": "renewal"}),
    )
    outcome = Case([plan(measures=measures)]).pays(sale)

    assert outcome.lines["source_id"].to_list() == ["C1"]
    assert [str(issue) for issue in outcome.issues] == [
        (
            "deal D3: has no term_months, which measure 'acv' of plan 'ae' tests; it is not counted."
            " Fill the field in the CRM."
        )
    ]


def test_a_measure_may_look_at_named_accounts():
    named = {"list_entries": [{"list": "named", "account_id": "A7"}]}
    measures = {"acv": Measure(sum="acv", when=when({"listed_in": "named"}))}
    sale = sold(("2026-06-01", 100), ("2026-06-02", 100, {"account_id": "A7"}))

    assert Case([plan(measures=measures)], others=named).pays(sale).lines["source_id"].to_list() == ["C2"]


def test_credits_of_a_deal_that_is_not_classified_are_held():
    credits_, deals = sold(("2026-06-01", 100), ("2026-06-02", 100))
    measures = {"acv": Measure(sum="acv", when=when(motion="new_business")), "all": Measure(sum="acv")}
    case = Case([plan(component(), component(id="other", measure="all"), measures=measures)])
    posted = ledger(case.pays((credits_, deals)).postings)
    outcome = case.pays((credits_, deals.head(1)), posted)

    assert outcome.lines["source_id"].to_list() == ["C1", "C1"]
    assert outcome.postings.height == 0
    assert [(issue.code, issue.subject) for issue in outcome.issues] == [("deal_unknown", "deal D2")]


def test_a_missing_quota_holds_the_window_and_names_it():
    outcome = Case([plan(TIERED, component(id="flat"))], []).pays(sold(("2026-06-01", 100), ("2026-06-02", 100)))

    assert outcome.lines["component"].unique().to_list() == ["flat"]
    assert [str(issue) for issue in outcome.issues] == [
        (
            "payee ada: has no quota 'acv' in FY2027 for component 'base' of plan 'ae'; credits held: 2."
            " Add rows to the quota table whose days lie inside FY2027."
        )
    ]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([quota(0)], "quota_not_positive"),
        ([quota(-1)], "quota_not_positive"),
        ([quota(100, from_on="2026-01-31")], "quota_straddles"),
        ([quota(100), quota(100, from_on="2027-01-01", until_on="2027-02-02")], "quota_straddles"),
        ([quota(100, from_on="2025-02-01", until_on="2026-02-01")], "quota_missing"),
        ([quota(100, quota="another")], "quota_missing"),
        ([quota(100, person_id="bob")], "quota_missing"),
        ([quota(10**12)] * 10, "total_out_of_range"),
    ],
)
def test_a_quota_that_says_nothing_certain_holds_the_window(rows, code):
    outcome = Case([plan(TIERED)], rows).pays(sold(("2026-06-01", 100)))

    assert outcome.lines.height == 0
    assert codes(outcome) == [code]


def test_a_quota_only_shown_may_be_missing_or_unclear():
    shown = plan(component(quota="acv", accumulates="year"))
    over_the_edge = quota(100, from_on="2027-01-01", until_on="2027-02-02")
    for rows in ([], [quota(100), over_the_edge]):
        outcome = Case([shown], rows).pays(sold(("2026-06-01", 100)))

        assert amounts(outcome) == [10]
        assert outcome.lines["quota_micros"].to_list() == [None]
        assert outcome.issues == ()


def test_what_was_posted_stays_while_a_window_is_held():
    sale = sold(("2026-06-01", 100))
    first = Case([plan(TIERED)], [quota(1_000)]).pays(sale)
    posted = ledger(first.postings)

    assert Case([plan(TIERED)], []).pays(sale, posted).postings.height == 0
    assert Case([plan(TIERED)], [quota(1_000)]).pays(sale, posted).postings.height == 0


def test_foreign_deals_are_exchanged_at_the_rate_of_their_day():
    rates = [fx(11, 10, until_on="2026-06-02"), fx(12, 10, from_on="2026-06-02")]
    outcome = Case([plan()], fx_rates=rates).pays(sold(("2026-06-01", 100, EURO), ("2026-06-02", 100, EURO)))

    assert amounts(outcome) == [11, 12]
    assert outcome.lines.select("fx_num", "fx_den").rows() == [(11, 10), (6, 5)]
    assert outcome.lines["currency"].to_list() == ["USD", "USD"]


def test_a_plan_in_a_foreign_currency_goes_through_the_companys():
    rates = [fx(11, 10), fx(1, 150, currency="JPY")]
    outcome = Case([plan(currency="JPY")], fx_rates=rates).pays(
        sold(("2026-06-01", 100, EURO), ("2026-06-01", 100), ("2026-06-01", 100, {"currency": "JPY"}))
    )

    assert amounts(outcome) == [1_650, 1_500, 10]
    assert outcome.lines.select("fx_num", "fx_den").rows() == [(165, 1), (150, 1), (None, None)]


def test_an_exchanged_amount_is_rounded_to_micro_units():
    tiny = [Fraction(micros, 10**6) for micros in (1, 3, -1, -3)]
    outcome = Case([plan()], fx_rates=[fx(1, 2)]).pays(sold(*[("2026-06-01", amount, EURO) for amount in tiny]))

    assert outcome.lines["base_micros"].to_list() == [1, 2, -1, -2]


@pytest.mark.parametrize(
    "rates",
    [
        [],
        [fx(1, from_on="2026-06-02")],
        [fx(1, until_on="2026-06-01")],
        [fx(1), fx(2)],
        [fx(2**63 - 1, 2), fx(1, 2**63 - 1, currency="JPY")],
    ],
)
def test_without_one_exact_rate_a_deal_is_held(rates):
    into = "JPY" if len(rates) == 2 and rates[1]["currency"] == "JPY" else "USD"
    home = {"currency": into}
    outcome = Case([plan(currency=into)], fx_rates=rates).pays(sold(("2026-06-01", 100, EURO), ("2026-06-02", 7, home)))

    assert outcome.lines["source_id"].to_list() == ["C2"]
    assert [str(issue) for issue in outcome.issues] == [
        (
            f"currency EUR: has no single exchange rate into {into} on 2026-06-01; held: deals D1."
            " Add one dated rate that covers 2026-06-01 in the CRM's currency table."
        )
    ]


def test_counting_deals_needs_no_rate():
    bonus = component(measure="deals", pays={"steps": [("0001-01-01", units(250))]})

    assert amounts(Case([plan(bonus)]).pays(sold(("2026-06-01", 100, EURO)))) == [250]


def test_an_issue_names_five_deals_and_counts_the_others():
    outcome = Case([plan()]).pays(sold(*[("2026-06-01", 1, EURO)] * 7))

    assert outcome.issues[0].message.endswith("held: deals D1, D2, D3, D4, D5 and 2 more.")


def test_amounts_and_totals_out_of_range_are_held():
    large = component(accumulates="year")
    sale = sold(("2026-06-01", 10**12), *[("2026-06-02", 10**12)] * 9, ("2027-03-01", 10**12 + 1))
    outcome = Case([plan(large)]).pays(sale)

    assert outcome.lines.height == 0
    assert codes(outcome) == ["amount_out_of_range", "total_out_of_range"]


def test_a_deal_before_the_first_rate_is_held():
    outcome = Case([plan(component(rate=rate({"2026-06-02": 10})))]).pays(
        sold(("2026-06-01", 100), ("2026-06-02", 100))
    )

    assert amounts(outcome) == [10]
    assert [(issue.code, issue.subject) for issue in outcome.issues] == [("rate_missing", "deal D1")]


def test_enrolment_and_plan_file_decide_by_the_day():
    old = plan(component(rate=rate(10)), version="v1", effective=window("2026-01-01", "2026-06-01"))
    new = plan(component(rate=rate(20)), version="v2", effective=window("2026-06-01"))
    enrolled = [{"person_id": "ada", "plan": "ae", "from_on": "2026-05-01", "until_on": "2026-07-01"}]
    outcome = Case([old, new], enrolments=enrolled).pays(
        sold(("2026-04-30", 1), ("2026-05-01", 1), ("2026-05-31", 1), ("2026-06-01", 1), ("2026-07-01", 1))
    )

    assert outcome.lines.select("source_id", "plan_version").rows() == [("C2", "v1"), ("C3", "v1"), ("C4", "v2")]
    assert [str(issue) for issue in outcome.issues] == [
        (
            "payee ada: is credited on days without a plan (2026-04-30 to 2026-07-01, credits: 2); that earns nothing."
            " Enrol the payee in a plan that is in force on those days, or leave it so."
        )
    ]


def test_a_new_plan_file_starts_at_zero():
    first = plan(component(accumulates="year"), version="v1", effective=window("2026-01-01", "2026-06-01"))
    second = plan(component(accumulates="year"), version="v2", effective=window("2026-06-01"))
    outcome = Case([first, second]).pays(sold(("2026-05-31", 100), ("2026-06-01", 100)))

    assert outcome.lines["before_micros"].to_list() == [0, 0]


def test_a_day_enrolled_twice_counts_once():
    twice = [
        {"person_id": "ada", "plan": "ae", "from_on": "2026-01-01", "until_on": None},
        {"person_id": "ada", "plan": "ae", "from_on": "2026-05-01", "until_on": "2026-06-01"},
        {"person_id": "ada", "plan": "ae", "from_on": "2026-07-01", "until_on": "2026-08-01"},
    ]

    assert amounts(Case([plan()], enrolments=twice).pays(sold(("2026-05-15", 100), ("2026-07-15", 100)))) == [10, 10]


def test_two_plans_pay_side_by_side_and_roll_ups_without_a_plan_are_no_issue():
    both = [{"person_id": "ada", "plan": "ae"}, {"person_id": "ada", "plan": "am"}]
    sale = sold(("2026-06-15", 100), ("2026-06-15", 100, {"payee_id": "boss", "kind": "rollup"}))
    outcome = Case([plan(), plan(plan="am", version="v9")], enrolments=both).pays(sale)

    assert outcome.lines.select("plan", "payee_id").rows() == [("ae", "ada"), ("am", "ada")]
    assert outcome.issues == ()


@pytest.mark.parametrize(
    ("pays", "period"),
    [("monthly", "2026-06"), ("quarterly", "FY2027-Q2"), ("half_yearly", "FY2027-H1"), ("yearly", "FY2027")],
)
def test_a_plan_says_how_often_there_is_a_statement(pays: str, period: str):
    outcome = Case([plan(pays=pays)]).pays(sold(("2026-06-15", 100)))

    assert outcome.lines["period"].to_list() == [period]
