"""Money is exact: what is read, rounded, divided and shown."""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model import LARGEST_MICROS, MICROS
from engine.money import (
    MINOR_DIGITS,
    allocate,
    amount_text,
    format_amount,
    minor_unit_micros,
    parse_amount,
    round_ratio,
)

amounts = st.integers(-LARGEST_MICROS, LARGEST_MICROS)


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("0", 0),
        ("-0", 0),
        ("1234.50", 1_234_500_000),
        ("+7", 7_000_000),
        (".5", 500_000),
        ("5.", 5_000_000),
        ("-0.000001", -1),
        ("1.2E+3", 1_200_000_000),
        ("12e-1", 1_200_000),
        ("0.30000000000000004", 300_000),
        ("1234.5599999999999", 1_234_560_000),
        ("1000000000000", LARGEST_MICROS),
    ],
)
def test_reads_what_crms_write(text, micros):
    assert parse_amount(text) == micros


@pytest.mark.parametrize(
    "text",
    [
        *("", ".", "-", "e5", "NaN", "Infinity", "-inf", "1_000", "1,000", " 1", "1 ", "1\n", "١٢", "0x10"),
        *("1e999999999", "1e61", "9" * 81, "1.2.3", "--1", "1e", "0.1234567", "0.000000001"),
        *("1000000000000.000001", "1e13", "½", "12$"),
    ],
)
def test_refuses_what_is_no_amount(text):
    with pytest.raises(ValueError, match=r"amount|range|decimals"):
        parse_amount(text)


def test_the_edge_of_a_binary_tail_is_refused():
    assert parse_amount("0.1000000009999") == 100_000

    with pytest.raises(ValueError, match="more than six decimals; round it in the CRM"):
        parse_amount("0.100000001")


@given(amounts)
def test_an_amount_survives_text_and_back(micros):
    assert parse_amount(amount_text(micros, 6)) == micros
    assert parse_amount(format_amount(micros, "USD").replace(",", "")) == micros


@pytest.mark.parametrize(
    ("micros", "currency", "text"),
    [
        (1_234_500_000, "USD", "1,234.50"),
        (-1_234_500_000, "USD", "-1,234.50"),
        (1_234_000_000, "JPY", "1,234"),
        (1_234_000_000, "KWD", "1,234.000"),
        (1_234_567_891, "USD", "1,234.567891"),
        (0, "EUR", "0.00"),
        (-10_000, "EUR", "-0.01"),
    ],
)
def test_shows_the_decimals_of_the_currency(micros, currency, text):
    assert format_amount(micros, currency) == text


@pytest.mark.parametrize(
    ("micros", "scale", "text"),
    [
        (1_234_500_000, 2, "1234.50"),
        (-4_999, 2, "0.00"),
        (-5_000, 2, "-0.01"),
        (5_000, 2, "0.01"),
        (1_500_000, 0, "2"),
        (1, 8, "0.00000100"),
    ],
)
def test_writes_what_a_crm_field_can_hold(micros, scale, text):
    assert amount_text(micros, scale) == text


def test_minor_units():
    assert [minor_unit_micros(code) for code in ("JPY", "USD", "KWD", "CLF")] == [1_000_000, 10_000, 1_000, 100]
    assert all(len(code) == 3 and code.isupper() for code in MINOR_DIGITS)

    with pytest.raises(ValueError, match="'XXX' is not a currency we know"):
        minor_unit_micros("XXX")


@pytest.mark.parametrize(
    ("num", "mode", "rounded"),
    [
        (5, "half_up", 10),
        (-5, "half_up", -10),
        (4, "half_up", 0),
        (5, "half_even", 0),
        (15, "half_even", 20),
        (-15, "half_even", -20),
        (16, "half_even", 20),
        (19, "down", 10),
        (-19, "down", -10),
        (0, "half_up", 0),
    ],
)
def test_rounds_on_the_absolute_value(num, mode, rounded):
    assert round_ratio(num, 1, 10, mode) == rounded


def test_a_ratio_needs_a_positive_denominator():
    with pytest.raises(ValueError, match="positive denominator"):
        round_ratio(1, 0, 1, "half_up")


@given(st.integers(-(10**30), 10**30), st.integers(1, 10**9), st.sampled_from(["half_up", "half_even", "down"]))
def test_rounds_as_the_decimal_module_does(num, power, mode):
    den, names = 2**10 * 5**3, {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN}
    exact = Decimal(num * 5**7).scaleb(-10, Context(prec=80))  # num / den, a finite decimal

    assert round_ratio(num, den, 1, mode) == int(exact.quantize(Decimal(1), names[mode], Context(prec=80)))
    assert round_ratio(num * power, den * power, 1, mode) == round_ratio(num, den, 1, mode)


def test_parts_add_up_and_ties_go_to_the_first():
    third = Fraction(1, 3)

    assert allocate(100, [third, third, third]) == [34, 33, 33]
    assert allocate(-100, [third, third, third]) == [-34, -33, -33]
    assert allocate(7, [Fraction(1, 2), Fraction(1, 2)]) == [4, 3]
    assert allocate(-1, [Fraction(1, 2), Fraction(1, 2)]) == [-1, 0]
    assert allocate(10, [Fraction(1, 2)]) == [5]
    assert allocate(10, []) == []

    with pytest.raises(ValueError, match="never negative"):
        allocate(10, [Fraction(-1, 2)])


@given(amounts, st.lists(st.integers(0, 1000), min_size=1, max_size=8).filter(any))
def test_parts_differ_from_exact_by_less_than_one(total, weights):
    shares = [Fraction(weight, sum(weights)) for weight in weights]
    parts = allocate(total, shares)

    assert sum(parts) == total
    assert all(abs(part - total * share) < 1 for part, share in zip(parts, shares, strict=True))
    assert allocate(-total, shares) == [-part for part in parts]


def test_micros_are_micros():
    assert parse_amount("1") == MICROS
