"""Matrices: what is paid by two numbers at once."""

from fractions import Fraction
from itertools import product

import pytest

from engine.documents.curves.matrix import Axis, Matrix
from engine.documents.reading import read_plan
from engine.telling.drawing import picture
from engine.telling.facts import facts, recomputed
from tests.engine.builders import units
from tests.engine.plans import Case, amounts, component, ledger, plan, sold
from tests.engine.scenario.judging import failed, judged, problems

ACV, AMOUNT = Axis(measure="acv", starts=(0, units(100))), Axis(measure="amount", starts=(0, units(10), units(20)))
CELLS = {"pays": [[1, 2, 3], [4, 5, 6]], "rates": [[1, 2, 3], [4, 5, 6]], "factors": [[1, 2, 3], [4, 5, 6]]}
SCALES = {"pays": units(1), "rates": Fraction(1, 100), "factors": Fraction(1)}


def matrix(kind, **changes):
    cells = tuple(tuple(SCALES[kind] * cell for cell in row) for row in CELLS[kind])
    return Matrix(**{"rows": ACV, "columns": AMOUNT, kind: cells, **changes})


def case(kind, **changes):
    flat = {} if kind == "factors" else {"rate": None}
    return Case([plan(component(matrix=matrix(kind), accumulates="year", **flat, **changes))])


@pytest.mark.parametrize(("acv", "amount"), list(product([1, 99, 100], [0, 9, 10, 19, 20])))
@pytest.mark.parametrize("kind", list(CELLS))
def test_the_cell_that_both_numbers_reach_pays(kind, acv, amount):
    sale = sold(("2026-02-10", acv, {"amount_micros": units(amount)}))
    outcome = case(kind).pays(sale)

    cell = CELLS[kind][acv >= 100][(amount >= 10) + (amount >= 20)]
    base = {"pays": 1, "rates": Fraction(acv, 100), "factors": Fraction(acv, 10)}
    assert amounts(outcome) == [base[kind] * cell]
    assert all(
        recomputed(facts(line, case(kind).plans[0])) == line["amount_micros"] for line in outcome.lines.to_dicts()
    )


def test_an_amount_is_paid_once_in_a_window_and_by_all_that_it_holds():
    sales = sold(("2026-02-10", 60), ("2026-03-10", 60))

    assert amounts(case("pays").pays(sales)) == [6, 0]


def test_a_second_run_books_nothing_and_a_later_deal_only_the_difference():
    one = case("pays")
    first = one.pays(sold(("2026-02-10", 60)))
    second = one.pays(sold(("2026-02-10", 60), ("2026-03-10", 60)), ledger(first.postings))

    assert second.postings.select("period", "delta_micros").rows() == [("2026-02", units(3))]


def test_a_matrix_is_drawn_by_its_last_cell():
    of = case("rates").plans[0]
    drawn = picture(of, of.components[0])

    assert "last cell of the matrix" in drawn.title
    assert drawn.pay(Fraction(units(100))) == units(6)


def test_quotas_and_gates_of_rows_are_those_of_the_plan():
    text = """
plan: ae
currency: USD
effective: {from: 2026-02-01}
measures: {new: {sum: acv}}
components:
  - id: cells
    kind: bonus
    measure: new
    accumulates: year
    matrix: {rows: {measure: new, quota: new, from: [0%]}, columns: {measure: new, from: [0]}, pays: [[5]]}
"""
    found = read_plan(text, "plan.yaml")

    assert found.issues == ()
    assert found.rows is not None
    assert found.rows.quotas == {"new"}


def test_equals_who_share_places_are_in_the_row_of_the_best() -> None:
    verdict = judged("""
        scenario: s
        plan:
          components:
            - kind: bonus
              accumulates: month
              matrix:
                rows: {measure: sales, over: month, ranked: {ties: shared}, from: [0, 2, 3]}
                columns: {measure: sales, at: [50, 100]}
                pays: [[500, 1_000], [250, 300], [0, 50]]
        achieved: [{payee: a, amount: 100}, {payee: b, amount: 100}, {payee: c, amount: 90}, {payee: d, amount: 49}]
        through: 2026-01
        expect: {totals: {a: 1_000, b: 1_000, c: 40, d: 0}}
    """)
    assert not problems(verdict)
    assert not failed(verdict)
