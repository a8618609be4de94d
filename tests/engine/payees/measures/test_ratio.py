"""A ratio of two measures is exact where deals end, whichever came first, and something over nothing is held."""

from datetime import date
from fractions import Fraction

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.documents.measures.measure import Measure
from engine.documents.measures.ratio import Ratio
from engine.documents.measures.weighted import WeightedAttainment
from engine.documents.values import Dated
from engine.payees.attain import Attainment
from engine.payees.measures.ratio import PARTS, ratio_of
from engine.payees.measures.side_by_side import OF_CREDIT
from tests.engine.plans import Case, component, ledger, plan, sold

NAMES = ("payee_id", "window", "dated_on", "credit_id", *OF_CREDIT, "part")
counts = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=12)
SHARE, AMOUNT = Ratio(of="held", to="booked"), Ratio.model_validate({"of": "held", "to": "booked", "as": "amount"})


def attained(rows):
    """An attainment of rows (payee, day, micro-units), as far as ratios read one."""
    frame = pl.DataFrame(
        [
            (payee, "W", f"2026-01-{day:02}", f"c{day}", f"d{day}", None, None, None, "earning", after, None)
            for payee, day, after in rows
        ],
        schema=dict.fromkeys(NAMES, pl.String) | {"after_micros": pl.Int64, "quota_micros": pl.Int64},
        orient="row",
    )
    waiting = pl.DataFrame(schema={"payee_id": pl.String, "window": pl.String})
    return Attainment(rows=frame, waiting=waiting, undealt=waiting, held=frame, issues=())


def flat(value):
    return Dated(steps=((date.min, value),))


def running(found, place):
    """Running totals of one side, of the days on which it counts something."""
    rows, totals = [], {"a": 0, "b": 0}
    for day, deal in enumerate(found, start=1):
        totals[deal[0]] += deal[place] * 10**6
        rows += [(deal[0], day, totals[deal[0]])] if deal[place] else []
    return rows, totals


@given(counts)
@settings(max_examples=40)
def test_what_all_deals_add_is_the_ratio_of_the_sums(found):
    (held, divided), (booked, divisor) = running(found, 1), running(found, 2)
    rows = ratio_of(attained(held), attained(booked), SHARE, "USD")

    for payee in "ab":
        mine = rows.filter(payee_id=payee)
        if divisor[payee]:
            exact = Fraction(divided[payee], divisor[payee])
            assert abs(Fraction(mine["base"].sum(), PARTS) - exact) <= Fraction(1, 2 * PARTS)
            assert mine["stuck"].null_count() == mine.height
        else:
            assert set(mine["stuck"]) == ({"nothing_to_divide_by"} if divided[payee] else set())


def test_an_amount_for_each_is_told_in_micro_units():
    rows = ratio_of(attained([("a", 1, 300 * 10**6)]), attained([("a", 2, 7 * 10**6)]), AMOUNT, "USD")

    assert rows["base"].to_list() == [0, 42_857_143]
    assert "of" not in rows.columns


def test_a_deal_that_is_paid_twice_in_a_month_moves_the_ratio_with_two_lines():
    measures = {"cash": Measure(sum="cash"), "sold": Measure(sum="amount")}
    per_sold = Measure(ratio=Ratio.model_validate({"of": "cash", "to": "sold", "as": "amount"}))
    of = plan(component(measure="paid", accumulates="month"), measures={**measures, "paid": per_sold})
    paid = [
        {"deal_id": "D1", "kind": "payment", "happened_on": f"2026-03-{day}", "amount_micros": 10**9}
        for day in (12, 13)
    ]
    case, sale = Case([of], others={"deal_events": paid}), sold(("2026-03-10", 8_000))

    first = case.pays(sale)

    parts = ["earning", "payment 2026-03-12", "payment 2026-03-13"]
    assert first.lines["part"].to_list() == parts
    assert case.pays(sale, ledger(first.postings)).postings.is_empty()


def test_one_deal_may_take_the_largest_ratio_to_the_least():
    measures = {"sold": Measure(sum="amount"), "acv": Measure(sum="acv")}
    share = Measure(ratio=Ratio(of="sold", to="acv"))
    of = component(measure="share", rate=None, accumulates="month", times=flat(Fraction(1)), target=flat(10**8))
    deals = [(f"2026-03-{day}", amount, {"acv_micros": 10**6}) for day, amount in ((10, 10**4), (11, -(10**5)))]

    outcome = Case([plan(of, measures={**measures, "share": share})]).pays(sold(*deals))

    assert outcome.lines["amount_micros"].to_list() == [10**11, -2 * 10**11]


def test_what_is_weighted_waits_for_the_earnings_in_its_ratio():
    measures = {
        "sold": Measure(sum="amount"),
        "paid": Measure(sum="earnings", of=("base",)),
        "share": Measure(ratio=Ratio(of="paid", to="sold")),
        "score": Measure(weighted=(WeightedAttainment(measure="share", weight=Fraction(1)),)),
    }
    late = component(
        id="late", measure="score", rate=None, accumulates="month", times=flat(Fraction(1)), target=flat(10**8)
    )

    outcome = Case([plan(late, component(measure="sold"), measures=measures)]).pays(sold(("2026-03-10", 8_000)))

    assert outcome.lines.select("component", "amount_micros").rows() == [("late", 10**7), ("base", 8 * 10**8)]
