"""What must hold whatever the book and the plans are (those of the reference engine's generator)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import polars as pl
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from engine.documents.curves.bracket import Bracket
from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan
from engine.documents.values import Dated
from engine.model import MICROS
from engine.money import round_ratio
from engine.pay import pay
from engine.payees.curves.curve import value_at
from engine.payees.curves.shape import curve_of
from jobs.compute import rivals
from tests.engine.plans import ledger
from tests.engine.properties.booking import booked, computed, lines_of, shuffled, without
from tests.reference.comparing import THROUGH
from tests.reference.made.deals import REPS
from tests.reference.made.people import MANAGERS
from tests.reference.made.world import World, world

DEALS = 50
PARTS = 3
SHARE_OF_EXAMPLES = 50
worlds = st.integers(0, 2**32).map(lambda seed: world(seed, DEALS, PARTS))
some = settings(max_examples=settings().max_examples // SHARE_OF_EXAMPLES, phases=[Phase.generate])


@some
@given(worlds)
def test_credits_add_up_to_their_deal(made: World) -> None:
    """Direct credits of one event come to the deal, or to less where a role is open; roll-ups are what they roll up."""
    credited = computed(made.book, made.rules).credited
    measures = ["amount_micros", "acv_micros", "units_micros"]
    direct = credited.credits.filter(kind="direct").group_by("deal_id", "event").agg(pl.col(measures).sum())
    direct = direct.drop("event")
    whole = credited.classified.select("deal_id", amount="amount_micros", acv="acv_micros")
    for deal, amount, acv, units, of_amount, of_acv in direct.join(whole, on="deal_id").iter_rows():
        if units == MICROS:
            assert (amount, acv) == (of_amount, of_acv), deal
        else:
            assert units < MICROS, deal
    same = ["deal_id", "role", "portion", *measures]
    rolled = credited.credits.filter(kind="rollup").select(*same, payee_id="from_payee_id")
    of = credited.credits.filter(kind="direct").select("payee_id", *same)
    assert rolled.join(of, on=["payee_id", *same], how="anti").is_empty()


@some
@given(worlds, st.integers(0, 2**20))
def test_the_order_of_arrival_changes_no_cent(made: World, seed: int) -> None:
    first, second = computed(made.book, made.rules), computed(shuffled(made.book, seed), made.rules)

    assert lines_of(first.outcome) == lines_of(second.outcome)
    assert first.credited.credits.equals(second.credited.credits)


@some
@given(worlds, st.integers(1, DEALS - 1))
def test_any_batches_come_to_the_same_and_the_last_one_again_books_nothing(made: World, late: int) -> None:
    missing = [f"D{number}" for number in range(late, DEALS)]
    first = computed(without(made.book, missing), made.rules).outcome
    second = computed(made.book, made.rules, ledger(first.postings)).outcome
    third = computed(made.book, made.rules, ledger(first.postings, second.postings)).outcome
    at_once = computed(made.book, made.rules).outcome

    assert booked(first, second) == booked(at_once) == lines_of(at_once)
    assert third.postings.is_empty()


@some
@given(worlds, st.integers(0, DEALS - 1))
def test_a_deal_that_came_and_went_leaves_nothing(made: World, number: int) -> None:
    before = without(made.book, [f"D{number}"])
    first = computed(before, made.rules).outcome
    second = computed(made.book, made.rules, ledger(first.postings)).outcome
    third = computed(before, made.rules, ledger(first.postings, second.postings)).outcome

    assert booked(first, second, third) == booked(first) == lines_of(first)


@some
@given(worlds, st.sets(st.sampled_from([*REPS, *MANAGERS]), min_size=1))
def test_the_affected_payees_by_themselves_come_to_the_same(made: World, affected: set[str]) -> None:
    whole = computed(made.book, made.rules)
    together = affected | rivals(affected, made.book, made.rules)
    credits_ = whole.credited.credits.filter(pl.col("payee_id").is_in(list(together)))
    some_ = pay(credits_, whole.credited.classified, made.book, made.rules, ledger(), through=THROUGH)

    theirs = {key: amount for key, amount in lines_of(whole.outcome).items() if key[2] in affected}
    assert {key: amount for key, amount in lines_of(some_).items() if key[2] in affected} == theirs


@some
@given(worlds)
def test_the_lines_of_a_window_come_to_the_curve_at_its_total(made: World) -> None:
    lines = computed(made.book, made.rules).outcome.lines.filter(part="earning")
    for plan in made.rules.plans:
        for component in plan.components:
            if _is_one_curve(component):
                _check_windows(plan, component, lines.filter(plan=plan.plan, component=component.id))


def _is_one_curve(component: Component) -> bool:
    """Whether nothing but the achievement of the window decides what it pays."""
    dated = any(len(leaf.steps) > 1 for _, leaf in component.dated())
    shared = component.split_of == "money"
    hard = component.cap is None or (component.cap.per == "window" and component.cap.then_pays is None)
    return hard and not (shared or dated or component.gauges() or component.residual)


def _check_windows(plan: Plan, component: Component, lines: pl.DataFrame) -> None:
    windows = lines.group_by("payee_id", "window", "quota_micros", "target_micros").agg(
        pl.col("amount_micros", "base_micros").sum()
    )
    for payee, window, quota, target, paid, total in windows.iter_rows():
        exact = value_at(curve_of(component, date(2026, 1, 1), target), total, quota or 0)
        assert paid == round_ratio(exact.numerator, exact.denominator, plan.unit_micros, plan.rounding), (payee, window)


RATES = st.lists(st.integers(0, 200), min_size=2, max_size=4).map(sorted)


@given(
    RATES,
    st.sampled_from(["marginal", "whole", "overage_cliff", "previous_cliff"]),
    st.sampled_from(["lower", "upper"]),
    st.lists(st.integers(0, 300_000 * MICROS), min_size=2, max_size=12).map(sorted),
    st.integers(1, 200_000 * MICROS),
)
def test_more_achievement_never_pays_less_where_the_curve_rises(rates, tiers, boundary, achieved, quota) -> None:
    curve = curve_of(_rising(rates, tiers, boundary), date(2026, 1, 1))
    paid = [value_at(curve, each, quota) for each in achieved]

    assert paid == sorted(paid)


def _rising(rates: list[int], tiers: str, boundary: str) -> Component:
    starts = [Fraction(place, 2) for place in range(len(rates))]
    rows = tuple(
        Bracket(from_share=start, rate=Dated(steps=((date.min, Fraction(rate, 100)),)))
        for start, rate in zip(starts, rates, strict=True)
    )
    return Component.model_validate(
        {
            "id": "c",
            "kind": "commission",
            "measure": "m",
            "quota": "q",
            "accumulates": "year",
            "tiers": tiers,
            "boundary": boundary,
            "brackets": rows,
        }
    )


def test_the_generator_is_the_same_every_time() -> None:
    assert repr(world(7, 3, 2)) == repr(world(7, 3, 2))
