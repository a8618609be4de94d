"""The greater of earnings and draw is paid; advances come back from what is earned above it later."""

from datetime import date
from fractions import Fraction

import polars as pl
import pytest

from engine.documents.plans.draw import Draw, Recovery
from engine.telling.explain import explain
from engine.telling.facts import facts, recomputed
from tests.engine.builders import units, window
from tests.engine.plans import Case, by_share, codes, component, ledger, plan, sold

FOUR = units(4_000)
JOINED = {"person_id": "ada", "plan": "ae", "from_on": "2026-03-01"}
LATER = ("2026-03-10", 10_000), ("2026-04-10", 25_000), ("2026-06-10", 70_000), ("2026-07-10", 60_000)


def drawn(rule, *sales, through="2026-09-01", enrolments=(JOINED,), **changes):
    """Draw lines of a 10 % commission as (period, kind, whole units, open after), and the outcome."""
    of = plan(draw=rule, **changes)
    case = Case([of], enrolments=enrolments)
    outcome = case.pays(sold(*sales), through=date.fromisoformat(through) if through else None)
    lines = outcome.lines.filter(component="draw")
    for line in lines.iter_rows(named=True):
        assert recomputed(facts(line, of)) == line["amount_micros"]
    rows = lines.sort("period").select("period", "kind", "amount_micros", "after_micros").rows()
    return [(period, kind, Fraction(amount, 10**6), Fraction(after, 10**6)) for period, kind, amount, after in rows]


def recoverable(**recovery):
    return Draw(kind="recoverable", amount=FOUR, first_periods=3, recovery=Recovery(**recovery))


def test_a_recoverable_draw_of_three_months_is_recovered_later():
    assert drawn(recoverable(), *LATER) == [
        ("2026-03", "draw_advance", 3_000, 3_000),
        ("2026-04", "draw_advance", 1_500, 4_500),
        ("2026-05", "draw_advance", 4_000, 8_500),
        ("2026-06", "draw_recovery", -7_000, 1_500),
        ("2026-07", "draw_recovery", -1_500, 0),
    ]


def test_recovery_starts_later_and_takes_a_share_and_forgives_the_rest():
    rule = recoverable(starts_after=4, ends_after=5, max_share=Fraction(1, 3))

    assert drawn(rule, *LATER, ("2026-08-10", 90_000))[3:] == [("2026-07", "draw_recovery", -2_000, 6_500)]


def test_what_is_earned_above_the_draw_pays_back_already():
    rule = Draw(kind="recoverable", amount=FOUR, effective=window("2026-03-01", "2026-06-01"))

    assert drawn(rule, ("2026-03-10", 30_000), ("2026-04-10", 45_000), ("2026-05-10", 90_000)) == [
        ("2026-03", "draw_advance", 1_000, 1_000),
        ("2026-04", "draw_recovery", -500, 500),
        ("2026-05", "draw_recovery", -500, 0),
    ]


def test_a_guarantee_is_kept():
    rule = Draw(kind="non_recoverable", amount=FOUR, first_periods=2)

    assert drawn(rule, ("2026-03-10", 10_000), ("2026-04-10", 45_000), ("2026-05-10", 90_000)) == [
        ("2026-03", "draw_advance", 3_000, 0)
    ]


@pytest.mark.parametrize(("through", "periods"), [("2026-03-31", 0), ("2026-04-01", 1), ("2026-05-31", 2), (None, 1)])
def test_only_periods_that_are_over_have_a_draw(through, periods):
    assert len(drawn(recoverable(), ("2026-03-10", 10_000), through=through)) == periods


def test_a_payee_without_a_deal_has_a_draw_too_and_one_who_left_has_none():
    gone = {**JOINED, "until_on": "2026-05-01"}

    assert [row[:2] for row in drawn(recoverable(), enrolments=(gone,))] == [
        ("2026-03", "draw_advance"),
        ("2026-04", "draw_advance"),
    ]


def test_the_draw_is_for_the_first_periods_of_the_payee_not_of_the_plan():
    long_here = {**JOINED, "from_on": "2020-01-01"}

    assert drawn(recoverable(), ("2026-03-10", 10_000), enrolments=(long_here,), effective=window("2026-02-01")) == []


def test_the_balance_goes_on_into_the_next_file_of_the_plan():
    first = plan(draw=recoverable(), effective=window("2026-03-01", "2026-06-01"))
    second = plan(version="v2", effective=window("2026-06-01"))
    case = Case([first, second], enrolments=(JOINED,))
    lines = case.pays(sold(("2026-06-10", 200_000)), through=date(2026, 9, 1)).lines.filter(component="draw")

    assert lines.select("period", "amount_micros", "plan_version").rows()[3:] == [("2026-06", -units(12_000), "v1")]


def test_a_plan_that_is_over_draws_no_more():
    rule = Draw(kind="recoverable", amount=FOUR)

    assert [row[0] for row in drawn(rule, effective=window("2026-03-01", "2026-05-01"))] == ["2026-03", "2026-04"]


def test_held_earnings_hold_the_draw_and_what_was_posted_stays():
    tiers = component(brackets=by_share((0, 10), (100, 12)))
    case = Case([plan(tiers, draw=recoverable())], enrolments=(JOINED,))
    before = Case([plan(draw=recoverable())], enrolments=(JOINED,)).pays(sold(), through=date(2026, 4, 1)).postings
    outcome = case.pays(sold(("2026-03-10", 10_000)), ledger(before), through=date(2026, 4, 1))

    assert codes(outcome) == ["quota_missing", "draw_waits"]
    assert outcome.lines.height == 0
    assert outcome.postings.height == 0


def test_lines_that_stay_as_they_are_count_as_earned():
    of = plan(draw=recoverable())
    case = Case([of], enrolments=(JOINED,))
    kept = case.pays(sold(("2026-03-10", 10_000))).lines.filter(component="base")
    outcome = case.pays(sold(), through=date(2026, 4, 1), kept=kept)

    assert outcome.lines.select("component", "amount_micros").rows() == [("draw", units(3_000))]


def test_a_late_deal_changes_the_draw_by_the_difference():
    case = Case([plan(draw=recoverable())], enrolments=(JOINED,))
    first = case.pays(sold(("2026-03-10", 10_000)), through=date(2026, 4, 1)).postings
    more = sold(("2026-03-10", 10_000), ("2026-03-20", 5_000))
    second = case.pays(more, ledger(first), through=date(2026, 4, 1)).postings

    assert second.select("component", "reason", "delta_micros").sort("component").rows() == [
        ("base", "earned", units(500)),
        ("draw", "changed", -units(500)),
    ]


def test_draws_are_said():
    guaranteed = plan(draw=Draw(kind="non_recoverable", amount=FOUR))
    of = plan(draw=recoverable(max_share=Fraction(1, 2)))

    assert said(guaranteed, ("2026-03-10", 10_000)) == [
        (
            "In 2026-03 you earned 1,000.00 USD, less than your draw of 4,000.00 USD: 3,000.00 USD is added, and yours"
            " to keep. [draw; Handbook, section 3]"
        )
    ]
    _, advance, _, recovery, *_ = said(of, *LATER)
    assert advance == (
        "In 2026-04 you earned 2,500.00 USD, less than your draw of 4,000.00 USD: 1,500.00 USD is advanced, and"
        " 4,500.00 USD of advances is open now. [draw; Handbook, section 3]"
    )
    assert recovery == (
        "In 2026-06 you earned 7,000.00 USD: of the 8,500.00 USD advanced and still open, 3,500.00 USD is recovered"
        " (at most 50 % of what is above in a period); 5,000.00 USD stays open. [draw; Handbook, section 3]"
    )


def said(of, *sales):
    lines: pl.DataFrame = Case([of], enrolments=(JOINED,)).pays(sold(*sales)).lines.filter(component="draw")
    return [explain(line, of, None, None) for line in lines.iter_rows(named=True)]


def test_each_first_period_has_a_draw_of_its_own():
    rule = Draw(kind="recoverable", amounts=(units(3_000), units(1_000)))

    assert drawn(rule, *LATER) == [
        ("2026-03", "draw_advance", 2_000, 2_000),
        ("2026-04", "draw_recovery", -1_500, 500),
        ("2026-06", "draw_recovery", -500, 0),
    ]


def test_a_period_has_the_draw_of_the_last_file_that_the_payee_was_on():
    """Who left on the 5th is on no file that begins on the 13th, though both lie in the last month."""
    old = plan(draw=Draw(kind="non_recoverable", amount=FOUR), effective=window("2026-02-01", "2026-04-13"))
    new = plan(draw=Draw(kind="non_recoverable", amount=units(9_000)), effective=window("2026-04-13"), version="v2")
    case = Case([old, new], enrolments=[{**JOINED, "until_on": "2026-04-05"}])
    outcome = case.pays(sold(("2026-03-10", 10_000)), through=date(2026, 9, 1))

    assert outcome.lines.filter(component="draw").select("period", "amount_micros").rows() == [
        ("2026-03", units(3_000)),
        ("2026-04", FOUR),
    ]
