"""Why not more, and what would it take: checked by walking as far on the same curve."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.documents.curves.bracket import Bracket, Point
from engine.documents.curves.cap import Cap
from engine.documents.measures.measure import Measure
from engine.documents.measures.retention import Retention
from engine.documents.values import Dated
from engine.model import MICROS
from engine.payees.curves.curve import value_at
from engine.payees.curves.shape import curve_of
from engine.telling.further import Further
from engine.telling.outlook import Position, needed_for, next_tier, position_of, why_not_more
from engine.telling.what_it_takes import how_to_earn
from tests.engine.builders import units
from tests.engine.plans import Case, by_amount, by_share, component, plan, quota, rate, sold

CENT = 10_000
DAY = date(2026, 5, 15)
QUOTA = units(100_000)


def standing(achieved, aim=QUOTA, **changes) -> Position:
    part = component(**changes)
    return Position(plan(part), part, curve_of(part, DAY), aim, int(Fraction(achieved) * 10**6), DAY)


def further(at: Position, earned: int | None = None) -> Further:
    """What lies ahead of a position that one line led to."""
    paid = at.rounded(value_at(at.curve, at.x, at.quota)) if earned is None else earned
    line = {"before_micros": 0, "after_micros": at.x, "base_micros": at.x, "quota_micros": at.quota, "rated_on": DAY}
    nothing = dict.fromkeys(("target_micros", "factors", "deal_id"))
    room = int(at.curve.limit.micros) if at.curve.limit is not None else None
    return Further(at, [{**line, **nothing, "limit_micros": room, "amount_micros": paid}], paid)


MARGINAL = by_share((0, 8), (100, 12))
WHOLE = by_share((0, 3), (80, 4), (110, 6))


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (
            standing(95_800, brackets=MARGINAL),
            "8 %, not 12 %: 4,200.00 USD short of the tier from 100 % on 2026-05-15.",
        ),
        (
            standing(95_800, aim=QUOTA + 1, brackets=MARGINAL),  # a prorated quota: to the cent that is enough
            "8 %, not 12 %: 4,200.01 USD short of the tier from 100 % on 2026-05-15.",
        ),
        (
            standing(79_991, brackets=WHOLE, tiers="whole"),
            "3 %, not 4 %: 9.00 USD short of the tier from 80 % on 2026-05-15; reaching it adds 800.00 USD at once.",
        ),
        (
            standing(80_000, brackets=WHOLE, tiers="whole", boundary="upper"),
            "3 %, not 4 %: not beyond 80 %, 0.00 USD away on 2026-05-15; reaching it adds 800.00 USD at once.",
        ),
        (
            standing(9_000, brackets=by_amount((0, 5), (10_000, 10))),
            "5 %, not 10 %: 1,000.00 USD short of the tier from 10,000.00 USD on 2026-05-15.",
        ),
        (standing(100_000, brackets=MARGINAL), None),
        (standing(50_000, rate=rate(8)), None),
        (standing(50_000, brackets=by_share((0, 8), (100, 4))), None),
    ],
)
def test_the_sentence_names_rates_distance_and_day(at, said) -> None:
    """And says nothing where nothing ahead pays better."""
    assert why_not_more(at) == said


def test_a_worse_tier_on_the_way_is_not_the_one_to_reach() -> None:
    """8 %, then 0 %, then 10 %: the last is what would have paid more."""
    tier = next_tier(standing(50_000, brackets=by_share((0, 8), (100, 0), (150, 10))))

    assert tier is not None
    assert tier.start == units(150_000)


def test_a_cap_is_no_better_tier() -> None:
    """Nor is there one above it."""
    cap = Cap(per="window", amount=Dated(steps=((date.min, units(1_000)),)))

    assert next_tier(standing(5_000, brackets=MARGINAL, cap=cap)) is None
    ahead = further(standing(5_000, brackets=MARGINAL, cap=cap))
    assert (ahead.least(units(1_001)), ahead.most()) == (None, units(1_000))


def test_a_line_says_where_its_payee_stood() -> None:
    """Read off the line that the engine made, and of a clawback nothing."""
    part = component(brackets=MARGINAL)
    outcome = Case([plan(part)], [quota(100_000)]).pays(sold(("2026-05-15", 95_800)))
    line = outcome.lines.row(0, named=True)
    at = position_of(line, plan(part))

    assert at is not None
    assert why_not_more(at).startswith("8 %, not 12 %: 4,200.00 USD short")
    assert position_of({**line, "kind": "clawback"}, plan(part)) is None


def test_what_another_rate_paid_before_counts_as_it_was_paid() -> None:
    """9,000 was paid for 100,000; by today's 12 % another 1,000 takes 8,333.30 (999.996, rounded)."""
    at = standing(100_000, brackets=MARGINAL)

    assert further(at, units(9_000)).least(units(10_000)) == 8_333_300_000
    assert further(at, units(9_000)).least(units(9_000)) == 0


def test_no_pay_is_too_large_for_a_rate_that_goes_on() -> None:
    """What 1 % takes of the most that the books can hold is more than they can hold, and said all the same."""
    assert further(standing(0, rate=rate(1))).least(units(9 * 10**12)) == units(9 * 10**14) - 500_000


def test_payout_that_a_fall_takes_back_is_looked_for_behind_it() -> None:
    """Just below 100.00 the rate of 10 % pays 10.00; with 5 % it takes 199.90."""
    at = standing(100, brackets=by_amount((0, 10), (100, 5)), tiers="whole")

    assert further(at).least(units(10)) == units(99) + 900_000


def measured(what: Measure, achieved, aim=MICROS, **changes) -> Position:
    """Standing on a component that pays on a measure of its own."""
    part = component(**{"measure": "it", "kind": "bonus", "rate": None, "accumulates": "year", **changes})
    made = plan(part, measures={"it": what})
    return Position(made, part, curve_of(part, DAY), aim, int(Fraction(achieved) * aim), DAY)


def amount(pays):
    return Dated(steps=((date.min, units(pays)),))


CHURN = tuple(Point(from_share=Fraction(at, 100), pays=amount(pays)) for at, pays in ((0, 1_500), (2, 1_000), (4, 0)))
ACCIDENTS = tuple(Bracket(from_micros=units(since), lump=amount(lump)) for since, lump in ((0, 500), (1, 200), (3, 0)))


def test_where_less_is_better_the_least_less_is_looked_for() -> None:
    """Churn of 3.5 % pays 250; no tier lies ahead where pay only stops falling."""
    of_churn = measured(
        Measure(**{"import": "churn", "as": "percent"}),
        Fraction(35, 1000),
        points=CHURN,
        at_zero="first_row",
        beyond="flat",
    )
    of_accidents = measured(Measure(**{"import": "accidents"}), 4, brackets=ACCIDENTS, at_zero="first_row")

    assert next_tier(of_churn) is None
    assert how_to_earn(units(1_400), further(of_churn), "FY2027").startswith("3.1 percentage points less of churn")
    assert "it pays 1,500.00 USD at most" in how_to_earn(units(1_501), further(of_churn), "FY2027")
    fewer = [further(of_accidents).least(units(pay), sign=-1) for pay in (1, 201, 501)]
    assert fewer == [units(Fraction(101, 100)), units(Fraction(301, 100)), None]


def test_nobody_keeps_more_than_there_was() -> None:
    """90 % of 1,000,000: 100,000 more can be kept, unless expansion counts; customers have no parts."""
    kinds = ("gross", "net", "logos")
    gross, net, logos = (
        measured(Measure(retention=Retention(kind=kind)), Fraction(9, 10), units(10), rate=rate(50)) for kind in kinds
    )

    assert further(gross).least(units(5)) == units(1) - CENT  # half a cent is given
    assert further(gross).least(units(5) + CENT) is None
    assert further(net).least(units(6)) == units(3) - CENT
    assert how_to_earn(units(5), further(logos), "FY2027") == (
        "1 customer more kept in FY2027 brings its pay from 4.50 USD to 5.00 USD."
    )


percents = st.integers(0, 40)
rows = st.lists(st.tuples(st.integers(1, 400), percents), max_size=5, unique_by=lambda pair: pair[0])
positions = st.builds(
    lambda first, others, tiers, boundary, aim, achieved: standing(
        achieved, units(aim), brackets=by_share((0, first), *sorted(others)), tiers=tiers, boundary=boundary
    ),
    percents,
    rows,
    st.sampled_from(["marginal", "whole", "overage_cliff", "previous_cliff"]),
    st.sampled_from(["lower", "upper"]),
    st.integers(1, 10**6),
    st.integers(-(10**6), 4 * 10**6),
)


@settings(deadline=None, max_examples=60)
@given(positions, st.integers(0, 10**6), st.data())
def test_walking_what_is_needed_pays_what_was_asked_for(at, payout, data) -> None:
    """No smaller step does; what is said to be out of reach is not paid far away either."""
    ahead, due = further(at), units(payout)
    more = ahead.least(due)

    if more is None:
        assert ahead.pays(data.draw(st.integers(0, 10**11)) * CENT) < due
        assert ahead.most() < due
        return
    assert more % at.step == 0
    assert ahead.pays(more) >= due
    if more:
        assert ahead.pays(more - at.step) < due
        assert ahead.pays(data.draw(st.integers(0, more // at.step - 1)) * at.step) < due


@settings(deadline=None, max_examples=100)
@given(positions)
def test_what_the_next_tier_needs_reaches_it_and_a_cent_less_does_not(at) -> None:
    """In it, the curve is the better one."""
    tier = next_tier(at)
    if tier is None:
        return
    more = needed_for(tier, at)
    assert at.curve.place(at.x + more, at.quota) >= tier.segment
    assert at.curve.place(at.x + more - at.step, at.quota) < tier.segment


@given(
    st.integers(0, 300_000_00),
    st.integers(1, 30_000_00),
    st.sampled_from(["half_up", "half_even", "down"]),
    st.sampled_from([None, units(1)]),
)
@settings(max_examples=60)
def test_what_it_takes_is_enough_and_a_cent_less_is_not(at: int, more: int, rounding: str, unit: int | None) -> None:
    """As lines are rounded: half a cent, or half a dollar, is given for nothing."""
    part = component(brackets=MARGINAL)
    rounded = plan(part, rounding=rounding, rounding_unit=unit)
    here = Position(rounded, part, curve_of(part, DAY), QUOTA, at * CENT, DAY)
    ahead = further(here)
    goal = ahead.earned + more * CENT

    needs = ahead.least(goal)

    assert needs is not None
    assert ahead.pays(needs) >= goal > ahead.pays(needs - CENT)
