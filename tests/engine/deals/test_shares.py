"""Dividing columns of money is the same as dividing them one by one with `money.allocate`, and always adds up."""

from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import frames as f
from engine.deals.shares import MEASURES, PARTS_OF_A_SPLIT, WHOLE, divided, portion, reduced, weight_of
from engine.model import LARGEST_MICROS, MICROS
from engine.money import allocate
from tests.engine.builders import frame, units

amounts = st.integers(-LARGEST_MICROS, LARGEST_MICROS)
some_shares = st.lists(st.integers(1, 10**9).map(lambda part: Fraction(part, 10**9)), min_size=1, max_size=5)


def parts_of(groups):
    """The parts of several groups of (total, shares) divided in one go."""
    rows = [
        (group, place, total, weight_of(share) * PARTS_OF_A_SPLIT)
        for group, (total, shares) in enumerate(groups)
        for place, share in enumerate(shares)
    ]
    names = {"nth": pl.Int64, "place": pl.Int64, "total": pl.Int128, "weight": pl.Int128}
    given_rows = pl.DataFrame(rows, schema=names, orient="row").with_columns(pl.col("total").alias(m) for m in MEASURES)
    shuffled = divided(given_rows.reverse(), "nth").sort("nth", "place")
    assert shuffled["acv_micros"].equals(shuffled["amount_micros"], null_equal=True)
    return [shuffled.filter(nth=group)["amount_micros"].to_list() for group in range(len(groups))]


@pytest.mark.parametrize(
    ("total", "shares", "parts"),
    [
        (100, [Fraction(1, 2), Fraction(1, 2)], [50, 50]),
        (101, [Fraction(1, 2), Fraction(1, 2)], [51, 50]),
        (-101, [Fraction(1, 2), Fraction(1, 2)], [-51, -50]),
        (100, [Fraction("0.3333"), Fraction("0.3333"), Fraction("0.3334")], [33, 33, 34]),
        (10, [Fraction("0.05"), Fraction("0.95")], [1, 9]),
        (0, [Fraction(1, 2), Fraction(1, 2)], [0, 0]),
        (1, [Fraction(1)], [1]),
        (1, [Fraction(1, 2)], [1]),
        (-1, [Fraction(1, 2)], [-1]),
        (3, [Fraction(1, 4)], [1]),
        (1, [Fraction(1, 4)], [0]),
        (LARGEST_MICROS, [Fraction(1, 10**9), 1 - Fraction(1, 10**9)], [10**9, LARGEST_MICROS - 10**9]),
    ],
)
def test_parts_go_by_largest_remainder_and_ties_to_the_first(total, shares, parts):
    assert parts_of([(total, shares)]) == [parts]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(amounts, some_shares), min_size=1, max_size=4))
def test_columns_are_divided_as_single_amounts_are(groups):
    assert parts_of(groups) == [allocate(total, shares) for total, shares in groups]


def test_a_share_with_more_than_nine_decimals_of_a_percent_is_refused():
    with pytest.raises(ValueError, match="a share of 1/3 has more than nine decimals of a percent"):
        weight_of(Fraction(1, 3))


def test_weights_become_shares_in_lowest_terms():
    rows = pl.DataFrame({"weight": [WHOLE, WHOLE // 2, WHOLE // 10_000 * 3333]}, schema={"weight": pl.Int128})

    assert reduced(rows).select("share_num", "share_den").rows() == [(1, 1), (1, 2), (3333, 10_000)]


# ------------------------------------------------------------------------------- portions


def portions(acv, expiring, amount):
    deal = frame(
        f.Classified,
        [{"deal_id": "D1", "acv_micros": acv, "expiring_acv_micros": expiring, "amount_micros": amount}],
    )
    return [deal.select(portion(name)).row(0) for name in ("renewed", "uplift")]


@pytest.mark.parametrize(
    ("acv", "expiring", "amount", "renewed", "uplift"),
    [
        (units(15), units(10), units(15), (units(10), units(10), 666_667), (units(5), units(5), 333_333)),
        (units(15), units(10), units(45), (units(30), units(10), 666_667), (units(15), units(5), 333_333)),
        (units(10), units(10), units(10), (units(10), units(10), MICROS), (0, 0, 0)),
        (units(8), units(10), units(8), (units(8), units(8), MICROS), (0, 0, 0)),
        (units(8), 0, units(8), (0, 0, 0), (units(8), units(8), MICROS)),
        (units(8), -1, units(8), (0, 0, 0), (units(8), units(8), MICROS)),
        (0, units(10), units(3), (units(3), 0, MICROS), (0, 0, 0)),
        (2, 1, 1, (1, 1, 500_000), (0, 1, 500_000)),
    ],
)
def test_a_renewal_is_divided_at_the_expiring_acv(acv, expiring, amount, renewed, uplift):
    """Columns: amount, ACV, units. The renewed portion gets the half micro-unit."""
    assert portions(acv, expiring, amount) == [renewed, uplift]


@settings(max_examples=100, deadline=None)
@given(st.integers(0, LARGEST_MICROS), amounts, amounts)
def test_portions_add_up_to_the_deal(acv, expiring, amount):
    renewed, uplift = portions(acv, expiring, amount)

    assert [one + other for one, other in zip(renewed, uplift, strict=True)] == [amount, acv, MICROS]
