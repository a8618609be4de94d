"""Adjustments: what people correct by hand is paid as it is, or moves what was achieved and every later tier."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.documents.measures.measure import Measure
from engine.documents.plans.draw import Draw
from engine.telling.explain import explain
from engine.telling.facts import facts, recomputed
from tests.engine.builders import units
from tests.engine.plans import Case, amounts, by_amount, codes, component, ledger, plan, sold

TIERS = by_amount((0, 10), (100_000, 20))
SAID = {"by": "dana", "on": "2026-04-02", "approved_by": "", "deal_id": None, "evidence": "", "reason": "left out"}


def adjustment(amount, number=1, **changes):
    """Ada's pay in plan `ae` is corrected by so many whole units."""
    base = {"adjustment_id": f"adjustment:{number}", "payee_id": "ada", "kind": "pay", "plan": "ae"}
    return {**base, "dated_on": "2026-03-31", "amount_micros": units(amount), "currency": "USD", **changes}


def achieved(amount, number=1, **changes):
    """Ada's measure of component `base` is corrected by so many whole units."""
    return adjustment(amount, number, **{"kind": "achievement", "component": "base", **changes})


def outcome_of(of, *rows, sales=(), posted=None):
    return Case([of], others={"adjustments": rows}).pays(sold(*sales), posted)


def test_pay_is_a_line_of_its_own_whatever_the_component_pays():
    of = plan(component(brackets=TIERS))
    outcome = outcome_of(of, adjustment(-150), sales=[("2026-03-10", 1_000)])

    assert amounts(outcome) == [100, -150]
    line = outcome.lines.row(1, named=True)
    assert (line["component"], line["kind"], line["period"], line["source_id"]) == (
        *("adjustment", "adjustment", "2026-03", "adjustment:1"),
    )
    assert recomputed(facts(line, of)) == line["amount_micros"]
    assert explain(line, of, None, None, adjustment=SAID) == (
        "Adjustment 1 of -150.00 USD by dana on 2026-04-02: left out. [adjustment; Handbook, section 3]"
    )


def test_an_achievement_moves_every_later_tier_and_its_line_says_so():
    of = plan(component(brackets=TIERS))
    sales = [("2026-03-10", 60_000), ("2026-04-10", 20_000)]
    outcome = outcome_of(of, achieved(30_000), sales=sales)

    assert amounts(outcome) == [6_000, 3_000, 3_000]
    line = outcome.lines.row(1, named=True)
    assert recomputed(facts(line, of)) == line["amount_micros"]
    assert explain(line, of, None, None, adjustment=SAID) == (
        "Adjustment 1 of 30,000.00 USD by dana on 2026-04-02: left out; it took you from 60,000.00 USD to 90,000.00 USD"
        " in FY2027; 30,000.00 USD of it fell in the bracket from 0.00 USD: 30,000.00 x 10 % = 3,000.00 USD."
        " [base; Handbook, section 3]"
    )


def test_what_is_withdrawn_is_posted_back():
    of = plan(component(brackets=TIERS))
    sales = [("2026-04-10", 20_000)]
    first = outcome_of(of, adjustment(70), achieved(90_000, 2), sales=sales)
    then = outcome_of(of, sales=sales, posted=ledger(first.postings))

    moved = then.postings.sort("source_id").select("source_id", "delta_micros", "reason").rows()
    assert moved == [
        ("C1", units(-1_000), "changed"),
        ("adjustment:1", units(-70), "withdrawn"),
        ("adjustment:2", units(-9_000), "withdrawn"),
    ]


def test_what_cannot_be_counted_is_held_and_what_was_booked_stays():
    of = plan(component(measure="it", pays=None, brackets=by_amount((0, 1))), measures={"it": Measure(sum="acv")})
    first = outcome_of(of, adjustment(70), achieved(1_000, 2))
    gone = plan(component(id="other", measure="it"), currency="EUR", measures={"it": Measure(sum="acv")})
    then = outcome_of(gone, adjustment(70), achieved(1_000, 2), posted=ledger(first.postings))

    assert then.postings.is_empty()
    assert codes(then) == ["adjustment_not_counted"] * 2
    assert {issue.subject for issue in then.issues} == {"payee ada"}


def test_a_draw_counts_adjusted_pay_as_earned():
    of = plan(component(), draw=Draw(amount=units(1_000), kind="recoverable"))
    outcome = Case([of], others={"adjustments": [adjustment(400, dated_on="2026-02-28")]}).pays(
        sold(), through=date(2026, 3, 1)
    )

    assert amounts(outcome)[0] == 400
    assert units(600) in outcome.lines["amount_micros"].to_list()


@settings(max_examples=10)
@given(st.lists(st.tuples(st.sampled_from(["pay", "achievement"]), st.integers(-50_000, 50_000)), max_size=4))
def test_posted_in_steps_or_at_once_is_the_same(steps):
    """Every prefix posted after the other leaves the ledger at the lines of the whole."""
    of = plan(component(brackets=TIERS))
    sales = [("2026-03-10", 60_000), ("2026-04-10", 20_000)]
    rows = [adjustment(amount, n) if kind == "pay" else achieved(amount, n) for n, (kind, amount) in enumerate(steps)]
    rounds = []
    for upto in range(len(rows) + 1):
        rounds.append(outcome_of(of, *rows[:upto], sales=sales, posted=ledger(*rounds)).postings)
    whole = outcome_of(of, *rows, sales=sales)

    said = {row["source_id"]: row["amount_micros"] for row in ledger(*rounds).iter_rows(named=True)}
    wanted = dict(whole.lines.select("source_id", "amount_micros").iter_rows())
    assert {key: amount for key, amount in said.items() if amount} == {k: v for k, v in wanted.items() if v}
