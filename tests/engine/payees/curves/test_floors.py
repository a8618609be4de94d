"""Floors: what a deal pays at least, where it pays anything."""

from datetime import date
from fractions import Fraction

import pytest

from engine.documents.curves.cap import Cap, Floor
from engine.documents.curves.gauge import Gate
from engine.documents.curves.matrix import Axis, Matrix
from engine.documents.values import Dated
from engine.telling.facts import facts, recomputed
from tests.engine.builders import units
from tests.engine.plans import Case, by_amount, component, ledger, plan, sold, taking_back


def floor(**changes):
    return Floor(amount=Dated(steps=((date.min, units(100)),)), **changes)


def paid(sales, of=None, **changes):
    """What each deal pays, in whole units, and the lines."""
    made = plan(component(floor=of or floor(), **changes))
    outcome = Case([made]).pays(sold(*sales))
    assert all(recomputed(facts(line, made)) == line["amount_micros"] for line in outcome.lines.iter_rows(named=True))
    found: dict[str, Fraction] = {}
    for deal, amount in outcome.lines.select("deal_id", "amount_micros").iter_rows():
        found[deal] = found.get(deal, Fraction(0)) + Fraction(amount, 10**6)
    return list(found.values())


@pytest.mark.parametrize(
    ("sale", "expected"), [(1, 100), (999, 100), (1_000, 100), (1_001, Fraction("100.1")), (0, 0), (-500, -50)]
)
def test_what_a_deal_pays(sale, expected):
    assert paid([("2026-02-10", sale), ("2026-02-11", 5_000)])[-2:] == ([500] if not sale else [expected, 500])


def test_several_credits_of_a_payee_for_one_deal_have_one_floor():
    parts = [("2026-02-10", 300, {"deal_id": "D1", "portion": "renewed"}), ("2026-02-10", 400, {"deal_id": "D9"})]
    credits_, deals = sold(*parts)
    both = credits_.with_columns(deal_id=credits_["deal_id"].replace("D9", "D1"))
    outcome = Case([plan(component(floor=floor()))]).pays((both, deals.filter(deals["deal_id"] == "D1")))

    assert outcome.lines["amount_micros"].to_list() == [units(30), units(40), units(30)]
    assert outcome.lines["part"].to_list() == ["earning", "earning", "floor"]


def test_before_the_split_a_payee_has_the_share_of_the_floor():
    third = {"share_num": 1, "share_den": 3}

    assert paid([("2026-02-10", 10, third)], floor(applies="before_split")) == [Fraction("33.33")]


def test_a_closed_gate_and_a_cap_that_is_used_up_are_not_topped_up():
    closed = Gate(measure="acv", over="year", min=units(9_000))
    used_up = Cap(per="window", amount=floor().amount)

    assert paid([("2026-02-10", 10)], only_if=(closed,)) == [0]
    assert paid(
        [("2026-02-10", 1_000), ("2026-02-11", 10)], cap=used_up, brackets=by_amount((0, 10)), accumulates="year"
    ) == [100, 0]


def test_the_floor_in_force_on_the_day_counts():
    later = Dated(steps=((date.min, units(10)), (date(2026, 3, 1), units(20))))

    assert paid([("2026-02-28", 1), ("2026-03-01", 1)], Floor(amount=later)) == [10, 20]


def test_a_floor_between_two_units_is_rounded_as_lines_are():
    odd = Floor(amount=Dated(steps=((date.min, 33333 * 10**4),)))
    made = plan(component(floor=odd), rounding_unit=units(1))

    assert sum(Case([made]).pays(sold(("2026-02-10", 10))).lines["amount_micros"]) == units(333)


def test_what_topped_a_deal_up_is_taken_back_with_it():
    of = plan(component(floor=floor()), clawback=taking_back())
    case, sales = Case([of]), sold(("2026-02-10", 10, {"cancelled_on": "2026-03-02"}))
    outcome = case.pays(sales)

    assert sum(outcome.lines["amount_micros"]) == 0
    assert case.pays(sales, ledger(outcome.postings)).postings.is_empty()


@pytest.mark.parametrize(("sale", "expected"), [(0, 100), (-500, 100), (999, 100), (1_001, Fraction("100.1"))])
def test_always_tops_up_what_pays_nothing_or_takes_back(sale, expected):
    assert paid([("2026-02-10", sale), ("2026-02-11", 5_000)], of=floor(always=True)) == [expected, 500]


def test_a_closed_gate_pays_nothing_all_the_same():
    gate = Gate(measure="acv", over="year", min=units(9_000))
    assert paid([("2026-02-10", 5_000)], of=floor(always=True), only_if=(gate,)) == [0]


def test_a_cell_that_pays_nothing_is_not_topped_up_either():
    every = Axis.model_validate({"measure": "acv", "over": "year", "from": (0,)})
    known = Axis.model_validate({"measure": "acv", "over": "transaction", "from": (0, units(1_000))})
    cells = Matrix(rows=every, columns=known, pays=((0, units(40)),))

    sales = [("2026-02-10", 500), ("2026-02-11", 5_000)]
    assert paid(sales, of=floor(always=True), rate=None, matrix=cells) == [0, 100]
