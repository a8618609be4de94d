"""A cap on an accumulation window: what its lines come to is paid up to it, whatever each was paid by."""

import json
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.payees.curves.curve import value_at
from engine.payees.curves.curve_columns import whole
from engine.payees.curves.window_cap import limited, within
from engine.telling.facts import facts, recomputed
from engine.telling.further import Further
from engine.telling.outlook import position_of
from tests.engine.builders import units
from tests.engine.payees.curves.test_shape import TIERS, YEAR
from tests.engine.payees.curves.test_shape import component as written
from tests.engine.plans import Case, amounts, plan, quota, sold

RAISED = "accumulates: year, rate: {2020-01-01: 10%, 2026-07-01: 12%}"
LOWERED = "accumulates: year, rate: {2020-01-01: 12%, 2026-07-01: 10%}"


def case(pays, cap="{per: window, amount: 10_000}"):
    return Case([plan(written(f"{pays}, cap: {cap}"))], quotas=[quota(100_000)])


@pytest.mark.parametrize(
    ("pays", "sales", "paid"),
    [
        (RAISED, (("2026-03-01", 100_000), ("2026-08-01", 50_000)), [10_000, 0]),
        (RAISED, (("2026-03-01", 50_000), ("2026-08-01", 50_000)), [5_000, 5_000]),
        (RAISED, (("2026-03-01", 50_000), ("2026-08-01", 30_000), ("2026-09-01", 30_000)), [5_000, 3_600, 1_400]),
        (LOWERED, (("2026-03-01", 50_000), ("2026-08-01", 60_000), ("2026-09-01", 9_000)), [6_000, 4_000, 0]),
        (LOWERED, (("2026-03-01", 100_000), ("2026-08-01", -30_000)), [10_000, -1_000]),
        (f"{YEAR}, tiers: whole, {TIERS}", (("2026-03-01", 90_000), ("2026-04-01", 30_000)), [7_200, 2_800]),
    ],
)
def test_a_rate_that_changes_before_at_and_after_the_cap_is_reached(pays, sales, paid):
    assert amounts(case(pays).pays(sold(*sales))) == paid


def test_a_cap_that_changes_is_for_each_line_that_of_its_day():
    """What was lost stays lost, and what was paid under a higher cap stays paid."""
    flat, sales = (
        "accumulates: year, rate: 10%",
        (("2026-03-01", 40_000), ("2026-08-01", 20_000), ("2026-09-01", 20_000)),
    )
    written_as = "{{per: window, amount: {{2020-01-01: {}, 2026-07-01: {}}}}}"
    up, down = written_as.format(1_000, 5_000), written_as.format(5_000, 1_000)

    assert amounts(case(flat, up).pays(sold(*sales))) == [1_000, 1_000, 0]
    assert amounts(case(flat, down).pays(sold(*sales))) == [4_000, 0, 0]


def test_each_window_has_its_cap_and_the_facts_of_a_line_know_what_was_left():
    outcome = case(RAISED).pays(sold(("2026-03-01", 80_000), ("2026-08-01", 40_000), ("2027-03-01", 40_000)))
    (known,) = case(RAISED).plans

    assert amounts(outcome) == [8_000, 2_000, 4_800]
    assert outcome.lines["limit_micros"].to_list() == [units(10_000), units(2_000), units(10_000)]
    for line in outcome.lines.iter_rows(named=True):
        assert recomputed(json.loads(json.dumps(facts(line, known)))) == line["amount_micros"]


def test_what_it_would_take_knows_what_the_cap_has_left():
    of = case(RAISED)
    lines = [*of.pays(sold(("2026-03-01", 80_000), ("2026-08-01", 10_000))).lines.iter_rows(named=True)]
    at = position_of(lines[1], of.plans[0])
    ahead = Further(at, lines, units(9_200))

    assert ahead.least(units(9_800)) == units(4_999) + 960_000  # 599.9952 is paid as 600.00
    assert (ahead.least(units(10_000) + 10_000), ahead.most()) == (None, units(10_000))
    assert value_at(at.curve, at.x + units(50_000)) - value_at(at.curve, at.x) == units(800)


pays = st.integers(-(10**13), 10**13).map(lambda pay: pay * 10_000)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["FY1", "FY2"]), pays), min_size=1, max_size=8),
    st.integers(0, 10**14),
    st.integers(0, 99).map(lambda part: Fraction(part, 100)),
    st.sampled_from(["half_up", "half_even", "down"]),
)
def test_columns_agree_with_numbers_and_a_window_comes_to_its_sum_up_to_the_cap(rows, height, then, mode):
    frame = pl.DataFrame(
        [("ada", window, pay) for window, pay in rows],
        schema={"payee_id": pl.String, "window": pl.String, "pay": pl.Int128},
        orient="row",
    ).with_columns(height=whole(height), then_num=whole(then.numerator), then_den=whole(then.denominator))
    paid = limited(frame, 10_000, mode)

    left = paid["limit_micros"].to_list()
    assert paid["pay"].to_list() == [
        within(pay, room, then, 10_000, mode) for (_, pay), room in zip(rows, left, strict=True)
    ]
    for window, room in {window: room for (window, _), room in reversed(list(zip(rows, left, strict=True)))}.items():
        total, came_to = (sum(each["pay"].filter(each["window"] == window)) for each in (paid, frame))
        assert total == (came_to if came_to <= room else room + within(came_to - room, 0, then, 10_000, mode))
