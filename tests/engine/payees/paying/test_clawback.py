"""What a deal earned is taken back, all or in part, in the period of the cause."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.documents.plans.clawback import Band, TakesBack, Within
from engine.telling.explain import explain
from engine.telling.facts import facts, recomputed
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
    assert (taken["base_micros"], taken["before_micros"], taken["after_micros"]) == (-80_000_000, 0, -80_000_000)
    assert (taken["quota_micros"], taken["share"]) == (None, "1")


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


YEARLY = {"term_months": 12, "starts_on": "2026-03-01"}
MONTHS = Within(within_months=12)
UNEARNED = TakesBack(unearned="term")
BANDS = TakesBack(
    bands=(Band(until_day=30, share=Fraction(1)), Band(until_day=60, share=Fraction(1, 2))),
)


def event(kind, day, amount=None):
    return {"deal_id": "D1", "kind": kind, "happened_on": day, "amount_micros": amount and amount * 10**6}


def taken(clawback, *events, sale=None, amount=12_000):
    """What a 10 % commission on a deal of 2026-03-01 gives back: day, part and whole units."""
    case = Case([plan(clawback=clawback)], others={"deal_events": events})
    lines = case.pays(sold(("2026-03-01", amount, {**YEARLY, **(sale or {})}))).lines.filter(kind="clawback")
    for line in lines.iter_rows(named=True):
        assert recomputed(facts(line, case.plans[0])) == line["amount_micros"]
    return [
        (str(day), part, Fraction(amount, 10**6))
        for day, part, amount in lines["dated_on", "part", "amount_micros"].rows()
    ]


@pytest.mark.parametrize(
    ("day", "by", "back"),
    [
        ("2026-03-01", "months", -1_200),
        ("2026-03-31", "months", -1_200),
        ("2026-04-01", "months", -1_100),
        ("2026-09-15", "months", -600),
        ("2027-02-28", "months", -100),
        ("2027-03-01", "months", None),
        ("2026-03-02", "days", Fraction(-119671, 100)),
        ("2026-09-01", "days", Fraction(-59507, 100)),
    ],
)
def test_the_unearned_part_of_a_term_by_whole_months_or_by_days(day, by, back):
    rule = taking_back(cancelled=MONTHS, takes=TakesBack(unearned="term", by=by))
    found = taken(rule, sale={"cancelled_on": day})

    assert [amount for *_, amount in found] == ([] if back is None else [back])


def test_the_unearned_part_counts_from_the_start_of_the_contract():
    rule = taking_back(cancelled=MONTHS, takes=UNEARNED)

    assert taken(rule, sale={"cancelled_on": "2026-09-01", "starts_on": "2026-06-01"}) == [
        ("2026-09-01", "clawback", -900)
    ]
    assert taken(rule, sale={"cancelled_on": "2026-04-01", "starts_on": "2026-06-01"}) == [
        ("2026-04-01", "clawback", -1_200)
    ]


def test_a_term_that_nobody_knows_is_told_and_takes_nothing():
    case = Case([plan(clawback=taking_back(takes=UNEARNED))])
    outcome = case.pays(sold(("2026-03-01", 1_000, {"cancelled_on": "2026-04-01", "term_months": None})))

    assert outcome.lines["part"].to_list() == ["earning"]
    assert [str(issue) for issue in outcome.issues] == [
        (
            "deal D1: was cancelled on 2026-04-01, but without a term nobody can say what was unearned;"
            " nothing is taken back. Fill the deal's term in the CRM,"
            " or write {unearned: window} for what was left of the window."
        )
    ]


@pytest.mark.parametrize(("day", "back"), [("2026-03-01", -1_200), ("2026-05-31", -800), ("2026-08-31", -200)])
def test_the_share_of_the_window_that_was_still_to_come(day, back):
    rule = taking_back(cancelled=Within(within_months=6), takes=TakesBack(unearned="window"))

    assert taken(rule, sale={"cancelled_on": day})[0][2] == back
    assert taken(rule, sale={"cancelled_on": "2026-09-01"}) == []


@pytest.mark.parametrize(
    ("day", "back"), [("2026-03-30", [-1_200]), ("2026-03-31", [-600]), ("2026-04-29", [-600]), ("2026-04-30", [])]
)
def test_bands_end_before_their_day(day, back):
    found = taken(taking_back(days=90, takes=BANDS), sale={"cancelled_on": day})

    assert [amount for *_, amount in found] == back


def test_bands_by_whole_months():
    bands = TakesBack(bands=(Band(until_month=3, share=Fraction(1)), Band(until_month=6, share=Fraction(1, 4))))

    assert taken(taking_back(days=360, takes=bands), sale={"cancelled_on": "2026-05-31"})[0][2] == -1_200
    assert taken(taking_back(days=360, takes=bands), sale={"cancelled_on": "2026-06-01"})[0][2] == -300


def test_a_fixed_share_is_rounded_as_the_plan_says():
    half = TakesBack(share=Fraction(1, 2))

    assert taken(taking_back(takes=half), sale={"cancelled_on": "2026-04-01"}, amount=Fraction("0.10")) == [
        ("2026-04-01", "clawback", Fraction(-1, 100))
    ]


def test_a_refund_takes_back_its_part_of_the_deal_and_never_more_than_all():
    rule = taking_back(refunded=Within(within_days=90))
    events = [event("refunded", "2026-03-10", 3_000), event("refunded", "2026-05-01", 20_000)]

    assert taken(rule, *events) == [
        ("2026-03-10", "clawback refunded", -300),
        ("2026-05-01", "clawback refunded 2", -900),
    ]


def test_several_causes_leave_no_cent_and_take_none_twice():
    rule = taking_back(
        refunded=Within(within_days=90), cancelled=Within(within_days=90), takes=TakesBack(share=Fraction(1, 2))
    )
    events = [event("refunded", f"2026-03-{day}") for day in (10, 11)]

    assert taken(rule, *events, sale={"cancelled_on": "2026-03-12"}, amount=Fraction("0.10")) == [
        ("2026-03-10", "clawback refunded", Fraction(-1, 100)),
    ]
    assert taken(rule, *events, sale={"cancelled_on": "2026-03-12"}, amount=1_001) == [
        ("2026-03-10", "clawback refunded", Fraction(-5005, 100)),
        ("2026-03-11", "clawback refunded 2", Fraction(-5005, 100)),
    ]


def test_a_downgrade_is_a_part_of_the_acv_and_an_event_without_an_amount_is_all():
    rule = taking_back(downgraded=MONTHS, unpaid=Within(within_days=120), takes=UNEARNED)
    sale = {"amount_micros": 36_000 * 10**6}

    assert taken(rule, event("downgraded", "2026-09-01", 4_000), sale=sale) == [
        ("2026-09-01", "clawback downgraded", -200)
    ]
    assert taken(rule, event("unpaid", "2026-06-01"), sale=sale) == [("2026-06-01", "clawback unpaid", -900)]
    assert taken(rule, event("refunded", "2026-06-01"), sale=sale) == []


def test_a_partial_clawback_is_said_with_its_share():
    of = plan(clawback=taking_back(refunded=Within(within_months=6), takes=UNEARNED))
    case = Case([of], others={"deal_events": [event("refunded", "2026-04-01", 6_000), event("refunded", "2026-07-01")]})
    sale = sold(("2026-03-01", 12_000, YEARLY))
    deal, credit = sale[1].row(0, named=True), sale[0].row(0, named=True)
    first, second = (
        explain(line, of, deal, credit) for line in case.pays(sale).lines.filter(kind="clawback").rows(named=True)
    )

    assert first == (
        "D1 was refunded on 2026-04-01, 31 days after it closed on 2026-03-01 and within the 6 months of the plan:"
        " 11/24 of what it earned, 1,200.00 USD, is taken back: -550.00 USD. [base; Handbook, section 3]"
    )
    assert second == (
        "D1 was refunded on 2026-07-01, 122 days after it closed on 2026-03-01 and within the 6 months of the plan:"
        " what it earned, 1,200.00 USD, is taken back less the 550.00 USD taken before: -650.00 USD."
        " [base; Handbook, section 3]"
    )


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=3), st.lists(st.integers(1, 80), max_size=4))
def test_late_payments_give_back_what_unpaid_invoices_took_and_no_more(unpaid, late):
    clawback = taking_back("base", unpaid=Within(within_days=100), takes=TakesBack(share=Fraction(2, 3)))
    events = [("unpaid", f"2026-04-{day:02}", amount) for day, amount in enumerate(unpaid, start=1)]
    events += [("payment", f"2026-05-{day:02}", amount) for day, amount in enumerate(late, start=1)]
    rows = [
        {"deal_id": "D1", "kind": kind, "happened_on": day, "amount_micros": amount * 10**6}
        for kind, day, amount in events
    ]
    asked = clawback.model_copy(update={"paid_late": "given_back"})
    case = Case([plan(component(), clawback=asked)], others={"deal_events": rows})
    lines = case.pays(sold(("2026-03-01", 1_000))).lines.filter(kind="clawback")

    owed = Fraction(max(sum(unpaid) - sum(late), 0), 10) * Fraction(2, 3)
    assert abs(lines["amount_micros"].sum() + owed * 10**6) <= 10**4
