"""Capitalised commissions: a straight line with nothing lost, late changes, clawbacks, and customers who left."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.reporting.amortised import Term, month_label, month_of, schedule

CENT = 10_000
JANUARY = month_of(date(2026, 1, 15))


def told(earned: dict[int, tuple[int, int]], term: Term) -> list[tuple[int, ...]]:
    """The months in cents: number since January, opening, amortised, impaired, closing."""
    in_cents = {month + JANUARY: (added * CENT, taken * CENT) for month, (added, taken) in earned.items()}
    shifted = Term(term.first + JANUARY, term.end + JANUARY, None if term.left is None else term.left + JANUARY)
    return [
        (of.month - JANUARY, *(part // CENT for part in (of.opening, of.amortised, of.impaired, of.closing)))
        for of in schedule(in_cents, shifted, CENT)
    ]


def test_it_is_a_straight_line_and_the_first_months_get_the_remainder() -> None:
    """1.00 over three months; nothing before the contract starts."""
    assert told({0: (100, 0)}, Term(0, 3)) == [(0, 0, 34, 0, 66), (1, 66, 33, 0, 33), (2, 33, 33, 0, 0)]
    assert told({0: (100, 0)}, Term(1, 3)) == [(0, 0, 0, 0, 100), (1, 100, 50, 0, 50), (2, 50, 50, 0, 0)]
    assert month_label(JANUARY + 11) == "2026-12"


def test_a_later_change_counts_from_its_month_on() -> None:
    """An adjustment is spread over what is left; one after the end is amortised at once."""
    assert told({0: (90, 0), 1: (30, 0)}, Term(0, 3)) == [(0, 0, 30, 0, 60), (1, 60, 45, 0, 45), (2, 45, 45, 0, 0)]
    assert told({0: (90, 0), 4: (7, 0)}, Term(0, 3))[-1] == (4, 0, 7, 0, 0)


def test_a_clawback_takes_off_the_balance_and_the_rest_of_a_lost_customer_is_impaired() -> None:
    """What was amortised before and is taken back, too, is amortisation below zero."""
    lost = told({0: (120, 0), 2: (0, -50)}, Term(0, 4, left=2))
    assert lost == [(0, 0, 30, 0, 90), (1, 90, 30, 0, 60), (2, 60, 0, 10, 0)]
    assert told({0: (120, 0), 2: (0, -120)}, Term(0, 4, left=2))[-1] == (2, 60, -60, 0, 0)


@settings(max_examples=40)
@given(
    st.dictionaries(
        st.integers(0, 30), st.tuples(st.integers(0, 10**9), st.integers(-(10**9), 0)), min_size=1, max_size=6
    ),
    st.integers(0, 12),
    st.integers(1, 40),
    st.none() | st.integers(0, 40),
)
def test_whatever_goes_on_comes_off(
    earned: dict[int, tuple[int, int]], first: int, months: int, left: int | None
) -> None:
    """Every month's parts are its closing balance, which opens the next; the last is nothing, none is below zero."""
    opening = 0
    gone = 0
    for each in schedule(earned, Term(first, first + months, left), CENT):
        assert each.opening == opening >= 0
        assert each.closing == opening + each.capitalised + each.taken_back - each.amortised - each.impaired >= 0
        opening, gone = each.closing, gone + each.amortised + each.impaired
    assert opening == 0
    assert gone == sum(added + taken for added, taken in earned.values())
