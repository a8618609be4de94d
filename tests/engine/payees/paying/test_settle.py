"""Only differences are booked, by key, once."""

import polars as pl

from engine import frames as f
from engine.payees.paying.settle import settle
from tests.engine.builders import units
from tests.engine.plans import Case, component, ledger, plan, rate, sold

NONE_HELD = f.HeldSources.empty()
TEN, TWENTY = plan(), plan(component(rate=rate(20)))


def booked(postings):
    return postings.select("source_id", "sequence", "reason", "delta_micros").rows()


def lines(sale, of=TEN):
    return Case([of]).pays(sale).lines


def test_a_first_run_books_every_line_that_pays():
    found = settle(lines(sold(("2026-05-01", 100), ("2026-05-02", 0.0))), ledger(), NONE_HELD)

    assert booked(found.rows) == [("C1", 0, "earned", units(10))]
    assert found.issues == ()


def test_a_changed_rate_books_the_difference():
    sale = sold(("2026-05-01", 100))
    first = settle(lines(sale), ledger(), NONE_HELD).rows
    second = settle(lines(sale, TWENTY), ledger(first), NONE_HELD).rows

    assert booked(second) == [("C1", 1, "changed", units(10))]
    assert settle(lines(sale, TWENTY), ledger(first, second), NONE_HELD).rows.height == 0


def test_a_deal_that_is_gone_is_withdrawn_and_may_come_back():
    both, one = sold(("2026-05-01", 100), ("2026-05-02", 50)), sold(("2026-05-01", 100))
    first = settle(lines(both), ledger(), NONE_HELD).rows
    gone = settle(lines(one), ledger(first), NONE_HELD).rows
    again = settle(lines(both), ledger(first, gone), NONE_HELD).rows

    assert booked(gone) == [("C2", 1, "withdrawn", units(-5))]
    assert gone["deal_id"].to_list() == ["D2"]
    assert booked(again) == [("C2", 2, "changed", units(5))]
    assert settle(lines(both), ledger(first, gone, again), NONE_HELD).rows.height == 0


def test_a_deal_moved_to_another_month_moves_between_statements():
    first = settle(lines(sold(("2026-05-31", 100))), ledger(), NONE_HELD).rows
    moved = settle(lines(sold(("2026-06-01", 100))), ledger(first), NONE_HELD).rows

    assert moved.select("period", "reason", "delta_micros").rows() == [
        ("2026-06", "earned", units(10)),
        ("2026-05", "withdrawn", units(-10)),
    ]


def test_held_sources_are_left_alone():
    sale = sold(("2026-05-01", 100), ("2026-05-02", 50))
    posted = ledger(settle(lines(sale), ledger(), NONE_HELD).rows)
    held = f.HeldSources.validate(
        pl.DataFrame([{"plan": "ae", "component": "base", "payee_id": "ada", "source_id": "C1"}])
    )

    assert booked(settle(lines(sale).clear(), posted, held).rows) == [("C2", 1, "withdrawn", units(-5))]
    assert booked(settle(lines(sale, TWENTY), posted, held).rows) == [("C2", 1, "changed", units(5))]


def test_a_ledger_in_another_currency_is_left_alone_and_told():
    sale = sold(("2026-05-01", 100, {"currency": "EUR"}))
    in_euro = plan(currency="EUR")
    posted = ledger(settle(lines(sale, in_euro), ledger(), NONE_HELD).rows)
    in_dollars = lines(sold(("2026-05-01", 100)), TWENTY)
    found = settle(in_dollars, posted, NONE_HELD)

    assert found.rows.height == 0
    (issue,) = found.issues
    assert issue.subject == "payee ada"
    assert issue.message == "has postings of plan 'ae' in EUR, but the plan pays in USD; nothing is booked."
    assert issue.remedy == "Give the plan in the new currency a new name."

    renamed = settle(in_dollars.with_columns(plan=pl.lit("ae-usd")), posted, NONE_HELD)
    assert renamed.rows.select("plan", "currency", "reason", "delta_micros").rows() == [
        ("ae-usd", "USD", "earned", units(20)),
        ("ae", "EUR", "withdrawn", units(-10)),
    ]
