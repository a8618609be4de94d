"""The generator's own arithmetic, at its edges."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.world.dates import (
    add_months,
    clear_of_month_end,
    fiscal_quarter,
    fiscal_year,
    history_start,
    months,
    whole_months,
)
from sandbox.world.ids import Ids, with_check
from sandbox.world.money import WHOLE, divide, half_up, text_of
from sandbox.world.payouts import BASE_BEFORE, BASE_SINCE, GROWTH, OVERRIDE

days = st.dates(date(2000, 1, 1), date(2050, 12, 31))


@pytest.mark.parametrize(
    ("cents", "text"), [(0, "0"), (5, "0.05"), (100, "1"), (123450, "1234.50"), (-5, "-0.05"), (-1200, "-12")]
)
def test_money_text(cents, text):
    assert text_of(cents) == text


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [
        (1, 2, 1),
        (-1, 2, -1),
        (3, 2, 2),
        (49, 100, 0),
        (50, 100, 1),
        (-49, 100, 0),
        (-51, 100, -1),
        (7, 3, 2),
        (8, 3, 3),
    ],
)
def test_halves_round_away_from_zero(numerator, denominator, rounded):
    assert half_up(numerator, denominator) == rounded


def test_largest_remainder_gets_the_rest_and_ties_go_to_the_first():
    assert divide(100, [3333, 3333, 3334]) == [33, 33, 34]
    assert divide(1, [5000, 5000]) == [1, 0]
    assert divide(-1, [5000, 5000]) == [-1, 0]
    assert divide(10, [6000, 4000]) == [6, 4]


@given(st.integers(-(10**15), 10**15), st.lists(st.integers(0, WHOLE), min_size=0, max_size=5))
def test_parts_always_add_up(total, cuts):
    shares = [after - before for before, after in pairwise([0, *sorted(cuts), WHOLE])]
    parts = divide(total, shares)

    assert sum(parts) == total
    assert all(abs(part * WHOLE - total * share) < WHOLE for part, share in zip(parts, shares, strict=True))


def test_check_characters_are_those_of_a_real_id():
    assert with_check("001R0000005hDFY") == "001R0000005hDFYIA2"


def test_ids_of_one_object_count_up():
    ids = Ids()

    assert [ids.next("001"), ids.next("006"), ids.next("001")] == [
        with_check("001Hb0000000001"),
        with_check("006Hb0000000001"),
        with_check("001Hb0000000002"),
    ]


@given(days, st.integers(-600, 600))
def test_adding_months_keeps_the_day_or_takes_the_months_last(day, count):
    found = add_months(day, count)

    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == count
    if found.day != day.day:
        assert found.day < day.day
        assert (found + timedelta(days=1)).day == 1


month_ends = days.map(lambda day: add_months(day.replace(day=1), 1) - timedelta(days=1))


@given(days | month_ends, month_ends)
def test_days_clear_of_month_ends_are_counted_alike_by_everybody(signed, day):
    """The other way to count completes a month on its last day too."""
    clear = clear_of_month_end(day, signed)
    other = (clear.year - signed.year) * 12 + clear.month - signed.month
    if add_months(signed, other) > clear:
        other -= 1

    assert whole_months(signed, clear) == other


def test_fiscal_calendar_starts_in_february():
    assert fiscal_year(date(2026, 1, 31)) == date(2025, 2, 1)
    assert fiscal_year(date(2026, 2, 1)) == date(2026, 2, 1)
    assert fiscal_quarter(date(2026, 1, 31)) == date(2025, 11, 1)
    assert fiscal_quarter(date(2026, 4, 30)) == date(2026, 2, 1)
    assert fiscal_quarter(date(2026, 5, 1)) == date(2026, 5, 1)
    assert history_start(date(2026, 11, 1)) == date(2023, 2, 1)
    assert list(months(date(2025, 12, 15), date(2026, 2, 1))) == [date(2025, 12, 1), date(2026, 1, 1)]


@pytest.mark.parametrize(
    ("curve", "achieved", "earned"),
    [
        (BASE_BEFORE, 0, 0),
        (BASE_BEFORE, 100, 100 * 800),
        (BASE_BEFORE, 125, 100 * 800 + 25 * 1200),
        (BASE_BEFORE, 126, 100 * 800 + 25 * 1200 + 1500),
        (BASE_SINCE, 126, 100 * 800 + 25 * 1200 + 1600),
        (GROWTH, 79, 79 * 300),
        (GROWTH, 80, 80 * 450),
        (GROWTH, 110, 110 * 600),
        (OVERRIDE, 101, 100 * 100 + 150),
    ],
)
def test_curves_at_their_edges(curve, achieved, earned):
    assert curve(achieved, 100) == earned
