"""When what was earned becomes payable: steps, occasions, reserves, clawbacks; all of it adds up to what was earned."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import frames as f
from engine.documents.plans.clawback import TakesBack, Within
from engine.documents.plans.release import LastDay, ReleaseStep, Reserve
from engine.payees.paying.balances import balances
from engine.payees.paying.occasions import Happened, Known
from engine.payees.paying.release import every_payable
from engine.payees.paying.unreleased import Unreleased
from engine.telling.payable_told import recomputed_payable, told_payable
from tests.engine.builders import rules, units
from tests.engine.plans import Case, component, plan, rate, sold, taking_back

THOUSAND = ("2026-03-10", 10_000)
"""A deal that earns 1,000."""


def event(kind: str, on: str, amount: Fraction | int | None = None, deal: str = "D1") -> dict[str, Any]:
    micros = None if amount is None else int(amount * 10**6)
    return {"deal_id": deal, "kind": kind, "happened_on": date.fromisoformat(on), "amount_micros": micros}


def outcome_of(*steps: ReleaseStep, events: Any = (), sale: Any = THOUSAND, through: str = "2030-01-01", **more: Any):
    """The plan and the outcome of one deal whose commission of 10 % is released in these steps."""
    enrolments = more.pop("enrolments", ({"person_id": "ada", "plan": "ae"},))
    of = plan(component(release=steps), **more)
    case = Case([of], enrolments=enrolments, others={"deal_events": list(events)})
    outcome = case.pays(sold(sale), through=date.fromisoformat(through))
    f.Payables.validate(outcome.payables)
    f.Postings.validate(outcome.released)
    for row in outcome.payables.iter_rows(named=True):
        assert recomputed_payable(row, of) == row["amount_micros"]
        assert told_payable(row)
    return of, outcome


def accounts(*steps: ReleaseStep, **case: Any) -> list[tuple[str, str | None, Fraction]]:
    """(state, day, whole units) of everything that the deal earned, in order of days."""
    _, outcome = outcome_of(*steps, **case)
    rows = outcome.payables.sort("payable_on", "part", nulls_last=True).select("state", "payable_on", "amount_micros")
    return [(state, str(on) if on else None, Fraction(amount, 10**6)) for state, on, amount in rows.rows() if amount]


CASH = ReleaseStep(on="cash")
PAID = event("payment", "2026-04-01", 2_500), event("payment", "2026-05-01", 2_500)


def test_cash_releases_in_proportion_and_never_more_than_all():
    more = (*PAID, event("payment", "2026-06-01", 9_000))

    assert accounts(CASH, events=PAID) == [
        ("payable", "2026-04-01", 250),
        ("payable", "2026-05-01", 250),
        ("held", None, 500),
    ]
    assert accounts(CASH, events=more)[2:] == [("payable", "2026-06-01", 500)]


def test_payments_of_one_day_are_one_and_their_order_is_of_no_account():
    split = event("payment", "2026-05-01", 1_000), event("payment", "2026-04-01", 2_500)

    assert accounts(CASH, events=(event("payment", "2026-05-01", 1_500), *split)) == accounts(CASH, events=PAID)


def test_nothing_is_payable_before_it_is_earned():
    assert accounts(CASH, events=[event("payment", "2026-01-01", 5_000), event("payment", "2026-02-01")]) == [
        ("payable", "2026-03-10", 500),
        ("payable", "2026-03-10", 500),
    ]


@pytest.mark.parametrize(("paid", "released"), [(1_999, 0), (2_000, 200), (10_000, 1_000)])
def test_a_minimum_is_in(paid: int, released: int):
    found = accounts(ReleaseStep(on="cash", once=Fraction(1, 5)), events=[event("payment", "2026-04-01", paid)])

    assert sum(amount for state, _, amount in found if state == "payable") == released


@pytest.mark.parametrize(("through", "state"), [("2026-04-09", "held"), ("2026-04-10", "payable")])
def test_what_time_brings_counts_when_its_day_is_over(through: str, state: str):
    step = ReleaseStep(on="booking", after_days=30)

    assert accounts(step, through=through) == [(state, "2026-04-09", 1_000)]


def test_a_start_that_an_event_states_is_the_start():
    step, sale = ReleaseStep(on="contract_start", after_months=1), (*THOUSAND, {"starts_on": date(2026, 4, 30)})

    assert accounts(step, sale=sale) == [("payable", "2026-05-30", 1_000)]
    assert accounts(step, sale=sale, events=[event("contract_start", "2026-06-30")]) == [
        ("payable", "2026-07-30", 1_000)
    ]
    assert accounts(step) == [("held", None, 1_000)]


@pytest.mark.parametrize(("then", "state"), [("release", "payable"), ("forfeit", "forfeited")])
def test_the_last_day_is_still_in(then: Any, state: str):
    step = ReleaseStep(on="cash", at_latest=LastDay(after_days=22, then=then))

    assert accounts(step, events=PAID) == [("payable", "2026-04-01", 250), (state, "2026-04-01", 750)]
    assert accounts(step, events=PAID[:1], through="2026-04-01") == [
        ("payable", "2026-04-01", 250),
        ("held", "2026-04-01" if then == "release" else None, 750),
    ]


def test_the_last_day_is_waited_for_although_a_later_start_is_known():
    last = LastDay(after_months=2, then="release")
    step, sale = ReleaseStep(on="contract_start", at_latest=last), (*THOUSAND, {"starts_on": date(2026, 9, 1)})

    assert accounts(step, sale=sale, through="2026-05-10") == [("held", "2026-05-10", 1_000)]
    assert accounts(step, sale=sale, through="2026-05-11") == [("payable", "2026-05-10", 1_000)]


@pytest.mark.parametrize(
    ("delay", "day"), [({}, "2026-04-30"), ({"after_days": 15}, "2026-05-15"), ({"after_months": 1}, "2026-05-30")]
)
def test_the_end_of_a_fiscal_period(delay: Any, day: str):
    """The builders' fiscal quarter runs from February to April."""
    assert accounts(ReleaseStep(end_of="quarter", **delay)) == [("payable", day, 1_000)]
    assert accounts(ReleaseStep(on="cash", end_of="quarter", **delay), events=PAID[:1])[0] == ("payable", day, 250)


@pytest.mark.parametrize(("leavers", "last"), [("keep", "payable"), ("release", "payable"), ("forfeit", "forfeited")])
def test_leavers(leavers: Any, last: str):
    gone = ({"person_id": "ada", "plan": "ae", "until_on": date(2026, 4, 20)},)
    found = accounts(ReleaseStep(on="cash", leavers=leavers), events=PAID, enrolments=gone)

    day, rest = ("2026-05-01", 250) if leavers == "keep" else ("2026-04-20", 750)
    assert found[:2] == [("payable", "2026-04-01", 250), (last, day, rest)]


def test_who_only_changes_the_plan_does_not_leave():
    moves = (
        {"person_id": "ada", "plan": "ae", "until_on": date(2026, 4, 1)},
        {"person_id": "ada", "plan": "other", "from_on": date(2026, 4, 1)},
    )

    assert accounts(ReleaseStep(on="cash", leavers="forfeit"), events=PAID, enrolments=moves)[-1][0] == "held"


def test_a_clawback_takes_what_is_held_from_the_last_step_first():
    steps = ReleaseStep(share=Fraction(1, 2)), ReleaseStep(share=Fraction(1, 2), on="cash")
    takes = taking_back(takes=TakesBack(share=Fraction(3, 10)), refunded=Within(within_days=90))
    events = (*PAID, event("refunded", "2026-04-15"), event("payment", "2026-06-01", 5_000))

    assert accounts(*steps, events=events, clawback=takes) == [
        ("payable", "2026-03-10", 500),
        ("payable", "2026-04-01", 125),
        ("payable", "2026-05-01", 25),
        ("payable", "2026-06-01", 50),
    ]


def test_a_clawback_of_what_was_paid_leaves_what_is_held():
    takes = taking_back(refunded=Within(within_days=90)).model_copy(update={"of": "paid"})
    events = (*PAID, event("refunded", "2026-04-15"))

    assert accounts(CASH, events=events, clawback=takes) == [
        ("payable", "2026-04-01", 250),
        ("payable", "2026-04-15", -250),
        ("payable", "2026-05-01", 250),
        ("held", None, 500),
    ]


def test_a_reserve_is_released_later_less_what_a_clawback_took():
    takes = taking_back(takes=TakesBack(share=Fraction(1)), refunded=Within(within_days=90))
    kept = Reserve(share=Fraction(1, 5), after_months=6)
    events = [event("payment", "2026-04-01"), event("refunded", "2026-05-01", 500)]

    assert accounts(CASH, events=events, reserve=kept) == [
        ("payable", "2026-04-01", 1_000),
        ("payable", "2026-04-01", -200),
        ("payable", "2026-10-01", 200),
    ]
    assert accounts(CASH, events=events, reserve=kept, clawback=takes)[2:] == [("payable", "2026-10-01", 150)]


def test_a_negative_earning_is_payable_at_once():
    assert accounts(CASH, sale=("2026-03-10", -1_000)) == [("payable", "2026-03-10", -100)]


def test_a_fee_waits_and_so_does_what_is_earned_by_a_rate_that_was_a_fee():
    part = component(release=(CASH,), rate=rate({"2020-01-01": -10, "2026-06-01": 10}))
    deals = sold(("2026-03-10", 1_000), ("2026-06-10", 1_000), ("2026-03-11", -1_000))

    payables = Case([plan(part)]).pays(deals, through=date(2030, 1, 1)).payables

    assert sorted(payables.select("amount_micros", "state").rows()) == [
        (units(-100), "held"),
        (units(100), "held"),
        (units(100), "held"),
    ]


def test_a_plan_that_says_nothing_has_no_second_account():
    outcome = Case([plan()]).pays(sold(THOUSAND))

    assert outcome.payables.is_empty()
    assert outcome.released.is_empty()
    every = every_payable(outcome.lines, outcome.payables, [plan()])
    assert [(of.earned, of.payable, of.payout, of.held) for of in balances(outcome.lines, every)] == [
        (units(1_000), units(1_000), units(1_000), 0)
    ]


def test_below_zero_is_carried_forward():
    takes = taking_back(refunded=Within(within_days=90))
    of = plan(clawback=takes)
    sale = sold(THOUSAND, ("2026-04-20", 4_000), ("2026-06-20", 8_000))
    outcome = Case([of], others={"deal_events": [event("refunded", "2026-04-15")]}).pays(sale)

    found = balances(outcome.lines, every_payable(outcome.lines, outcome.payables, [of]))
    assert [(row.period, row.payable // 10**6, row.payout // 10**6, row.carried_forward // 10**6) for row in found] == [
        ("2026-03", 1_000, 1_000, 0),
        ("2026-04", -600, 0, -600),
        ("2026-06", 800, 200, 0),
    ]


DAYS = st.integers(0, 400).map(lambda more: date(2026, 3, 10) + timedelta(days=more))
AMOUNTS = st.integers(1, 6_000 * 100).map(lambda cents: Fraction(cents, 100))
DELAYS = st.fixed_dictionaries({"after_days": st.none() | st.integers(1, 200)})


@st.composite
def release_steps(draw: st.DrawFn) -> tuple[ReleaseStep, ...]:
    """One to three steps whose shares are 100 % together."""
    cuts = sorted(draw(st.sets(st.integers(1, 99), max_size=2)))
    shares = [Fraction(high - low, 100) for low, high in zip([0, *cuts], [*cuts, 100], strict=True)]
    made = []
    for share in shares:
        on = draw(st.sampled_from(["booking", "contract_start", "delivery", "invoice", "cash"]))
        parts = {"once": draw(st.none() | st.just(Fraction(1, 4))), "pays": draw(st.sampled_from(PAYS))}
        last = draw(st.none() | st.builds(LastDay, after_days=st.integers(1, 300), then=st.sampled_from(THEN)))
        more = parts if on in ("invoice", "cash") else {}
        made.append(ReleaseStep(share=share, on=on, at_latest=last, **draw(DELAYS), **more))
    return tuple(made)


PAYS, THEN = [None, "in_proportion", "all"], ["release", "forfeit"]


@st.composite
def earnings(draw: st.DrawFn) -> tuple[dict[str, Any], list[dict[str, Any]], dict[str, list[tuple[date, int]]]]:
    """A line, clawbacks of parts of it, and what happened to its deal: at most three things of a kind."""
    line = {**LINE, "amount_micros": draw(st.integers(1, 600_000)) * CENT}
    some = st.lists(st.tuples(DAYS, st.integers(0, 100)), max_size=3).map(sorted)
    left, clawbacks = line["amount_micros"], []
    for nth, (day, part) in enumerate(draw(some)):
        taken = left * part // 100 // CENT * CENT
        left -= taken
        if taken:
            of_it = {"part": f"clawback refunded {nth + 1}", "kind": "clawback", "dated_on": day, "rated_on": BOOKED}
            clawbacks.append({**line, **of_it, "amount_micros": -taken})
    days = {kind: dict(draw(some)) for kind in ("invoice", "payment")}
    return line, clawbacks, {kind: [(day, part * 10**8) for day, part in of.items()] for kind, of in days.items()}


BOOKED, CENT = date(2026, 3, 10), 10_000
LINE = {"plan": "ae", "component": "base", "payee_id": "ada", "source_id": "C1", "deal_id": "D1", "kind": "commission"}
LINE |= {"period": "2026-03", "part": "earning", "dated_on": BOOKED, "rated_on": BOOKED}
LINE |= {"currency": "USD", "plan_version": "v1"}
RESERVES = st.none() | st.builds(Reserve, share=st.just(Fraction(1, 7)), after_days=st.integers(1, 99))


def payables(steps: Any, case: Any, reserve: Reserve | None, through: date) -> list[dict[str, Any]]:
    """What becomes of an earning as far as a day."""
    line, clawbacks, days = case
    deal = Happened(10**10, date(2026, 5, 5), {kind: tuple(of) for kind, of in days.items()})
    last = max([through, deal.last_fact(), *(one["dated_on"] for one in clawbacks)])
    of = plan(component(release=steps), reserve=reserve, clawback=taking_back())
    return Unreleased(of, steps, Known(deal, None, last, rules().company)).run(line, clawbacks)


@settings(max_examples=100)
@given(release_steps(), earnings(), RESERVES, DAYS)
def test_payable_held_and_forfeited_add_up_to_what_was_earned(steps: Any, case: Any, kept: Any, through: date) -> None:
    """Whatever happens and whenever it is looked at; nothing below zero is held."""
    rows = payables(steps, case, kept, through)

    line, clawbacks, _ = case
    assert sum(row["amount_micros"] for row in rows) == sum(one["amount_micros"] for one in (line, *clawbacks))
    assert all(row["amount_micros"] > 0 for row in rows if row["state"] == "held")
    assert len({row["part"] for row in rows}) == len(rows)


@settings(max_examples=100)
@given(release_steps(), earnings(), RESERVES, st.tuples(DAYS, DAYS).map(sorted))
def test_time_alone_never_takes_back_what_was_released(steps: Any, case: Any, kept: Any, days: list[date]) -> None:
    """What is payable on one day is so on every later one, as long as nothing else happens."""
    earlier, later = ([row for row in payables(steps, case, kept, day) if row["state"] == "payable"] for day in days)

    assert [row for row in earlier if row not in later] == []


def test_shares_are_of_whole_cents_by_largest_remainder():
    thirds = tuple(ReleaseStep(share=Fraction(1, 3)) for _ in range(3))
    of = plan(component(rate=rate(1), release=thirds))

    outcome = Case([of]).pays(sold(("2026-03-10", 1)))

    assert outcome.payables["amount_micros"].to_list() == [10_000]
