"""Every way to say how much is another curve: numbers computed by hand at each edge."""

from datetime import date
from fractions import Fraction

import pytest

from engine.documents.reading import read_plan
from engine.model import MICROS
from engine.payees.curves.curve import inverse, value_at, walk
from engine.payees.curves.shape import curve_of, needs_quota, target_of
from tests.engine.builders import units

DAY = date(2026, 5, 15)
QUOTA = units(100_000)
PLAN = """
plan: ae
currency: USD
effective: {{from: 2026-02-01, until: 2027-02-01}}
measures:
  acv: {{sum: acv}}
  meetings: {{count: deals}}
components:
  - {{id: base, kind: commission, measure: {measure}, {pays}}}
"""
YEAR = "quota: acv, accumulates: year"


def brackets(way, *pairs):
    """The YAML of brackets that begin somewhere and pay something."""
    return "brackets: [" + ", ".join(f"{{from: {start}, {way}: {pays}}}" for start, pays in pairs) + "]"


def points(*pairs):
    """The YAML of points at which something is paid."""
    return "points: [" + ", ".join(f"{{at: {at}, pays: {pays}}}" for at, pays in pairs) + "]"


TIERS = brackets("rate", ("0%", "5%"), ("80%", "8%"), ("100%", "10%"), ("120%", "12%"))
STEPS = f"{YEAR}, target: 10_000, {brackets('pays', ('0%', '0%'), ('80%', '50%'), ('100%', '100%'))}"
POINTS = points(("80%", "50%"), ("100%", "100%"), ("150%", "200%"))
OTE = f"{YEAR}, target: 50_000, tiers: marginal, {brackets('times', ('0%', 1), ('100%', '1.5'), ('150%', 2))}"


def component(pays, measure="acv"):
    found = read_plan(PLAN.format(measure=measure, pays=pays), "plan.yaml")
    assert [str(issue) for issue in found.issues] == []
    return found.rows.components[0]


def paid(pays, achieved, measure="acv", day=DAY):
    """F at an achievement in whole units, in whole units."""
    return value_at(curve_of(component(pays, measure), day), Fraction(achieved) * MICROS, QUOTA) / MICROS


@pytest.mark.parametrize(
    ("tiers", "achieved", "pays"),
    [
        ("marginal", 130_000, 8_800),
        ("whole", 130_000, 15_600),
        ("overage_cliff", 130_000, 10_000),
        ("previous_cliff", 130_000, 9_200),
        ("overage_cliff", 79_999, Fraction("3999.95")),
        ("overage_cliff", 80_000, 4_000),
        ("overage_cliff", 99_999, Fraction("5599.92")),
        ("overage_cliff", 100_000, 4_000 + 2_000),
        ("overage_cliff", 120_000, 4_000 + 4_800),
        ("previous_cliff", 80_000, 6_400),
        ("previous_cliff", 100_000, 4_000 + 2_000),
        ("previous_cliff", 120_000, 4_000 + 1_600 + 2_400),
    ],
)
def test_tiers_say_which_part_the_rate_reached_pays_for(tiers, achieved, pays):
    assert paid(f"{YEAR}, tiers: {tiers}, {TIERS}", achieved) == pays


@pytest.mark.parametrize(
    ("boundary", "achieved", "pays"),
    [("lower", 80_000, 6_400), ("upper", 80_000, 4_000), ("upper", Fraction("80000.01"), Fraction("6400.0008"))],
)
def test_the_boundary_belongs_to_the_side_that_the_plan_says(boundary, achieved, pays):
    assert paid(f"{YEAR}, tiers: whole, boundary: {boundary}, {TIERS}", achieved) == pays


@pytest.mark.parametrize(
    ("achieved", "pays"), [(-5_000, 0), (0, 0), (79_999, 0), (80_000, 5_000), (99_999, 5_000), (100_000, 10_000)]
)
def test_a_target_is_paid_in_steps(achieved, pays):
    assert paid(STEPS, achieved) == pays


def test_the_upper_boundary_of_a_step():
    assert paid(f"{STEPS}, boundary: upper", 100_000) == 5_000
    assert paid(f"{STEPS}, boundary: upper", 100_001) == 10_000


def test_a_first_step_that_pays_is_paid_from_the_first_unit_on():
    floor = f"{YEAR}, target: 10_000, {brackets('pays', ('0%', '25%'), ('100%', '100%'))}"

    assert [paid(floor, x) for x in (-1, 0, 1, 100_000)] == [0, 0, 2_500, 10_000]


@pytest.mark.parametrize(
    ("ends", "achieved", "pays"),
    [
        ("below: none, beyond: flat", 79_999, 0),
        ("below: none, beyond: flat", 80_000, 5_000),
        ("below: none, beyond: flat", 90_000, 7_500),
        ("below: none, beyond: flat", 100_000, 10_000),
        ("below: none, beyond: flat", 125_000, 15_000),
        ("below: none, beyond: flat", 150_000, 20_000),
        ("below: none, beyond: flat", 500_000, 20_000),
        ("below: none, beyond: continue", 160_000, 22_000),
        ("below: flat, beyond: flat", 1, 5_000),
        ("below: flat, beyond: flat", 0, 0),
        ("below: continue, beyond: flat", 70_000, 2_500),
        ("below: continue, beyond: flat", 60_000, 0),
        ("below: continue, beyond: flat", 10_000, 0),
        ("below: none, beyond: flat, boundary: upper", 80_000, 0),
        ("below: none, beyond: flat, boundary: upper", 80_001, Fraction("5000.25")),
    ],
)
def test_points_are_joined_by_straight_lines(ends, achieved, pays):
    assert paid(f"{YEAR}, target: 10_000, {ends}, {POINTS}", achieved) == pays


def test_points_may_be_amounts_for_amounts():
    curve = f"accumulates: year, beyond: continue, {points((0, 0), ('50_000', '1_000'), ('100_000', '4_000'))}"

    assert [paid(curve, x) for x in (-1, 25_000, 50_000, 75_000, 110_000)] == [0, 500, 1_000, 2_500, 4_600]


def test_a_line_that_continues_downwards_to_above_zero_pays_from_the_first_unit_on():
    curve = f"below: continue, beyond: flat, {points(('50_000', '2_000'), ('100_000', '3_000'))}"

    assert [paid(curve, x) for x in (0, 1, 50_000)] == [0, Fraction("1000.02"), 2_000]


@pytest.mark.parametrize(
    ("achieved", "pays"), [(50_000, 25_000), (100_000, 50_000), (120_000, 65_000), (150_000, 87_500), (160_000, 97_500)]
)
def test_a_rate_derived_from_variable_pay_accelerates(achieved, pays):
    assert paid(OTE, achieved) == pays


def test_a_flat_target_rate_is_exact_unless_it_is_rounded():
    flat = "quota: acv, accumulates: year, target: 12_345.60, times: 1"

    assert paid(flat, 30_000) == Fraction("3703.68")
    assert paid(f"{flat}, rate_decimals: 2", 30_000) == 30_000 * Fraction("0.1235")
    assert paid(f"{flat}, rate_decimals: 0", 30_000) == 3_600


def test_a_weight_is_a_part_of_the_target():
    assert paid(f"{STEPS}, weight: 40%", 100_000) == 4_000
    assert target_of(component(f"{STEPS}, weight: 40%"), DAY) == units(4_000)
    assert target_of(component("rate: 8%"), DAY) is None


def test_an_amount_for_each_unit_in_tiers():
    meetings = f"accumulates: month, tiers: marginal, {brackets('pays', (0, 50), (10, 75), (20, 100))}"

    assert [paid(meetings, x, "meetings") for x in (9, 10, 11, 25)] == [450, 500, 575, 1_750]
    assert paid(meetings.replace("marginal", "whole"), 11, "meetings") == 825


def test_a_lump_for_reaching_a_number():
    lumps = f"accumulates: quarter, {brackets('lump', (0, 0), (10, 500), (15, '1_200'))}"

    assert [paid(lumps, x, "meetings") for x in (9, 10, 14, 15, 99)] == [0, 500, 500, 1_200, 1_200]


def test_an_amount_for_an_amount():
    assert paid("pays: 100, per: 1_000", 2_500) == 250
    tiers = f"accumulates: year, per: 1_000, tiers: marginal, {brackets('pays', (0, 100), ('5_000', 150))}"
    assert paid(tiers, 6_000) == 650


def test_percentages_over_a_hundred_a_zero_band_and_falling_rates():
    assert paid("rate: 150%", 1_000) == 1_500
    bands = f"accumulates: year, tiers: marginal, {brackets('rate', (0, '0%'), ('1_000', '10%'), ('2_000', '4%'))}"
    assert [paid(bands, x) for x in (1_000, 2_000, 3_000)] == [0, 100, 140]


@pytest.mark.parametrize(
    ("cap", "achieved", "pays"),
    [
        ("amount: 6_000", 99_999, Fraction("5599.92")),
        ("amount: 6_000", 104_000, 6_000),
        ("amount: 6_000", 200_000, 6_000),
        ("amount: 6_000, then_pays: 50%", 130_000, 6_000 + 1_400),
        ("amount: {2026-02-01: 1_000, 2026-05-15: 6_000}", 200_000, 6_000),
        ("amount: 6_000", -10_000, -500),
    ],
)
def test_a_cap_of_a_window_is_a_curve_too(cap, achieved, pays):
    assert paid(f"{YEAR}, tiers: marginal, {TIERS}, cap: {{per: window, {cap}}}", achieved) == pays


def test_a_cap_in_percent_of_the_target_and_of_each_deal():
    assert paid(f"{OTE}, cap: {{per: window, of_target: 150%}}", 160_000) == 75_000
    assert paid("rate: 10%, cap: {per: deal, amount: 750}", 10_000) == 750


def test_what_it_would_take_respects_steps_points_and_caps():
    steps = curve_of(component(f"{STEPS}, boundary: upper"), DAY)
    capped = curve_of(component(f"{OTE}, cap: {{per: window, of_target: 150%}}"), DAY)
    points = curve_of(component(f"{YEAR}, target: 10_000, below: none, beyond: flat, {POINTS}"), DAY)

    assert inverse(steps, 1, QUOTA) == units(80_000) + 1
    assert inverse(points, units(7_500), QUOTA) == units(90_000)
    assert inverse(points, 1, QUOTA) == units(80_000)
    assert inverse(points, units(20_001), QUOTA) is None
    assert inverse(capped, units(75_000), QUOTA) == Fraction(units(400_000), 3)
    assert inverse(capped, units(75_000) + 1, QUOTA) is None


def test_the_way_names_lumps_jumps_and_what_lies_above_the_cap():
    def kinds(pays, before, after):
        steps = walk(curve_of(component(pays), DAY), units(before), units(after), QUOTA)
        return [(step.kind, step.base / MICROS, step.slope, step.amount / MICROS) for step in steps]

    assert kinds(STEPS, 79_000, 81_000) == [
        ("slice", 1_000, 0, 0),
        ("lump", Fraction(1, MICROS), units(5_000), 5_000),
        ("slice", 1_000, 0, 0),
    ]
    assert kinds(STEPS, 81_000, 79_000)[1] == ("lump", Fraction(1, MICROS), -units(5_000), -5_000)
    assert kinds(f"{YEAR}, tiers: overage_cliff, {TIERS}", 100_000, 120_000) == [
        ("slice", 20_000, Fraction(1, 10), 2_000),
        ("jump", 40_000, Fraction(2, 100), 800),
    ]
    assert kinds("rate: 10%, cap: {per: deal, amount: 750, then_pays: 50%}", 0, 10_000) == [
        ("slice", 7_500, Fraction(1, 10), 750),
        ("capped", 2_500, Fraction(1, 20), 125),
    ]


def test_values_may_change_by_date():
    dated = STEPS.replace("target: 10_000", "target: {2026-02-01: 8_000, 2026-05-15: 10_000}")

    assert paid(dated, 100_000, day=date(2026, 5, 14)) == 8_000
    assert paid(dated, 100_000) == 10_000


def test_only_shares_of_quota_need_one():
    assert needs_quota(component(OTE))
    assert needs_quota(component(f"{YEAR}, target: 10_000, below: none, beyond: flat, {POINTS}"))
    assert not needs_quota(component(f"target: 500, {brackets('pays', (0, '0%'), ('1_000', '100%'))}"))
