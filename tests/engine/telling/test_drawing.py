"""Drawings of payout curves: every corner exact, jumps as jumps, on a terminal and as SVG."""

import xml.etree.ElementTree as ET
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.documents.curves.bracket import Bracket
from engine.documents.curves.cap import Cap
from engine.documents.curves.gauge import Gate
from engine.documents.measures.measure import Measure
from engine.documents.measures.retention import Retention
from engine.documents.values import Dated
from engine.model import MICROS
from engine.telling.drawing import Picture, picture, round_steps
from engine.telling.drawing_svg import as_svg
from engine.telling.drawing_text import COLUMNS, as_text
from tests.engine.builders import units
from tests.engine.plans import by_amount, by_share, component, plan, rate

MARGINAL = by_share((0, 8), (100, 12), (125, {"2026-01-01": 15, "2026-08-01": 16}))
WHOLE = by_share((0, 3), (80, "4.5"), (110, 6))


def drawn(quota=None, day=None, **changes) -> Picture:
    part = component(**changes)
    return picture(plan(part), part, day, None if quota is None else units(quota))


def svg_of(made: Picture, kind: str) -> list[ET.Element]:
    root = ET.fromstring(as_svg(made))  # noqa: S314  # our own text
    return [each for each in root.iter() if each.get("class") == kind]


def test_corners_are_the_starts_of_brackets_with_their_exact_pay() -> None:
    """In percent of the quota given, up to half as far again."""
    made = drawn(200_000, brackets=MARGINAL)

    assert made.corners == (
        (0, 0),
        (units(200_000), units(16_000)),
        (units(250_000), units(22_000)),
        (units(375_000), units(42_000)),
    )


def test_the_legend_says_where_a_corner_is_what_it_pays_and_how_it_goes_on() -> None:
    """The newest rates, unless a day is named."""
    newest, earlier = (drawn(brackets=MARGINAL, day=day).legend()[2] for day in (None, date(2026, 5, 1)))

    assert newest == "C  125 % of quota: 125,000.00 pays 11,000.00 USD, then 16 %"
    assert earlier.endswith("then 15 %")


def test_a_jump_is_a_jump() -> None:
    """Dotted in the terminal; in the SVG an upright with its open end where the value is not taken."""
    made = drawn(brackets=WHOLE, tiers="whole")
    text = as_text(made)

    assert "┊" in text
    assert "C  110 % of quota: 110,000.00 pays 6,600.00 USD (4,950.00 USD just below), then 6 %" in text
    uprights = svg_of(made, "jump")
    assert [line.get("x1") == line.get("x2") for line in uprights] == [True, True]
    assert len(svg_of(made, "left")) == len(uprights)


def test_the_bracket_below_may_own_the_corner() -> None:
    """With `boundary: upper` the value just above is the other one."""
    made = drawn(brackets=WHOLE, tiers="whole", boundary="upper")

    assert "pays 4,950.00 USD (6,600.00 USD just above)" in made.legend()[2]


def test_kinks_are_marked_where_the_rate_changes_without_a_jump() -> None:
    """A marginal curve has corners and no uprights."""
    made = drawn(brackets=MARGINAL)

    assert "┊" not in as_text(made)
    assert (len(svg_of(made, "jump")), len(svg_of(made, "corner"))) == (0, 4)


def test_a_cap_is_a_corner() -> None:
    """The curve is flat from there on."""
    cap = Cap(per="window", amount=Dated(steps=((date.min, units(12_000)),)))
    made = drawn(brackets=by_amount((0, 10)), cap=cap)

    assert made.legend()[1] == "B  120,000.00 pays 12,000.00 USD, then nothing more"


def test_flat_rates_and_counts_are_drawn_in_their_own_unit() -> None:
    """Without brackets the range is a round one."""
    pays = Dated(steps=((date.min, units(250)),))

    assert drawn(rate=rate(10)).legend()[1] == "B  100,000.00 pays 10,000.00 USD"
    assert drawn(measure="deals", rate=None, pays=pays).legend()[0] == "A  0 pays 0.00 USD, then 250.00 USD a deal"


def test_a_curve_that_pays_nothing_is_drawn() -> None:
    """A flat line at zero."""
    assert "B  100,000.00 pays 0.00 USD" in as_text(drawn(rate=rate(0)))


def test_a_curve_that_others_change_says_so() -> None:
    """Gates and multipliers depend on more than the achievement."""
    gate = Gate(attainment_of="other", min=Fraction(4, 5))

    assert drawn(only_if=(gate,)).title == "base, before gates and multipliers"


def test_what_cannot_be_drawn_says_why() -> None:
    """No quota of nothing, no rate of a day without one."""
    with pytest.raises(ValueError, match="more than 0"):
        drawn(0, brackets=MARGINAL)
    with pytest.raises(ValueError, match="no rate on 2025-01-01"):
        drawn(day=date(2025, 1, 1), brackets=MARGINAL)


def test_titles_of_a_plan_do_not_break_the_svg() -> None:
    """Text is escaped, and nothing in the picture runs or is fetched."""
    text = as_svg(drawn(title="<script>R&D</script>"))

    assert "<script>" not in text
    assert text.count("http") == 1
    assert ET.fromstring(text).get("width") == "400"  # noqa: S314  # our own text


percents = st.integers(0, 40)
curves = st.lists(st.tuples(st.integers(1, 400), percents), max_size=5, unique_by=lambda pair: pair[0])


@settings(deadline=None, max_examples=30)
@given(curves, percents, st.sampled_from(["marginal", "whole"]), st.integers(1, 10**9))
def test_any_curve_fits_the_terminal_and_the_page(rows, first, tiers, quota) -> None:
    """At most 80 columns; all points of the SVG inside it; every corner says F exactly."""
    made = drawn(quota, brackets=by_share((0, first), *sorted(rows)), tiers=tiers)

    chart = as_text(made).splitlines()[: -len(made.corners)]
    assert max(len(line) for line in chart) <= COLUMNS
    for dot in svg_of(made, "corner"):
        assert 0 <= Fraction(dot.get("cx")) <= 400
        assert 0 <= Fraction(dot.get("cy")) <= 190
    assert all(pay == made.pay(x) for x, pay in made.corners)


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 10**15), st.integers(1, 10**15))
def test_ticks_are_few_and_round(low, length) -> None:
    """Between three and six of them, all inside the range."""
    ticks = round_steps(Fraction(low), Fraction(low + length))

    assert 2 <= len(ticks) <= 6
    assert all(low <= tick <= low + length for tick in ticks)


def test_amounts_of_brackets_may_be_lumps() -> None:
    """Steps without a slope are drawn as steps."""
    lumps = tuple(
        Bracket(from_micros=units(start), lump=Dated(steps=((date.min, units(lump)),)))
        for start, lump in ((0, 0), (5, 500), (10, 2_000))
    )
    made = picture(plan(part := component(measure="deals", brackets=lumps, tiers=None)), part)

    assert [pay // MICROS for _, pay in made.corners] == [0, 500, 2_000, 2_000]
    assert "(500.00 USD just below), then nothing more" in made.legend()[2]


@pytest.mark.parametrize(("goal", "whole"), [(None, "the start"), (Fraction(9, 10), "the goal")])
def test_a_rate_of_retention_is_drawn_in_percent_of_what_there_was(goal, whole):
    measures = {"kept": Measure(retention=Retention(kind="gross", goal=goal))}
    drawn = picture(
        paid := plan(component(measure="kept", accumulates="quarter"), measures=measures), paid.components[0]
    )

    assert drawn.x_label == f"kept, % of {whole}"
    assert drawn.legend()[0].startswith(f"A  0 % of {whole}: 0.00 pays 0.00 USD")
