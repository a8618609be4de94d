"""An earning that comes again every month while the customer stays."""

from datetime import date

import pytest

from engine.documents.plans.residual import Residual
from engine.telling.explain import explain
from engine.telling.facts import facts, recomputed
from tests.engine.builders import units
from tests.engine.plans import Case, component, ledger, plan, sold


def paid(deal=None, through="2027-08-01", **residual):
    """Days on which 10 % of a deal of 2026-03-31 are paid."""
    of = plan(component(residual=Residual(**residual)))
    lines = Case([of]).pays(sold(("2026-03-31", 1_000, deal or {})), through=date.fromisoformat(through)).lines
    for line in lines.iter_rows(named=True):
        assert recomputed(facts(line, of)) == line["amount_micros"] == units(100)
    assert lines["part"].to_list() == [f"month {number}" for number in range(1, lines.height + 1)]
    return [str(day) for day in lines["dated_on"]]


def test_so_many_months_after_so_many():
    assert paid(for_months=3, starts_after_months=2) == ["2026-05-31", "2026-06-30", "2026-07-31"]


@pytest.mark.parametrize(("through", "months"), [("2026-03-31", 0), ("2026-04-01", 1), ("2026-05-01", 2)])
def test_only_months_that_have_come(through, months):
    assert len(paid(for_months=24, through=through)) == months


def test_until_the_customer_leaves_and_longer_than_the_term_only_if_the_plan_says_so():
    assert len(paid()) == 12
    assert len(paid(starts_after_months=2)) == 10
    assert len(paid({"term_months": None})) == 17
    assert len(paid(for_months=14)) == 14
    assert paid({"cancelled_on": "2026-05-31"}) == ["2026-03-31", "2026-04-30"]


def test_months_count_from_the_start_of_the_contract():
    assert paid({"starts_on": "2026-06-15"}, for_months=2) == ["2026-06-15", "2026-07-15"]
    assert paid({"starts_on": "2026-01-15"}, for_months=2) == ["2026-03-31", "2026-04-30"]


def test_years_and_quarters_are_paid_whole_on_their_first_day():
    of = plan(component(residual=Residual(every="year", for_months=18, starts_after_months=6)))
    lines = Case([of]).pays(sold(("2026-03-31", 1_000, {})), through=date(2029, 1, 1)).lines
    assert lines.select("part", "dated_on").rows() == [("year 1", date(2026, 9, 30)), ("year 2", date(2027, 9, 30))]
    of = plan(component(residual=Residual(every="quarter")))
    lines = Case([of]).pays(sold(("2026-03-31", 1_000, {"term_months": 7})), through=date(2029, 1, 1)).lines
    assert lines["part"].to_list() == ["quarter 1", "quarter 2", "quarter 3"]


def test_each_month_is_booked_once_and_a_cancellation_withdraws_what_came_after_it():
    case = Case([plan(component(residual=Residual(for_months=6)), pays="quarterly")])
    stays, leaves = sold(("2026-02-10", 1_000)), sold(("2026-02-10", 1_000, {"cancelled_on": "2026-04-01"}))
    first = case.pays(stays, through=date(2026, 5, 1)).postings
    second = case.pays(stays, ledger(first), through=date(2026, 6, 1)).postings
    third = case.pays(leaves, ledger(first, second), through=date(2026, 6, 1)).postings

    assert (first.height, second["part"].to_list(), second["period"].to_list()) == (3, ["month 4"], ["FY2027-Q2"])
    assert third.sort("part").select("part", "reason", "delta_micros").rows() == [
        ("month 3", "withdrawn", -units(100)),
        ("month 4", "withdrawn", -units(100)),
    ]


def test_a_month_is_said():
    of = plan(component(residual=Residual(for_months=6)))
    sale = sold(("2026-03-31", 1_000))
    line = Case([of]).pays(sale, through=date(2026, 5, 1)).lines.row(1, named=True)

    assert explain(line, of, sale[1].row(0, named=True), sale[0].row(0, named=True)) == (
        "D1, credited to you as AE, counts 1,000.00 USD; 1,000.00 x 10 % = 100.00 USD; paid again on 2026-04-30 as"
        " month 2 of the residual. [base; Handbook, section 3]"
    )
