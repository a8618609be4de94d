"""What everybody came to together: each deal once, whoever shares it, and unknown for all while it is for one."""

from datetime import date
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.documents.curves.gauge import Gate
from engine.documents.measures.across import EVERYBODY, Across
from engine.documents.measures.measure import Measure
from engine.documents.measures.ratio import Ratio
from engine.documents.values import Dated
from engine.model import MICROS
from engine.reporting.people_gaps import gaps_and_rivals
from tests.engine.builders import book, rules, window
from tests.engine.plans import Case, codes, component, plan, quota, sold

DAY = "2026-02-10"
MEASURES = {"acv": Measure(sum="acv"), "all": Measure(sum="acv", across=Across())}
GATED = component(only_if=(Gate(measure="all", over="year", min=1_000 * MICROS),))
ONCE, HUNDRED = (Dated(steps=((date.min, value),)) for value in (Fraction(1), 100 * MICROS))
BONUS = component(id="bonus", kind="bonus", measure="all", accumulates="quarter")


def outcome_of(sales, *components, through=None, **plan_keys):
    """Of (payee, amount, other columns) the outcome on a plan of Ada and Bo."""
    parts = [
        sold((DAY, amount, {"credit_id": f"C{n}", "deal_id": f"D{n}", **more}), payee=payee)
        for n, (payee, amount, more) in enumerate(sales)
    ]
    credits_, deals = (pl.concat(column) for column in zip(*parts, strict=True))
    enrolments = [{"person_id": who, "plan": "ae"} for who in ("ada", "bo")]
    case = Case([plan(*components, **{"measures": MEASURES, **plan_keys})], [], enrolments)
    return case.pays((credits_, deals), through=through)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["ada", "bo", "cy"]), st.integers(1, 900)), min_size=1, max_size=5))
def test_who_sold_it_is_the_same_to_everybody(sales):
    lines = outcome_of([(payee, amount, {}) for payee, amount in sales], GATED, BONUS).lines
    total = sum(amount for _, amount in sales)

    bonus = lines.filter(component="bonus").sort("payee_id")
    assert bonus.select("payee_id", "amount_micros").rows() == [(who, total * MICROS // 10) for who in ("ada", "bo")]
    own = lines.filter(component="base")["amount_micros"].sum()
    assert own == (sum(amount for payee, amount in sales if payee != "cy") * MICROS // 10 if total >= 1_000 else 0)


def test_while_one_credit_is_unknown_nobody_is_paid_by_the_total():
    sales = [("ada", 500, {}), ("cy", 600, {"currency": "EUR"})]
    outcome = outcome_of(sales, GATED, BONUS)

    assert outcome.lines.is_empty()
    assert set(codes(outcome)) >= {"exchange_rate_missing", "gauge_held"}
    assert EVERYBODY not in set(outcome.held["payee_id"])


def test_a_component_that_ends_within_a_quarter_is_paid_for_its_own_days_when_the_quarter_is_over():
    short = component(id="bonus", measure="all", accumulates="quarter", effective=window("2026-02-05", "2026-02-11"))
    sales = [("ada", 300, {}), ("cy", 900, {"dated_on": date(2026, 2, 11)})]

    lines = outcome_of(sales, short).lines

    assert lines.select("payee_id", "dated_on", "amount_micros").rows() == [
        (who, date(2026, 4, 30), 30 * MICROS) for who in ("ada", "bo")
    ]


@pytest.mark.parametrize(("left", "counted"), [("2026-03-10", 0), ("2026-03-11", 500), (None, 500)])
def test_cash_counts_for_the_plans_of_who_is_on_one_on_the_day_of_the_payment(left, counted):
    cash = {"cash": Measure(sum="cash", across=Across(plans=("am",)))}
    bonus = component(id="bonus", measure="cash", accumulates="quarter")
    paid = {"deal_id": "D1", "kind": "payment", "happened_on": "2026-03-10", "amount_micros": 500 * MICROS}
    enrolments = [{"person_id": "ada", "plan": "ae"}, {"person_id": "bo", "plan": "am", "until_on": left}]
    case = Case([plan(bonus, measures=cash)], [], enrolments, others={"deal_events": [paid]})

    lines = case.pays(sold((DAY, 500), payee="bo")).lines

    assert lines.select("payee_id", "amount_micros").rows() == ([("ada", counted * MICROS // 10)] if counted else [])


def test_what_is_earned_on_the_total_waits_with_it_and_so_does_what_is_paid_on_these_earnings():
    share = {"share": Measure(ratio=Ratio(of="acv", to="all")), "earned": Measure(sum="earnings", of=("bonus",))}
    of_share = component(id="bonus", measure="share", accumulates="quarter", rate=None, times=ONCE, target=HUNDRED)
    kicker = component(id="kicker", measure="earned", accumulates="quarter")

    paid = outcome_of([("ada", 500, {}), ("cy", 500, {})], of_share, kicker, measures={**MEASURES, **share})
    waiting = outcome_of([("cy", 600, {"currency": "EUR"})], of_share, kicker, measures={**MEASURES, **share})

    ada = paid.lines.filter(payee_id="ada").group_by("component").agg(pl.col("amount_micros").sum()).sort("component")
    assert ada.rows() == [("bonus", 50 * MICROS), ("kicker", 5 * MICROS)]
    assert waiting.held.select("component", "payee_id").sort("component", "payee_id").rows() == [
        (part, who) for part in ("bonus", "kicker") for who in ("ada", "bo")
    ]


@pytest.mark.parametrize(("through", "lines"), [(date(2026, 4, 30), 0), (date(2026, 5, 1), 2), (None, 2)])
def test_a_component_pays_on_it_when_the_quarter_is_over(through, lines):
    assert outcome_of([("ada", 500, {})], BONUS, through=through).lines.height == lines


def test_the_company_lacks_a_quota_and_not_each_of_its_people():
    asked = plan(component(id="bonus", measure="all", quota="all", accumulates="year"), measures=MEASURES)
    rows = {"enrolments": [{"person_id": "ada", "plan": "ae"}], "people": [{"person_id": "ada"}]}
    within = (date(2026, 2, 1), date(2026, 5, 1))

    (gap,) = gaps_and_rivals(book(**rows), rules(plans=[asked]), within)
    assert gap.subject == f"payee {EVERYBODY}"
    whole = quota(1_000, quota="all", person_id=EVERYBODY)
    assert gaps_and_rivals(book(**rows, quotas=[whole]), rules(plans=[asked]), within) == ()
