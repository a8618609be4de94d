"""Gates and multipliers: what other numbers of a payee make of a component's payout."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.documents.curves.factors import FactorBracket, FactorPoint
from engine.documents.curves.gauge import Gate, Multiplier
from engine.documents.measures.measure import Measure
from engine.telling.facts import facts, recomputed
from tests.engine.builders import units, when
from tests.engine.plans import Case, amounts, by_share, codes, component, ledger, plan, quota, rate, sold
from tests.engine.telling.test_explain import sentences
from tests.engine.test_pay import quick, sales

BASE = component(brackets=by_share((0, 8), (100, 12)))
QUOTA = [quota(100_000)]
HALF = Fraction(1, 2)


def share(number):
    return Fraction(number, 100)


def gated(*gates, times=(), **changes):
    """A spiff of 1 % beside the base, behind gates."""
    return component(
        **{
            "id": "spiff",
            "kind": "spiff",
            "rate": rate(1),
            "only_if": gates,
            "multiplied_by": times,
            "accumulates": "year",
            **changes,
        }
    )


def brackets(*pairs):
    """Factor brackets from (percent, factor in percent)."""
    return tuple(FactorBracket(since=share(start), factor=share(factor)) for start, factor in pairs)


def paid(components, sale, quotas=QUOTA, component_="spiff", **changes):
    """What the spiff pays for each deal, in whole units."""
    outcome = Case([plan(*components, **changes)], quotas).pays(sale)
    return [Fraction(amount, 10**6) for amount in outcome.lines.filter(component=component_)["amount_micros"]]


TWO = sold(("2026-03-01", 60_000), ("2026-09-01", 30_000))


def test_a_gate_that_opens_late_pays_what_came_before_in_its_own_period():
    spiff = gated(Gate(attainment_of="base", min=share(80)))
    case = Case([plan(BASE, spiff)], QUOTA)
    first, both = case.pays(tuple(part.head(1) for part in TWO)), case.pays(TWO)

    assert paid((BASE, spiff), tuple(part.head(1) for part in TWO)) == [0]
    assert paid((BASE, spiff), TWO) == [600, 300]
    later = case.pays(TWO, ledger(first.postings)).postings.filter(component="spiff")
    assert later.select("period", "delta_micros").rows() == [("2026-03", units(600)), ("2026-09", units(300))]
    assert both.issues == ()


def test_a_gate_judged_at_the_deal_pays_only_what_comes_after():
    spiff = gated(Gate(attainment_of="base", min=share(80), judged="deal"))

    assert paid((BASE, spiff), TWO) == [0, 300]


@pytest.mark.parametrize(
    ("bound", "pays"),
    [
        ({"min": share(90)}, True),
        ({"min": share(90) + Fraction(1, 10**9)}, False),
        ({"above": share(90)}, False),
        ({"above": share(89)}, True),
        ({"max": share(90)}, True),
        ({"below": share(90)}, False),
        ({"min": share(80), "below": share(100)}, True),
    ],
)
def test_which_side_owns_a_bound(bound, pays):
    assert paid((BASE, gated(Gate(attainment_of="base", **bound))), TWO) == ([600, 300] if pays else [0, 0])


def test_every_gate_must_be_open():
    attained, bookings = Gate(attainment_of="base", min=share(80)), Gate(measure="acv", min=units(90_001))

    assert paid((BASE, gated(attained, bookings)), TWO) == [0, 0]


def test_a_component_may_have_a_gate_on_its_own_attainment():
    base = component(brackets=by_share((0, 8)), only_if=(Gate(attainment_of="base", min=share(80)),))

    assert paid((base,), tuple(part.head(1) for part in TWO), component_="base") == [0]
    assert paid((base,), TWO, component_="base") == [4_800, 2_400]


def test_a_gate_on_the_payout_of_another_component_wherever_it_is_written():
    spiff = gated(Gate(payout_of="base", min=units(7_200)))
    dearer = gated(Gate(payout_of="base", min=units(7_200) + 1))

    assert paid((spiff, BASE), TWO) == [600, 300]  # 90,000 x 8 % = 7,200
    assert paid((dearer, BASE), TWO) == [0, 0]


def test_a_minimum_per_deal_is_a_gate_over_the_transaction():
    spiff = gated(Gate(measure="acv", min=units(50_000)), accumulates="transaction")

    assert paid((BASE, spiff), TWO) == [600, 0]


def test_all_products_above_a_number():
    measures = {
        "acv": Measure(sum="acv"),
        "west": Measure(sum="acv", when=when(territory="West")),
        "east": Measure(sum="acv", when=when(territory="East")),
    }
    spiff = gated(Gate(each_of=("west", "east"), min=units(30_000), over="year"))
    mixed = sold(("2026-03-01", 60_000), ("2026-09-01", 30_000, {"territory": "East"}))

    assert paid((BASE, spiff), mixed, measures=measures) == [600, 300]
    assert paid((BASE, spiff), TWO, measures=measures) == [0, 0]


def test_a_measure_against_its_own_quota_and_window():
    quarters = [
        quota(50_000, quota="team", from_on="2026-02-01", until_on="2026-05-01"),
        quota(50_000, quota="team", from_on="2026-08-01", until_on="2026-11-01"),
    ]
    spiff = gated(Gate(measure="acv", quota="team", over="quarter", min=share(100)))

    assert paid((BASE, spiff), TWO, [*QUOTA, *quarters]) == [600, 0]


@pytest.mark.parametrize(
    ("sale", "pays"), [(90_000, 900), (119_999, Fraction("1199.99")), (120_000, 1_800), (200_000, 4_000)]
)
def test_an_accelerator_multiplies_all_of_the_window(sale, pays):
    times = Multiplier(attainment_of="base", brackets=brackets((0, 100), (120, 150), (200, 200)))

    assert paid((BASE, gated(times=(times,))), sold(("2026-03-01", sale))) == [pays]


def test_multipliers_and_gates_multiply_each_other():
    fast = Multiplier(attainment_of="base", brackets=brackets((0, 100), (80, 150)))
    slow = Multiplier(payout_of="base", brackets=(FactorBracket(since=0, factor=HALF),))

    assert paid((BASE, gated(times=(fast, slow))), TWO) == [450, 225]


def test_what_cannot_be_known_holds_what_depends_on_it():
    spiff = gated(Gate(attainment_of="base", min=share(80)))
    flat = component(quota="acv", accumulates="year")

    held = Case([plan(BASE, spiff)]).pays(TWO)
    unknown = Case([plan(flat, spiff)]).pays(TWO)

    assert (held.lines.height, codes(held)) == (0, ["quota_missing", "gauge_held"])
    assert (unknown.lines.filter(component="spiff").height, codes(unknown)) == (0, ["gauge_without_quota"])


def test_what_is_held_holds_its_own_window_only():
    deals = plan().measures | {"deep": Measure(sum="margin")}
    spiff = gated(Gate(measure="deep", min=1, over="month"), accumulates="month")
    sale = sold(("2026-03-01", 60_000), ("2026-04-01", 30_000, {"cost_micros": 0}))

    outcome = Case([plan(spiff, measures=deals)]).pays(sale)

    assert (outcome.held["source_id"].to_list(), amounts(outcome)) == (["C1"], [300])


def test_a_gate_judged_at_the_deal_looks_at_all_of_the_deal():
    credits_, deals = sold(("2026-03-01", 50_000), ("2026-03-01", 40_000, {"portion": "uplift"}))
    of_one_deal = credits_.with_columns(deal_id=credits_["deal_id"].replace("D2", "D1"))
    spiff = gated(Gate(attainment_of="base", min=share(80), judged="deal"))

    assert paid((BASE, spiff), (of_one_deal, deals)) == [500, 400]


def test_nothing_achieved_is_nothing_whatever_the_quota():
    measures = {"acv": Measure(sum="acv"), "east": Measure(sum="acv", when=when(territory="East"))}
    quiet = gated(Gate(measure="east", quota="team", below=share(10)))

    assert paid((BASE, quiet), TWO, measures=measures) == [600, 300]


def test_sentences_say_what_a_gate_found():
    spiff = gated(Gate(attainment_of="base", min=share(80)), title="SPIFF")
    said = sentences(TWO, BASE, spiff, quotas=QUOTA)

    assert said[3] == (
        "D2, credited to you as AE, took you from 60,000.00 USD to 90,000.00 USD in FY2027;"
        " 30,000.00 x 1 % = 300.00 USD;"
        " gate open: attainment of base was 90.0 % as of now (at least 80 %, reached on 2026-09-01)."
        " [SPIFF; Handbook, section 3]"
    )
    (_, closed) = sentences(tuple(part.head(1) for part in TWO), BASE, spiff, quotas=QUOTA)
    assert closed == (
        "D1, credited to you as AE, counts 60,000.00 USD; it pays nothing;"
        " gate closed, so nothing is paid: attainment of base was 60.0 % as of now, and at least 80 % is needed."
        " [SPIFF; Handbook, section 3]"
    )


def test_sentences_say_what_a_multiplier_did():
    times = Multiplier(attainment_of="base", brackets=brackets((0, 100), (90, 150)), judged="deal")
    said = sentences(TWO, BASE, gated(times=(times,), title="SPIFF"), quotas=QUOTA)

    assert said[3] == (
        "D2, credited to you as AE, took you from 60,000.00 USD to 90,000.00 USD in FY2027;"
        " 30,000.00 x 1 % x 150 % = 450.00 USD;"
        " multiplied by 150 %, because attainment of base was 90.0 % with this deal (from 90 %)."
        " [SPIFF; Handbook, section 3]"
    )


@quick
@given(sales(), st.integers(1, 300), st.sampled_from(["window", "deal"]), st.sampled_from(["year", "quarter"]))
def test_amounts_are_recomputable_from_the_lines_own_facts(sale, start, judged, over):
    base = component(accumulates="year")
    halves = (FactorBracket(since=0, factor=HALF), FactorBracket(since=units(start), factor=Fraction(4, 3)))
    spiff = gated(
        Gate(measure="acv", over="quarter", min=units(1_000), judged=judged),
        times=(Multiplier(payout_of="base", judged=judged, brackets=halves),),
        rate=None,
        tiers="marginal",
        brackets=by_share((0, 5), (50, 9)),
        quota="acv",
        accumulates=over,
    )
    edges = ["2026-02-01", "2026-05-01", "2026-08-01", "2026-11-01", "2027-02-01"]
    quotas = [
        quota(5_000, person_id=payee, from_on=since, until_on=until)
        for payee in ("ada", "bob", "eve")
        for since, until in pairwise(edges)
    ]
    of = plan(base, spiff)
    people = [{"person_id": payee, "plan": "ae"} for payee in ("ada", "bob", "eve")]
    for line in Case([of], quotas, people).pays(sale).lines.iter_rows(named=True):
        assert recomputed(facts(line, of)) == line["amount_micros"]


def test_quotas_of_gates_are_quotas_of_the_plan():
    of = plan(BASE, gated(Gate(measure="acv", quota="team", min=share(100))))

    assert of.quotas == {"acv", "team"}


@pytest.mark.parametrize(
    ("ends", "at", "factor"),
    [
        ({}, "1/3", "1/2"),
        ({}, "9/10", "3/4"),
        ({}, "2", "1"),
        ({"below": "none"}, "79/100", "0"),
        ({"below": "continue"}, "7/10", "1/4"),
        ({"below": "continue"}, "1/2", "0"),
        ({"beyond": "continue"}, "11/10", "5/4"),
    ],
)
def test_a_factor_runs_straight_between_points(ends, at, factor):
    points = (FactorPoint(at=Fraction(4, 5), factor=Fraction(1, 2)), FactorPoint(at=Fraction(1), factor=Fraction(1)))
    multiplier = Multiplier(measure="score", points=points, **ends)

    assert multiplier.factor_at(Fraction(at)) == Fraction(factor)


def test_a_deal_in_parts_is_divided_at_the_brackets():
    tiers = Multiplier(measure="m", judged="in_parts", brackets=brackets((0, 10), (100, 15), (150, 20)))

    assert tiers.mean_factor(share(80), share(120)) == share(25) / 2
    assert tiers.mean_factor(share(120), share(80)) == share(25) / 2  # what is taken back, by the same parts
    assert tiers.mean_factor(share(80), share(100)) == share(10)  # exactly full
    assert tiers.mean_factor(share(100), share(100)) == share(15)  # adds nothing: that which was reached
    assert tiers.mean_factor(share(-50), share(50)) == share(10)
    assert tiers.parts(share(0), share(200)) == [HALF, HALF / 2, HALF / 2]
