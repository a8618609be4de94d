"""A product of exact ratios is rounded once, whether or not its numbers fit a column."""

from fractions import Fraction

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.money import round_ratio
from engine.payees.curves.curve_columns import LARGEST_INT128
from engine.payees.measures.ratios import rounded_product

SMALL, LARGE = 10**6, 10**17
numbers = st.integers(-SMALL, SMALL) | st.integers(-LARGE, LARGE)
parts = st.tuples(numbers, st.integers(1, SMALL) | st.integers(1, LARGE))


def product(value, *ratios):
    row = {"value": [value]} | {f"p{place}": [part] for place, part in enumerate(sum(ratios, ()))}
    frame = pl.DataFrame(row, schema=dict.fromkeys(row, pl.Int128))
    pairs = [(pl.col(f"p{2 * place}"), pl.col(f"p{2 * place + 1}")) for place in range(len(ratios))]
    return rounded_product(frame, pl.col("value"), pairs)[0]


@settings(deadline=None)  # the machine may be busy
@given(numbers, st.lists(parts, min_size=1, max_size=4))
def test_the_product_is_exact_and_rounded_half_up_once(value, ratios):
    exact = Fraction(value)
    for num, den in ratios:
        exact *= Fraction(num, den)

    rounded = round_ratio(exact.numerator, exact.denominator, 1, "half_up")
    assert product(value, *ratios) == max(-LARGEST_INT128, min(rounded, LARGEST_INT128))


def test_what_is_missing_or_divided_by_nothing_has_no_product():
    for large in (1, LARGE):
        assert product(None, (large, 3), (large, 1), (large, 1)) is None
        assert product(large, (None, 3), (large, 1), (large, 1)) is None
        assert product(large, (large, 0), (large, 1), (large, 1)) is None
