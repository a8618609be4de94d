"""Caps over several components, in windows that are none of the components' own."""

from fractions import Fraction

import polars as pl
import pytest

from engine.documents.plans.plan_cap import PlanCap
from engine.payees.curves.curve import Limit
from engine.payees.paying.plan_caps import cut
from engine.telling.facts import facts, recomputed
from tests.engine.builders import units, window
from tests.engine.plans import Case, codes, component, ledger, plan, rate, sold, taking_back

BASE, KICKER = component(), component(id="kicker", kind="spiff", rate=rate(5))


def cap(amount=1_000, **changes):
    height = {} if "share" in changes else {"amount": units(amount)}
    return PlanCap(**{"id": "most", "per": "month", **height, **changes})


def taken(sales, *caps, components=(BASE, KICKER), **others):
    """What the caps take off by cap and statement period, in whole units; and the whole outcome."""
    of = plan(*components, caps=caps)
    outcome = Case([of], others=others).pays(sold(*sales))
    lines = outcome.lines.filter(pl.col("kind") == "cap")
    assert all(recomputed(facts(line, of)) == line["amount_micros"] for line in lines.iter_rows(named=True))
    key = lines.select("component", "period", "amount_micros").iter_rows()
    return {(name, period): Fraction(amount, 10**6) for name, period, amount in key}, outcome


@pytest.mark.parametrize(("sale", "expected"), [(6_666, {}), (6_667, {("most", "2026-02"): Fraction(-5, 100)})])
def test_a_cap_counts_above_its_height(sale, expected):
    assert taken([("2026-02-10", sale)], cap())[0] == expected


def test_components_that_are_not_named_do_not_count():
    sales = [("2026-02-10", 20_000), ("2026-03-10", 20_000)]

    assert taken(sales, cap(components=("kicker",)))[0] == {}
    assert taken(sales, cap(components=("base",), per="quarter"))[0] == {
        ("most", "2026-02"): -1_000,
        ("most", "2026-03"): -2_000,
    }


def test_the_order_of_deals_does_not_change_the_total_of_a_window():
    sales = [("2026-02-10", 5_000), ("2026-02-20", 5_001), ("2026-04-02", 7_003)]
    later = [(sales[2][0], sales[0][1]), *sales[1:2], (sales[0][0], sales[2][1])]
    limit = cap(per="year", then_pays=Fraction(1, 3))

    totals = [sum(taken(of, limit)[0].values()) for of in (sales, later)]

    assert totals[0] == totals[1] == Fraction(-103_373, 100)


def test_a_second_run_books_nothing_and_what_falls_below_comes_back():
    of = plan(BASE, caps=(cap(per="year"),), clawback=taking_back())
    case = Case([of])
    sales = sold(("2026-02-10", 8_000), ("2026-02-11", 8_000, {"cancelled_on": "2026-05-02"}))
    first = case.pays(sales)

    assert case.pays(sales, ledger(first.postings)).postings.is_empty()
    in_may = first.lines.filter(pl.col("period") == "2026-05").select("kind", "amount_micros").rows()
    assert in_may == [("clawback", units(-800)), ("cap", units(600))]


def test_a_share_of_what_people_data_promises():
    promise = {"person_id": "ada", "from_on": "2026-01-01", "variable_micros": units(12_000)}
    of = cap(share=Fraction(1, 2), of="variable")

    assert taken([("2026-02-10", 10_000)], of, compensation=[promise])[0] == {("most", "2026-02"): -1_000}


def test_without_the_promise_everything_that_the_cap_covers_is_held():
    found, outcome = taken([("2026-02-10", 10_000)], cap(share=Fraction(1, 2), of="variable", components=("base",)))

    assert (found, codes(outcome)) == ({}, ["cap_without_promise"])
    assert outcome.lines["component"].to_list() == ["kicker"]
    assert set(outcome.held["component"]) == {"base", "most"}


def test_a_cap_behind_one_whose_height_nobody_knows_stays_as_it_was():
    unknown = cap(id="unknown", share=Fraction(1, 2), of="variable", components=("base",))
    found, outcome = taken([("2026-02-10", 10_000)], unknown, cap(amount=100))

    assert (found, codes(outcome)) == ({}, ["cap_without_promise", "cap_waits"])
    assert set(outcome.held["component"]) == {"base", "unknown", "most"}


def test_the_cap_of_a_payee_with_held_earnings_stays_as_it_was():
    sales = [("2026-02-10", 10_000), ("2026-02-11", 10_000, {"currency": "EUR"})]
    found, outcome = taken(sales, cap())

    assert found == {}
    assert "cap_waits" in codes(outcome)
    assert ("most", "most") in outcome.held.select("component", "source_id").rows()


def test_a_cut_is_rounded_to_the_plans_unit():
    assert cut(1_005_000, Limit(Fraction(1_000_000), Fraction(1, 2)), 10_000) == 0
    assert cut(1_010_000, Limit(Fraction(1_000_000), Fraction(1, 2)), 10_000) == 10_000


def test_windows_from_the_enrolment_go_from_the_last_day_of_a_month_to_the_next():
    sales = [("2026-02-27", 10_000), ("2026-02-28", 10_000), ("2026-03-30", 10_000), ("2026-03-31", 10_000)]
    enrolments = [{"person_id": "ada", "plan": "ae", "from_on": "2026-01-31"}]
    limit = cap(since="enrolment")

    outcome = Case([plan(component(rate=rate(20)), caps=(limit,))], enrolments=enrolments).pays(sold(*sales))

    lines = outcome.lines.filter(pl.col("kind") == "cap").sort("window", "dated_on")
    assert list(lines.select("window", "period", pl.col("amount_micros") // 10**6).iter_rows()) == [
        ("the month from 2026-01-31", "2026-02", -1_000),
        ("the month from 2026-02-28", "2026-02", -1_000),
        ("the month from 2026-02-28", "2026-03", -2_000),
        ("the month from 2026-03-31", "2026-03", -1_000),
    ]


def test_a_cap_by_contract_stays_as_it_was_where_the_deal_is_not_known():
    of = plan(component(rate=rate(20)), caps=(cap(per="year", since="contract"),))
    case, sales = Case([of]), sold(("2026-02-10", 10_000), ("2027-02-09", 10_000), ("2027-02-10", 10_000))
    first = case.pays(sales)

    again = case.pays((sales[0].clear(), sales[1].clear()), ledger(first.postings), kept=first.lines)

    assert first.lines.filter(pl.col("kind") == "cap")["amount_micros"].to_list() == [units(-1_000)] * 3
    assert again.postings.filter(pl.col("component") == "most").is_empty()
    assert "cap_waits" in codes(again)


def test_two_files_of_one_quarter_have_a_line_of_a_cap_each():
    """Of one key they would be settled as one: a second run would withdraw what both take off."""
    files = [
        plan(BASE, caps=(cap(per="year"),), pays="quarterly", effective=window("2026-02-01", "2026-07-01")),
        plan(BASE, caps=(cap(per="year"),), pays="quarterly", effective=window("2026-07-01"), version="v2"),
    ]
    case, sale = Case(files), sold(("2026-06-10", 30_000), ("2026-07-10", 50_000))
    first = case.pays(sale)

    assert first.lines.filter(component="most").select("period", "part", "amount_micros").rows() == [
        ("FY2027-Q2", "cap FY2027", units(-2_000)),
        ("FY2027-Q2", "cap FY2027 from 2026-07-01", units(-4_000)),
    ]
    assert case.pays(sale, posted=ledger(first.postings)).postings.is_empty()
