"""Contests: the place of a payee among everybody in the plan."""

from datetime import date
from fractions import Fraction

import polars as pl
import pytest

from engine.documents.curves.gauge import Gate
from engine.documents.curves.ranked import Ranked
from engine.documents.measures.measure import Measure
from engine.documents.measures.members import Members
from jobs.compute import rivals
from tests.engine.builders import book, rules
from tests.engine.plans import Case, codes, component, plan, quota, rate, sold

PRIZE = {"id": "prize", "kind": "spiff", "rate": rate(10), "accumulates": "quarter"}
FIRST = Gate(measure="acv", ranked=Ranked(), max=1_000_000)
DAY = "2026-02-10"


def outcome_of(sales, gate=FIRST, through=None, quotas=(), **others):
    """The outcome of one deal for each payee: (day, amount, and other columns)."""
    parts = [
        sold((day, amount, {"credit_id": f"C-{who}", "deal_id": f"D-{who}", **more}), payee=who)
        for who, (day, amount, *rest) in sales.items()
        for more in [dict(*rest)]
    ]
    credits_, deals = (pl.concat(column) for column in zip(*parts, strict=True))
    enrolments = [{"person_id": who, "plan": "ae"} for who in sales]
    case = Case([plan(component(**PRIZE, only_if=(gate,)))], list(quotas), enrolments, others=others)
    return case.pays((credits_, deals), through=through)


def won(*args, **keys):
    """What each payee's prize is, in whole units."""
    lines = outcome_of(*args, **keys).lines
    return {line["payee_id"]: line["amount_micros"] // 10**6 for line in lines.iter_rows(named=True)}


def test_the_most_wins_and_equals_share_the_place():
    assert won({"ada": (DAY, 500), "bo": (DAY, 500), "cy": (DAY, 400)}) == {"ada": 50, "bo": 50, "cy": 0}


def test_with_a_quota_the_highest_attainment_wins():
    quotas = [{**quota(10_000), "person_id": "ada"}, {**quota(1_000), "person_id": "bo"}]
    gate = FIRST.model_copy(update={"quota": "acv", "over": "year"})

    assert won({"ada": (DAY, 900), "bo": (DAY, 100)}, gate, quotas=quotas) == {"ada": 0, "bo": 10}


@pytest.mark.parametrize(("through", "prize"), [(date(2026, 4, 30), 0), (date(2026, 5, 1), 50), (None, 50)])
def test_a_place_is_known_when_the_quarter_is_over(through, prize):
    assert won({"ada": (DAY, 500)}, through=through) == {"ada": prize}


def test_who_takes_back_more_than_they_sold_has_no_place():
    assert won({"ada": (DAY, -500)}) == {"ada": 0}


def test_nobody_has_a_place_while_one_achievement_is_unknown():
    outcome = outcome_of({"ada": (DAY, 500), "bo": (DAY, 900, {"currency": "EUR"})})

    assert outcome.lines.is_empty()
    assert set(codes(outcome)) == {"exchange_rate_missing", "gauge_held"}


def test_whoever_moves_moves_everybody_in_the_contest_and_nobody_else():
    contest, other = plan(component(**PRIZE, only_if=(FIRST,))), plan(component(), plan="csm")
    people = [("ada", "ae"), ("bo", "ae"), ("cy", "csm"), ("dee", "csm")]
    records = book(enrolments=[{"person_id": who, "plan": name} for who, name in people])

    assert rivals({"ada", "cy"}, records, rules(plans=[contest, other])) == {"ada", "bo"}
    assert rivals({"cy"}, records, rules(plans=[contest, other])) == set()


def test_whoever_moves_moves_the_managers_who_count_their_members():
    counting = Members(attaining=("base",), least=Fraction(1))
    above = plan(component(measure="reached"), plan="manager", measures={"reached": Measure(members=counting)})
    people = [("ada", "ae"), ("bo", "ae"), ("vera", "manager"), ("ida", "sdr")]
    records = book(enrolments=[{"person_id": who, "plan": name} for who, name in people])
    alone = plan(component(id="meetings"), plan="sdr")

    assert rivals({"ada"}, records, rules(plans=[plan(), above, alone])) == {"ada", "bo", "vera"}
    assert rivals({"ida"}, records, rules(plans=[plan(), above, alone])) == set()
