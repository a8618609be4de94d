"""What a cancelled deal earned is taken back, in the period of the cancellation."""

import pytest

from tests.engine.plans import Case, amounts, by_share, component, ledger, plan, quota, sold, taking_back

TIERED = component(brackets=by_share((0, 8), (100, 12)))
SPIFF = component(id="spiff", kind="spiff")


def cancelled(day, *components, days=180, sale=1_000):
    case = Case([plan(TIERED, SPIFF, clawback=taking_back(*components, days=days))], [quota(100_000)])
    return case.pays(sold(("2026-03-01", sale, {"cancelled_on": day}), ("2026-10-01", 1_000)))


def test_the_lines_of_the_deal_are_taken_back_and_attainment_stays():
    lines = cancelled("2026-08-27", "base", "spiff").lines

    assert lines.select("component", "source_id", "part", "kind", "period", "amount_micros").rows() == [
        ("base", "C1", "earning", "commission", "2026-03", 80_000_000),
        ("base", "C2", "earning", "commission", "2026-10", 80_000_000),
        ("spiff", "C1", "earning", "spiff", "2026-03", 100_000_000),
        ("spiff", "C2", "earning", "spiff", "2026-10", 100_000_000),
        ("base", "C1", "clawback", "clawback", "2026-08", -80_000_000),
        ("spiff", "C1", "clawback", "clawback", "2026-08", -100_000_000),
    ]
    assert lines.filter(part="clawback").select("dated_on", "rated_on").cast(str).unique().rows() == [
        ("2026-08-27", "2026-03-01")
    ]


def test_it_goes_the_way_of_the_earning_back_also_when_that_was_negative():
    earned, taken = (
        cancelled("2026-04-01", "base", sale=-1_000).lines.filter(component="base", source_id="C1").rows(named=True)
    )

    assert (earned["amount_micros"], taken["amount_micros"]) == (-80_000_000, 80_000_000)
    assert (taken["before_micros"], taken["after_micros"]) == (earned["after_micros"], earned["before_micros"])
    assert taken["base_micros"] == -earned["base_micros"]


@pytest.mark.parametrize(
    ("day", "lines"), [("2026-03-01", 2), ("2026-03-02", 2), ("2026-03-10", 2), ("2026-03-11", 1), (None, 1)]
)
def test_on_the_first_and_the_last_day(day, lines):
    outcome = cancelled(day, "base", days=10)

    assert outcome.lines.filter(component="base", source_id="C1").height == lines
    assert outcome.issues == ()


def test_only_the_components_named_are_taken_back():
    assert cancelled("2026-04-01", "spiff").lines.filter(part="clawback")["component"].to_list() == ["spiff"]


def test_a_cancellation_before_the_deal_takes_nothing_back_and_is_told():
    outcome = cancelled("2026-02-28", "base")

    assert outcome.lines.filter(part="clawback").height == 0
    assert [str(issue) for issue in outcome.issues] == [
        (
            "deal D1: was cancelled on 2026-02-28, before its own date 2026-03-01; nothing is taken back."
            " Correct the deal's close date or the contract's cancellation in the CRM."
        )
    ]


def test_a_plan_without_a_clawback_keeps_what_was_earned():
    sale = sold(("2026-03-01", 1_000, {"cancelled_on": "2026-03-02"}))

    assert amounts(Case([plan()]).pays(sale)) == [100]


def test_it_is_booked_once_and_undone_when_the_cancellation_is():
    case = Case([plan(clawback=taking_back())])
    kept, lost = sold(("2026-03-01", 1_000)), sold(("2026-03-01", 1_000, {"cancelled_on": "2026-04-02"}))
    first = case.pays(kept).postings
    second = case.pays(lost, ledger(first)).postings

    assert second.select("part", "reason", "delta_micros").rows() == [("clawback", "clawback", -100_000_000)]
    assert case.pays(lost, ledger(first, second)).postings.height == 0

    third = case.pays(kept, ledger(first, second)).postings
    assert third.select("part", "sequence", "reason", "delta_micros").rows() == [
        ("clawback", 1, "withdrawn", 100_000_000)
    ]
    assert case.pays(kept, ledger(first, second, third)).postings.height == 0
