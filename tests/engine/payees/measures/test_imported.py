"""Imported results: numbers, amounts and percentages that no deal holds, paid like anything else."""

from datetime import date
from fractions import Fraction

import pytest

from engine.documents.curves.gauge import Gate
from engine.documents.measures.measure import Measure
from engine.documents.values import Dated
from engine.model import MICROS
from engine.telling.explain import explain
from engine.telling.facts import facts, recomputed
from tests.engine.builders import units, window
from tests.engine.plans import Case, amounts, by_amount, by_share, codes, component, ledger, plan, quota, sold

NONE_SOLD = sold()


PERCENT = Measure(imported="retention", imported_as="percent")
NUMBER = Measure(imported="meetings")
AMOUNT = Measure(imported="cash", imported_as="amount")


def dated(value):
    """A leaf in force for ever."""
    return Dated(steps=((date.min, value),))


def result(name, value, from_on="2026-02-01", until_on="2026-05-01", **changes):
    """Ada's result: text that ends in % is a percentage, everything else a number."""
    share = isinstance(value, str)
    micros = int(Fraction(value.rstrip("%")) / 100 * MICROS) if share else int(value * MICROS)
    row = {"person_id": "ada", "result": name, "value_micros": micros, "in_percent": share}
    return {**row, "from_on": from_on, "until_on": until_on, **changes}


def paid(measure, *results, quotas=(), posted=None, plans=(), **changes):
    """The plan and its outcome for results alone."""
    of = plan(component(measure="it", **changes), measures={"it": measure})
    case = Case([of, *plans], quotas, others={"imported_results": results})
    return of, case.pays(NONE_SOLD, posted)


def said(of, outcome):
    for line in outcome.lines.iter_rows(named=True):
        assert recomputed(facts(line, of)) == line["amount_micros"]
        yield explain(line, of, None, None).removesuffix(" [base; Handbook, section 3]")


def test_a_number_pays_for_each_and_adds_up_in_its_window():
    meetings = [result("meetings", 7, until_on="2026-03-01"), result("meetings", 5, "2026-03-01", "2026-04-01")]
    of, outcome = paid(NUMBER, *meetings, pays=dated(units(50)), accumulates="quarter")

    assert amounts(outcome) == [350, 250]
    assert outcome.lines.select("deal_id", "source_id", "period", "window").rows() == [
        (None, "result:meetings:ada:2026-02-01", "2026-02", "FY2027-Q1"),
        (None, "result:meetings:ada:2026-03-01", "2026-03", "FY2027-Q1"),
    ]
    assert [*said(of, outcome)] == [
        "Your result meetings of 2026-02-28 counts 7; 7 x 50.00 USD = 350.00 USD.",
        "Your result meetings of 2026-03-31 took you from 7 to 12 in FY2027-Q1; 5 x 50.00 USD = 250.00 USD.",
    ]


def test_a_percentage_earns_that_part_of_an_amount():
    of, outcome = paid(PERCENT, result("retention", "92.5%"), pays=dated(units(5_000)))

    assert amounts(outcome) == [4_625]
    assert [*said(of, outcome)] == [
        "Your result retention of 2026-04-30 counts 92.5 %; 92.5 % x 5,000.00 USD = 4,625.00 USD."
    ]


def test_an_amount_is_money_of_the_plan_and_may_fill_a_quota():
    collected = [result("cash", 80_000, until_on="2026-03-01"), result("cash", 40_000, "2026-03-01", "2026-04-01")]
    tiers = by_amount((0, 1), (100_000, 2))
    of, outcome = paid(AMOUNT, *collected, quotas=[quota(100_000)], brackets=tiers, quota="acv")

    assert amounts(outcome) == [800, 600]
    assert outcome.lines["quota_micros"].to_list() == [units(100_000)] * 2
    assert [*said(of, outcome)][1] == (
        "Your result cash of 2026-03-31 took you from 80.0 % to 120.0 % of quota (100,000.00 USD in FY2027);"
        " 20,000.00 USD of it fell in the bracket from 0.00 USD: 20,000.00 x 1 % = 200.00 USD;"
        " 20,000.00 USD of it fell in the bracket from 100,000.00 USD: 20,000.00 x 2 % = 400.00 USD;"
        " together 600.00 USD."
    )


def test_a_result_counts_on_its_last_day_for_whom_is_on_the_plan_that_day():
    ends = {"person_id": "ada", "plan": "ae", "until_on": "2026-04-30"}
    of = plan(component(measure="it", pays=dated(units(1))), measures={"it": NUMBER})
    rows = [result("meetings", 3, until_on="2026-04-30"), result("meetings", 5, "2026-04-30", "2026-05-01")]
    outcome = Case([of], enrolments=[ends], others={"imported_results": rows}).pays(NONE_SOLD)

    assert amounts(outcome) == [3]
    assert codes(outcome) == ["no_plan"]


def test_a_component_counts_results_of_its_own_life():
    rows = [result("meetings", 3, until_on="2026-03-01"), result("meetings", 5, "2026-03-01", "2026-04-01")]
    for life, expected in (
        (window("2026-03-01"), [5]),
        (window("2026-02-28", "2026-03-31"), [3]),
        (window("2026-02-28", "2026-04-01"), [3, 5]),
    ):
        assert amounts(paid(NUMBER, *rows, pays=dated(units(1)), effective=life)[1]) == expected


@pytest.mark.parametrize(("measure", "value"), [(PERCENT, 92), (Measure(imported="retention"), "92%")])
def test_a_result_in_another_unit_is_held_and_what_was_posted_stays(measure, value):
    right, wrong = ("92%", 92) if measure is PERCENT else (92, "92%")
    before = ledger(paid(measure, result("retention", right), pays=dated(units(10)))[1].postings)
    _, outcome = paid(measure, result("retention", wrong), pays=dated(units(10)), posted=before)

    assert value == wrong
    assert outcome.lines.height == outcome.postings.height == 0
    assert [str(issue) for issue in outcome.issues] == [
        (
            "payee ada: has a result in result:retention:ada:2026-02-01 that is written in another unit than measure"
            " 'it' is imported as for component 'base' of plan 'ae'; credits held: 1. Write a percentage, such as 92%,"
            " exactly where the measure is imported as percent."
        )
    ]


def test_results_of_another_name_count_for_nothing_and_a_result_taken_back_is_withdrawn():
    _, first = paid(NUMBER, result("meetings", 7), result("demos", 9), pays=dated(units(1)))
    _, then = paid(NUMBER, pays=dated(units(1)), posted=ledger(first.postings))

    assert amounts(first) == [7]
    assert then.postings["delta_micros"].to_list() == [-units(7)]


def test_a_held_result_is_held_in_what_adds_up_earnings_too():
    base = component(measure="it", brackets=by_share((0, 8), (100, 12)))
    kicker = component(id="kicker", kind="spiff", measure="earned")
    of = plan(base, kicker, measures={"it": AMOUNT, "earned": Measure(sum="earnings", of=("base",))})
    outcome = Case([of], others={"imported_results": [result("cash", 1_000)]}).pays(NONE_SOLD)

    assert sorted(outcome.held["component"].to_list()) == ["base", "kicker"]


def test_a_gate_on_a_result_that_is_not_there_is_closed_whatever_its_bounds_and_an_issue_names_it():
    few = Gate.model_validate({"measure": "complaints", "over": "month", "max": units(3)})
    of = plan(component(only_if=(few,)), measures={"acv": Measure(sum="acv"), "complaints": NUMBER})
    known = {"imported_results": [result("meetings", 2, "2026-02-01", "2026-03-01")]}
    case = Case([of], others=known)

    outcome = case.pays(sold(("2026-02-10", 1_000), ("2026-03-10", 1_000)), through=date(2026, 4, 1))

    assert amounts(outcome) == [100, 0]
    assert [*said(of, outcome)][1].endswith("gate closed, so nothing is paid: there is no result of complaints yet.")
    assert codes(outcome) == ["gate_without_result"]
    assert "'complaints' in 2026-03" in outcome.issues[0].message
    early = case.pays(sold(("2026-03-10", 1_000)), through=date(2026, 3, 31))
    assert (amounts(early), codes(early)) == ([0], [])
