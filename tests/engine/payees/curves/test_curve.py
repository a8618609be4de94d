"""Payout curves at each edge, their inverse, the way along them, and their column twin."""

from datetime import date
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.documents.curves.bracket import Bracket, Point
from engine.documents.curves.cap import Cap
from engine.documents.plans.component import Component
from engine.documents.values import Dated
from engine.model import MICROS
from engine.money import round_ratio
from engine.payees.curves.curve import Step, inverse, pieces, value_at, walk
from engine.payees.curves.curve_columns import fits_int128, round_ratio_expr, rounded_value, whole
from engine.payees.curves.shape import curve_of, needs_quota, versions
from tests.engine.builders import units

DAY = date(2026, 5, 15)
QUOTA = units(100_000)


def dated(value):
    return Dated(steps=((date.min, value),))


def component(**changes):
    return Component(**{"id": "base", "kind": "commission", "measure": "new_acv", **changes})


def brackets(*pairs, by="from_share"):
    return tuple(Bracket(**{by: start}, rate=dated(Fraction(rate) / 100)) for start, rate in pairs)


def share_curve(tiers="marginal", *pairs):
    of = pairs or ((Fraction(0), 8), (Fraction(1), 12), (Fraction(5, 4), 15))
    return curve_of(component(quota="new_acv", tiers=tiers, brackets=brackets(*of)), DAY)


@pytest.mark.parametrize(
    ("achieved", "pay"),
    [
        (0, 0),
        (50_000, 4_000),
        (99_999, Fraction("7999.92")),
        (100_000, 8_000),
        (100_001, Fraction("8000.12")),
        (125_000, 11_000),
        (125_001, Fraction("11000.15")),
        (200_000, 22_250),
        (-10_000, -800),
    ],
)
def test_marginal_brackets_pay_each_slice_at_its_own_rate(achieved, pay):
    assert value_at(share_curve(), units(achieved), QUOTA) == pay * MICROS


@pytest.mark.parametrize(
    ("achieved", "pay"),
    [
        (0, 0),
        (Fraction("79999.999999"), Fraction("2399.99999997")),
        (80_000, 3_600),
        (109_999, Fraction("4949.955")),
        (110_000, 6_600),
        (-10_000, -300),
    ],
)
def test_whole_tiers_pay_everything_at_the_rate_reached(achieved, pay):
    curve = share_curve("whole", (Fraction(0), 3), (Fraction("0.8"), Fraction("4.5")), (Fraction("1.1"), 6))

    assert value_at(curve, achieved * MICROS, QUOTA) == pay * MICROS


def test_brackets_may_start_at_amounts():
    of = brackets((0, 5), (units(10_000), 10), by="from_micros")
    curve = curve_of(component(tiers="marginal", brackets=of), DAY)

    assert value_at(curve, units(15_000)) == units(1_000)
    assert not needs_quota(component(tiers="marginal", brackets=of))


def test_a_flat_rate_and_pay_for_each_unit():
    flat = curve_of(component(rate=dated(Fraction(1, 100))), DAY)
    each = curve_of(component(pays=dated(units(250))), DAY)

    assert value_at(flat, units(1_234)) == units(1_234) / Fraction(100)
    assert value_at(each, 3 * MICROS) == units(750)
    assert value_at(each, MICROS // 2) == units(125)


def test_a_rate_changes_on_its_day():
    raised = Dated(steps=((date(2025, 2, 1), Fraction(15, 100)), (date(2026, 5, 15), Fraction(16, 100))))
    of = component(tiers="marginal", brackets=(Bracket(from_share=Fraction(0), rate=raised),), quota="new_acv")

    assert versions(of) == (date(2025, 2, 1), date(2026, 5, 15))
    assert value_at(curve_of(of, date(2026, 5, 14)), units(100), QUOTA) == units(15)
    assert value_at(curve_of(of, date(2026, 5, 15)), units(100), QUOTA) == units(16)
    with pytest.raises(ValueError, match="component base has no rate on 2025-01-31"):
        curve_of(of, date(2025, 1, 31))


def test_a_curve_begins_when_its_last_bracket_has_a_rate():
    late = Dated(steps=((date(2026, 1, 1), Fraction(1, 10)),))
    early = Dated(steps=((date(2025, 1, 1), Fraction(1, 20)), (date(2025, 6, 1), Fraction(1, 10))))
    of = (Bracket(from_share=Fraction(0), rate=early), Bracket(from_share=Fraction(1), rate=late))

    assert versions(component(tiers="marginal", brackets=of, quota="q")) == (date(2026, 1, 1),)


def test_what_it_would_take():
    curve = share_curve()

    assert inverse(curve, units(4_000), QUOTA) == units(50_000)
    assert inverse(curve, units(8_000), QUOTA) == units(100_000)
    assert inverse(curve, units(11_000) + 15, QUOTA) == units(125_000) + 100
    assert inverse(curve, 0, QUOTA) == 0

    whole_tiers = share_curve("whole", (Fraction(0), 0), (Fraction(1), 5))
    assert inverse(whole_tiers, 1, QUOTA) == QUOTA
    assert inverse(curve_of(component(rate=dated(Fraction(0))), DAY), 1) is None


def test_the_way_through_brackets_is_told_slice_by_slice():
    assert walk(share_curve(), units(80_000), units(140_000), QUOTA) == [
        Step("slice", 0, Fraction(units(20_000)), Fraction(8, 100)),
        Step("slice", 1, Fraction(units(25_000)), Fraction(12, 100)),
        Step("slice", 2, Fraction(units(15_000)), Fraction(15, 100)),
    ]


def test_a_whole_tier_reached_lifts_everything_before_it():
    curve = share_curve("whole", (Fraction(0), 3), (Fraction("0.8"), Fraction("4.5")))

    assert walk(curve, units(70_000), units(90_000), QUOTA) == [
        Step("slice", 0, Fraction(units(10_000)), Fraction(3, 100)),
        Step("jump", 1, Fraction(units(80_000)), Fraction(15, 1000)),
        Step("slice", 1, Fraction(units(10_000)), Fraction(45, 1000)),
    ]
    assert [step.kind for step in walk(curve, units(70_000), units(80_000), QUOTA)] == ["slice", "jump"]
    assert [step.kind for step in walk(curve, units(80_000), units(70_000), QUOTA)] == ["jump", "slice"]


rates = st.integers(0, 100_000).map(lambda hundredths: Fraction(hundredths, 100)) | st.fractions(0, 1000)
micros = st.integers(-(9 * 10**18), 9 * 10**18)
quotas = st.integers(1, 10**18)


tiers = st.sampled_from(["marginal", "whole", "overage_cliff", "previous_cliff"])


@st.composite
def rows(draw, row, way, values, *, rising, most, by=None):
    """Rows of a table that climb from zero, in shares of quota or in amounts."""
    by = by or draw(st.sampled_from(["from_share", "from_micros"]))
    shares, amounts_ = st.integers(0, 10_000).map(lambda part: Fraction(part, 1000)), st.integers(0, most)
    places = sorted({0, *draw(st.lists(shares if by == "from_share" else amounts_, min_size=1, max_size=4))})
    paid = draw(st.lists(values, min_size=len(places), max_size=len(places)))
    pairs = zip(places, sorted(paid) if rising else paid, strict=True)
    return tuple(row(**{by: Fraction(at) if by == "from_share" else at, way: dated(value)}) for at, value in pairs)


@st.composite
def curves(draw, rising=False, tiers=tiers, most=10**18):
    """Any component: shares or amounts, every way to pay, either boundary, with and without a cap."""
    bounds = {"rising": rising, "most": most}
    amounts_, of = st.integers(0, most // 100), {"boundary": draw(st.sampled_from(["lower", "upper"]))}
    shares = rates.map(lambda rate: rate / 100)
    match draw(st.sampled_from(["rate", "times", "share", "lump", "points"])):
        case "rate":
            of |= {"tiers": draw(tiers), "brackets": draw(rows(Bracket, "rate", shares, **bounds))}
        case "times":
            of |= {
                "tiers": draw(tiers),
                "brackets": draw(rows(Bracket, "times", shares, **bounds, by="from_share")),
            }
            of |= {"rate_decimals": draw(st.none() | st.integers(0, 4))}
        case "share":
            of |= {"brackets": draw(rows(Bracket, "pays", shares, **bounds))}
        case "lump":
            of |= {"brackets": draw(rows(Bracket, "lump", amounts_, **bounds))}
        case _:
            every = draw(rows(Point, "pays", draw(st.sampled_from([shares, amounts_])), **bounds))
            of |= {"points": every[draw(st.sampled_from([0, 1])) if len(every) > 2 else 0 :]}
            of |= {"below": draw(st.sampled_from(["none", "flat", "continue"]))}
            of |= {"beyond": draw(st.sampled_from(["flat", "continue"]))}
    assume(len(of.get("points", "two")) > 1)
    if draw(st.booleans()):
        then = draw(st.none() | st.integers(0, 99).map(lambda part: dated(Fraction(part, 100))))
        of |= {"cap": Cap(per="window", amount=dated(draw(amounts_)), then_pays=then)}
    return curve_of(component(target=dated(draw(amounts_)), quota="q", **of), DAY)


@given(curves(), micros, micros, quotas)
def test_the_way_adds_up_to_the_difference(curve, before, after, quota):
    steps = walk(curve, before, after, quota)

    assert sum(step.amount for step in steps) == value_at(curve, after, quota) - value_at(curve, before, quota)


@given(curves(rising=True), micros, micros, quotas)
def test_more_is_never_paid_less(curve, one, other, quota):
    low, high = sorted((one, other))

    assert value_at(curve, low, quota) <= value_at(curve, high, quota)


@given(curves(), st.integers(0, 10**18), quotas)
def test_the_inverse_is_the_least_that_pays(curve, payout, quota):
    x = inverse(curve, payout, quota)

    if x is None:
        assert value_at(curve, 10**30, quota) < payout or curve.segments[-1].slope == 0
    else:
        assert value_at(curve, x, quota) >= payout
        assert x == 0 or value_at(curve, max(x - 1, Fraction(0)), quota) < payout


@given(curves(rising=True, tiers=st.just("marginal")), st.integers(0, 10**18), quotas)
def test_marginal_tiers_have_no_cliff(curve, x, quota):
    if curve.by_rate:
        steepest = max(segment.line(quota)[0] for segment in curve.segments)
        factor = curve.rounded_rate.factor(quota) if curve.rounded_rate else 1

        assert value_at(curve, x + 1, quota) - value_at(curve, x, quota) <= steepest * factor


@given(curves(), micros, quotas)
def test_the_pieces_of_a_curve_are_the_curve(curve, x, quota):
    every = pieces(curve, quota)
    reached = [piece for piece in every if piece.start < x or (piece.start == x and not piece.open)]

    assert (reached[-1] if reached else every[0]).value(x) == value_at(curve, x, quota)


@given(curves(), micros, quotas, st.integers(1, 10**6))
def test_scaling_amounts_scales_pay(curve, x, quota, factor):
    bound = curve.limit or any(segment.from_micros or segment.at_micros or segment.lift for segment in curve.segments)
    if not bound:
        assert value_at(curve, x * factor, quota * factor) == value_at(curve, x, quota) * factor


modes = st.sampled_from(["half_up", "half_even", "down"])
minor_units = st.sampled_from([100, 1_000, 10_000, 1_000_000])


few, small = st.integers(-(10**9), 10**9), st.integers(1, 10**9)
batches = st.lists(st.tuples(micros, quotas), min_size=1, max_size=20)
small_batches = st.lists(st.tuples(few, small), min_size=1, max_size=20)


@settings(deadline=None)
@given(curves() | curves(most=10**9), batches | small_batches, minor_units, modes)
def test_columns_agree_with_fractions(curve, rows, unit, mode):
    largest_x, largest_quota = (max(abs(row[place]) for row in rows) for place in (0, 1))
    if not fits_int128(curve, largest_x, largest_quota, unit):
        return
    frame = pl.DataFrame(rows, schema={"x": pl.Int128, "quota": pl.Int128}, orient="row")
    paid = frame.select(rounded_value(curve, pl.col("x"), pl.col("quota"), unit, mode)).to_series().to_list()
    exact = [value_at(curve, x, quota) for x, quota in rows]

    assert paid == [round_ratio(value.numerator, value.denominator, unit, mode) for value in exact]


@pytest.mark.parametrize("tiers", ["marginal", "whole"])
def test_columns_take_the_bracket_that_begins_at_a_point(tiers):
    curve = share_curve(tiers)
    xs = [units(100_000) + step for step in (-1, 0, 1)] + [units(125_000) + step for step in (-1, 0, 1)]
    frame = pl.DataFrame({"x": xs, "quota": QUOTA}, schema={"x": pl.Int128, "quota": pl.Int128})
    paid = frame.select(rounded_value(curve, pl.col("x"), pl.col("quota"), 1, "down")).to_series().to_list()

    assert paid == [int(value_at(curve, x, QUOTA)) for x in xs]


@pytest.mark.parametrize("mode", ["half_up", "half_even", "down"])
def test_columns_round_ties_as_numbers_do(mode):
    nums = list(range(-35, 36, 5))
    rounded = pl.DataFrame({"num": nums}, schema={"num": pl.Int128}).select(
        round_ratio_expr(pl.col("num"), whole(1), 10, mode)
    )

    assert rounded.to_series().to_list() == [round_ratio(num, 1, 10, mode) for num in nums]


@settings(deadline=None)
@given(st.lists(st.integers(-(10**36), 10**36), min_size=1), st.integers(1, 10**6), minor_units, modes)
def test_rounding_columns_is_rounding_numbers(nums, den, unit, mode):
    frame = pl.DataFrame({"num": nums}, schema={"num": pl.Int128})
    rounded = frame.select(round_ratio_expr(pl.col("num"), whole(den), unit, mode)).to_series().to_list()

    assert rounded == [round_ratio(num, den, unit, mode) for num in nums]


def test_what_wraps_int128_is_known_beforehand():
    curve = share_curve()

    assert fits_int128(curve, 10**19, 10**18, 10_000)
    assert not fits_int128(curve, 10**36, 10**18, 10_000)
