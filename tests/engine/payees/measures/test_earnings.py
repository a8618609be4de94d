"""Components that pay on earnings: kickers on one's own, overrides on the team's."""

from fractions import Fraction

import polars as pl

from engine import frames as f
from engine.documents.measures.measure import Levels, Measure
from tests.engine.builders import frame, units
from tests.engine.plans import Case, amounts, by_amount, by_share, codes, component, plan, quota, rate, sold
from tests.engine.telling.test_explain import sentences

EARNED = Measure(sum="earnings", of=("base",))
TEAM = Measure(sum="earnings", of=("base",), credits=("rollup",))
TIERED = component(brackets=by_share((0, 8), (100, 12)))
KICKER = component(id="kicker", kind="spiff", measure="earned", rate=rate(10))


def with_kicker(base=TIERED, kicker=KICKER, measure=EARNED, **changes):
    """A plan whose kicker is written before the base it pays on."""
    return plan(kicker, base, measures={"acv": Measure(sum="acv"), "earned": measure}, **changes)


def manager(*components, name="manager", **changes):
    """A plan on the team's earnings."""
    return plan(*components, plan=name, version="m1", measures={"team": TEAM}, **changes)


def override(**changes):
    """10 % of the team's earnings, unless brackets say otherwise."""
    return component(id="override", kind="manager_override", measure="team", **changes)


def rolled_up(sale, *managers, payee="ada"):
    """The sale with roll-ups of the payee's credits to the managers."""
    credits_, deals = sale
    rows = [
        {**row, "credit_id": f"{row['credit_id']}>{boss}", "payee_id": boss, "kind": "rollup", "from_payee_id": payee}
        for row in credits_.filter(payee_id=payee).iter_rows(named=True)
        for boss in managers
    ]
    return pl.concat([credits_, frame(f.Credits, rows)]), deals


def of(outcome, name):
    return [Fraction(amount, 10**6) for amount in outcome.lines.filter(component=name)["amount_micros"]]


def test_a_kicker_pays_a_share_of_what_another_component_paid():
    sale = sold(("2026-05-01", 80_000), ("2026-05-02", 60_000))
    outcome = Case([with_kicker()], quotas=[quota(100_000)]).pays(sale)

    # 80,000 x 8 % = 6,400; 20,000 x 8 % + 40,000 x 12 % = 6,400
    assert of(outcome, "base") == [6_400, 6_400]
    assert of(outcome, "kicker") == [640, 640]


def test_a_kicker_may_have_tiers_over_the_earnings_themselves():
    kicker = component(id="kicker", kind="spiff", measure="earned", brackets=by_amount((0, 0), (10_000, 5)))
    sale = sold(("2026-05-01", 80_000), ("2026-05-02", 60_000))
    outcome = Case([with_kicker(kicker=kicker)], quotas=[quota(100_000)]).pays(sale)

    # 12,800 earned in the year: 2,800 above 10,000 x 5 %
    assert of(outcome, "kicker") == [0, 140]


def test_what_is_held_there_is_held_here():
    outcome = Case([with_kicker()]).pays(sold(("2026-05-01", 80_000)))

    assert amounts(outcome) == []
    assert codes(outcome) == ["source_held", "quota_missing"]


def test_an_override_pays_on_what_each_member_was_paid_at_every_level():
    ae = plan(TIERED, version="v1")
    people = [{"person_id": "ada", "plan": "ae"}, *({"person_id": boss, "plan": "manager"} for boss in ("lee", "vic"))]
    case = Case([manager(override()), ae], [quota(100_000)], people)
    sale = rolled_up(sold(("2026-05-01", 80_000), ("2026-05-02", 60_000)), "lee", "vic")
    outcome = case.pays(sale)

    assert of(outcome, "base") == [6_400, 6_400]
    lines = outcome.lines.filter(component="override")
    assert lines.select("payee_id", "deal_id", "amount_micros").rows() == [
        ("lee", "D1", units(640)),
        ("lee", "D2", units(640)),
        ("vic", "D1", units(640)),
        ("vic", "D2", units(640)),
    ]


def test_an_override_above_a_team_threshold():
    bands = override(brackets=by_amount((0, 0), (10_000, 10)), accumulates="quarter")
    people = [{"person_id": "ada", "plan": "ae"}, {"person_id": "lee", "plan": "manager"}]
    sale = rolled_up(sold(("2026-05-01", 80_000), ("2026-05-02", 60_000)), "lee")
    outcome = Case([plan(TIERED), manager(bands)], [quota(100_000)], people).pays(sale)

    # 12,800 of team commission in the quarter: 2,800 above 10,000 x 10 %
    assert of(outcome, "override") == [0, 280]


def test_what_was_earned_at_another_level_is_no_earning_of_nothing():
    """Two levels below nobody earned anything: a line of 0 would ask for quotas, gates and places for nothing."""
    far = Measure(sum="earnings", of=("base",), credits=("rollup",), levels=Levels(min=2))
    tiers = override(brackets=by_share((0, 8), (100, 12)))
    bosses = plan(tiers, plan="manager", version="m1", measures={"team": far})
    people = [{"person_id": "ada", "plan": "ae"}, {"person_id": "lee", "plan": "manager"}]
    credits_, deals = rolled_up(sold(("2026-05-01", 80_000)), "lee")
    credits_ = credits_.with_columns(level=pl.when(pl.col("kind") == "rollup").then(pl.lit(1, pl.Int64)))
    outcome = Case([bosses, plan(TIERED, version="v1")], [quota(100_000)], people).pays((credits_, deals))

    assert (of(outcome, "base"), of(outcome, "override"), codes(outcome)) == ([6_400], [], [])


def test_team_earnings_in_another_currency_are_exchanged():
    people = [{"person_id": "ada", "plan": "ae"}, {"person_id": "lee", "plan": "manager"}]
    rates = [{"currency": "EUR", "from_on": "2020-01-01", "rate_num": 11, "rate_den": 10}]
    sale = rolled_up(sold(("2026-05-01", 10_000)), "lee")
    outcome = Case([plan(), manager(override(), currency="EUR")], (), people, rates).pays(sale)

    # 1,000 USD / 1.1 = 909.090909 EUR x 10 %
    assert of(outcome, "override") == [Fraction("90.91")]
    assert outcome.lines.filter(component="override").select("currency", "fx_num", "fx_den").rows() == [("EUR", 10, 11)]


def test_a_kicker_says_what_it_pays_on():
    _, said = sentences(
        sold(("2026-05-01", 1_000)),
        component(),
        KICKER,
        measures={"acv": Measure(sum="acv"), "earned": EARNED},
    )

    assert said == (
        "D1, credited to you as AE, counts 100.00 USD of what base paid; 100.00 x 10 % = 10.00 USD."
        " [kicker; Handbook, section 3]"
    )
