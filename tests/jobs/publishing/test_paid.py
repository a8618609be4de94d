"""A payment is for all plans of a payee, a statement's record for one: how payments are divided."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.publishing.paid import Moved, divided
from store.payments import Entry, Payment

CENT = 10_000
MONTHS = [f"2026-{month:02}" for month in range(1, 7)]


def moved(month: int, **cents: int) -> list[Moved]:
    """What became payable in a month, plan by plan, booked on its last day."""
    period = MONTHS[month - 1]
    return [Moved(plan, period, f"{period}-28", cents_ * CENT) for plan, cents_ in cents.items()]


def paid(month: int, cents: int) -> Entry:
    """A payment for a month, recorded after its last day."""
    period = MONTHS[month - 1]
    return Entry(0, f"{period}-29", Payment("p", period, cents * CENT, "USD", date(2026, 7, 1), period, "R"))


def parts(moves: list[Moved], made: list[Entry]) -> dict[tuple[str, str], int]:
    """In cents; months end in their order. What is nothing is left out."""
    found = divided(moves, made, lambda label, period: label <= period)
    return {key: micros // CENT for key, micros in found.items() if micros}


X1, Y1, X2, Y2 = (MONTHS[0], "x"), (MONTHS[0], "y"), (MONTHS[1], "x"), (MONTHS[1], "y")


@pytest.mark.parametrize(
    ("moves", "made", "expected"),
    [
        pytest.param(moved(1, x=10_000, y=5_001), [paid(1, 15_001)], {X1: 10_000, Y1: 5_001}, id="what is due"),
        pytest.param(moved(1, x=20, y=10), [paid(1, 10)], {X1: 7, Y1: 3}, id="a part of it, largest remainder"),
        pytest.param(
            [*moved(1, x=1_000, y=-200), *moved(2, y=300)],
            [paid(1, 800), paid(2, 300)],
            {X1: 800, X2: 200, Y2: 100},
            id="a plan that owes is helped out, and gives it back",
        ),
        pytest.param(
            [*moved(1, x=100), *moved(2, x=500, y=300)],
            [paid(1, 300), paid(2, 600)],
            {X1: 300, X2: 300, Y2: 300},
            id="what was paid too much is carried forward",
        ),
        pytest.param(moved(1, x=100), [paid(1, 100), paid(1, 10)], {X1: 110}, id="nothing due, but earned"),
        pytest.param(
            [*moved(1, x=100, y=50), *moved(3, x=9)],
            [paid(1, 150), paid(2, 7)],
            {X1: 100, Y1: 50, X2: 4, Y2: 3},
            id="nothing due, nothing earned",
        ),
        pytest.param([], [paid(1, 10)], {}, id="no plan"),
        pytest.param(
            moved(1, x=200, y=100), [paid(1, 300), paid(1, -100)], {X1: 133, Y1: 67}, id="a correction takes back"
        ),
        pytest.param(
            [*moved(1, x=100), Moved("y", MONTHS[0], f"{MONTHS[0]}-30", 900 * CENT)],
            [paid(1, 100)],
            {X1: 100},
            id="what is booked later divides nothing anew",
        ),
        pytest.param(
            [*moved(1, x=100), *moved(2, x=100)], [paid(2, 200)], {X2: 200}, id="a month that nobody exported"
        ),
    ],
)
def test_each_plan_is_paid_what_was_due_under_it(
    moves: list[Moved], made: list[Entry], expected: dict[tuple[str, str], int]
) -> None:
    assert parts(moves, made) == expected


@given(st.lists(st.tuples(st.integers(-500, 900), st.integers(-500, 900), st.integers(0, 300)), min_size=1, max_size=5))
def test_parts_add_up_to_payments_and_in_the_end_to_what_became_payable(months: list[tuple[int, int, int]]) -> None:
    """What is due is paid each month, and now and then too much; in the last month both plans earn a lot."""
    moves: list[Moved] = []
    made: list[Entry] = []
    for month, (x, y, more) in enumerate([*months, (9_000, 9_000, 0)], 1):
        moves += moved(month, x=x, y=y)
        owed = sum(each.micros for each in moves) - sum(each.payment.amount_micros for each in made)
        made.append(paid(month, max(owed // CENT, 0) + more))

    of_month, of_plan = Counter[str](), Counter[str]()
    for (period, plan), cents in parts(moves, made).items():
        of_month[period] += cents
        of_plan[plan] += cents
    assert {each.payment.period: each.payment.amount_micros // CENT for each in made} == {
        each.payment.period: of_month[each.payment.period] for each in made
    }
    assert of_plan == {plan: sum(each.micros for each in moves if each.plan == plan) // CENT for plan in "xy"}
