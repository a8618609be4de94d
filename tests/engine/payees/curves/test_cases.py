"""Cases by deal: what else a component does with a deal whose case decided."""

from fractions import Fraction

import polars as pl

from engine.documents.conditions import FieldTest, When
from engine.documents.curves.cases import FactorCase, RateCase
from engine.documents.curves.gauge import Gate
from engine.documents.curves.rate_by import RateBy, RatePoint
from engine.payees.curves import earn
from engine.telling.facts import facts, recomputed
from tests.engine.plans import Case, by_share, codes, component, plan, quota, rate, sold

SMALL = When(tests=(FieldTest(field="segment", any_of=("SMB",)),))
RATES = (RateCase(when=SMALL, rate=rate(12)), RateCase(otherwise=rate(8)))


def two(*segments):
    """A deal of 1,000 for each segment."""
    credits_, deals = sold(*((f"2026-03-0{day}", 1_000) for day, _ in enumerate(segments, start=1)))
    return credits_, deals.with_columns(segment=pl.Series(segments, dtype=pl.String))


def test_a_missing_value_fits_no_case_and_is_reported():
    outcome = Case([plan(component(rates=RATES))]).pays(two("SMB", None))

    assert outcome.lines["amount_micros"].to_list() == [120_000_000, 80_000_000]
    assert codes(outcome) == ["case_lacks_value"]
    assert "has no segment" in str(outcome.issues[0])


def test_a_deal_that_an_earlier_case_took_lacks_nothing():
    late = RateCase(when=When(tests=(FieldTest(field="industry", any_of=("Media",)),)), rate=rate(1))
    outcome = Case([plan(component(rates=(RATES[0], late, RATES[1])))]).pays(two("SMB"))

    assert codes(outcome) == []


def test_cases_and_gates_multiply_and_every_line_is_computed_again():
    parts = component(
        rates=RATES,
        by_deal=(FactorCase(when=SMALL, factor=rate(150)), FactorCase(otherwise=rate(100))),
        only_if=(Gate(measure="acv", over="year", min=2_000_000_000),),
        accumulates="year",
    )
    open_, closed = (Case([plan(parts)]).pays(two(*names)) for names in (("SMB", "Public"), ("SMB",)))

    assert open_.lines["amount_micros"].to_list() == [180_000_000, 80_000_000]
    assert closed.lines["amount_micros"].to_list() == [0]
    for line in open_.lines.iter_rows(named=True):
        assert recomputed(facts(line, plan(parts))) == line["amount_micros"]


def test_a_factor_by_deal_leaves_attainment_alone():
    parts = component(
        brackets=by_share((0, 10), (100, 20)),
        by_deal=(FactorCase(when=SMALL, factor=rate(Fraction(1, 2) * 100)), FactorCase(otherwise=rate(100))),
    )
    outcome = Case([plan(parts)], [quota(1_000)]).pays(two("SMB", "Public"))

    assert outcome.lines["amount_micros"].to_list() == [50_000_000, 200_000_000]


def test_a_rate_of_its_own_for_every_deal_is_the_same_one_by_one_and_on_columns(monkeypatch):
    line = (RatePoint(at=Fraction(0), rate=rate(10)), RatePoint(at=Fraction(40, 100), rate=rate(4)))
    parts = component(rate_by=RateBy(deal="discount_percent", points=line), rate=None)
    listed = ((day, {"list_micros": 1_000_000_000 + day * 77_777_777}) for day in range(1, 9))
    deals = sold(*((f"2026-03-0{day}", 1_000, price) for day, price in listed))

    together = Case([plan(parts)]).pays(deals).lines
    monkeypatch.setattr(earn, "MOST_FACTORS", 3)
    by_themselves = Case([plan(parts)]).pays(deals).lines

    assert together["amount_micros"].n_unique() == 8
    assert by_themselves.equals(together)
    assert all(recomputed(facts(line, plan(parts))) == line["amount_micros"] for line in together.iter_rows(named=True))
