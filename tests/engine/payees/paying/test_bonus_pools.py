"""Bonus pools: the parts add up to the pool, whoever is there, and nobody's pay is guessed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import frames as f
from engine.documents.plans.bonus_pool import BonusPool
from engine.documents.values import Dated
from engine.model import MICROS
from engine.pay import pay
from engine.telling.facts import facts, recomputed
from jobs.compute import rivals
from tests.engine.builders import book, rules, units
from tests.engine.plans import YEAR, component, plan, quota, rate, sold

THROUGH = date(2026, 8, 1)
"""The end of the second fiscal quarter."""


def amount(of: int) -> Dated[int]:
    return Dated(steps=((date.min, units(of)),))


def pool(**changes: Any) -> BonusPool:
    base: dict[str, Any] = {"id": "pool", "per": "quarter", "divided_by": "headcount"}
    return BonusPool(**{**base, **({} if "share" in changes else {"amount": amount(10_000)}), **changes})


def paid(of: BonusPool, *sales: Any, enrolled: Any = ("ada", "bo", "cy"), **others: Any) -> Any:
    """The outcome of a plan with the pool."""
    credits_, deals = sold(*sales) if sales else sold()
    rows = [{"person_id": one, "plan": "ae"} if isinstance(one, str) else {"plan": "ae", **one} for one in enrolled]
    return pay(
        credits_,
        deals,
        book(enrolments=rows, **others),
        rules(plans=[plan(component(), bonus_pools=(of,))]),
        f.Posted.empty(),
        through=THROUGH,
    )


def parts(outcome: Any, period: str = "2026-07") -> dict[str, int]:
    lines = outcome.lines.filter(component="pool", period=period)
    return dict(lines.select("payee_id", "amount_micros").iter_rows())


@settings(max_examples=10, deadline=None)
@given(
    st.integers(0, 10**9).map(lambda cents: cents * 10_000),
    st.lists(st.sampled_from(["2020-01-01", "2026-05-09", "2026-07-31"]), min_size=1, max_size=7),
    st.sampled_from(["headcount", "days"]),
)
def test_the_parts_add_up_to_the_pool_and_follow_from_their_facts(micros, since, by):
    members = [{"person_id": f"p{nth}", "from_on": day} for nth, day in enumerate(since)]
    of = pool(divided_by=by, amount=Dated(steps=((date.min, micros),)), members="any_day")
    outcome = paid(of, enrolled=members)

    assert sum(parts(outcome).values()) == micros
    in_force = plan(component(), bonus_pools=(of,))
    for line in outcome.lines.filter(component="pool").iter_rows(named=True):
        assert recomputed(facts(line, in_force)) == line["amount_micros"]


def test_who_is_on_unprotected_leave_on_the_last_day_may_be_left_out():
    leaves = [
        {"person_id": "ada", "from_on": "2026-07-01", "protected": False},
        {"person_id": "bo", "from_on": "2026-07-01", "protected": True},
    ]
    assert len(parts(paid(pool(), leaves=leaves))) == 3
    assert parts(paid(pool(on_leave="left_out"), leaves=leaves)) == {"bo": units(5_000), "cy": units(5_000)}


def test_a_pool_of_which_nobody_has_a_part_is_told_and_pays_nothing():
    outcome = paid(pool(divided_by="measure", by="acv"), ("2026-05-15", -100), enrolled=["ada", "bo"])

    assert set(parts(outcome).values()) == {0}
    told = {(issue.subject, issue.code) for issue in outcome.issues}
    assert {("payee ada", "pool_unshared"), ("payee bo", "pool_unshared")} <= told


@pytest.mark.parametrize(
    ("of", "others", "why"),
    [
        (pool(share=rate(2), of="acv"), {}, "achievements in it are held"),  # euros without an exchange rate
        (
            pool(divided_by="attainment", by="acv", quota="acv"),
            {"fx_rates": [{"currency": "EUR", "from_on": "2020-01-01", "rate_num": 1, "rate_den": 1}]},
            "ada has no quota acv beside acv",
        ),
        (
            pool(divided_by="attainment", by="acv", quota="acv"),
            {
                "fx_rates": [{"currency": "EUR", "from_on": "2020-01-01", "rate_num": 1, "rate_den": 1}],
                "quotas": [quota(400, from_on="2026-05-01", until_on="2026-07-01"), quota(400, from_on="2026-07-01")],
            },
            "ada has no quota acv beside acv",  # the second row reaches over the end of the quarter
        ),
    ],
)
def test_what_is_not_known_keeps_the_pool_as_it_was(of, others, why):
    outcome = paid(of, ("2026-05-15", 1_000, {"currency": "EUR"}), **others)

    held = outcome.held.filter(component="pool").select("payee_id", "source_id").sort("payee_id").rows()
    assert held == [(name, "pool:FY2027-Q2") for name in ("ada", "bo", "cy")]
    assert parts(outcome) == {}
    waiting = [issue.message for issue in outcome.issues if issue.code == "pool_waits"]
    assert waiting == [f"shares pool 'pool' of plan 'ae' for FY2027-Q2, which stays as it was: {why}."] * 3


def test_equal_sales_at_equal_quotas_share_equally_and_everybody_is_computed_with_them():
    quotas = [{"person_id": name, "quota": "acv", "amount_micros": 400 * MICROS, **YEAR} for name in ("ada", "bo")]
    quarter = {"from_on": "2026-05-01", "until_on": "2026-08-01"}
    rows = [{**row, **quarter} for row in quotas]
    sales = [("2026-05-15", 100, {"payee_id": name}) for name in ("ada", "bo")]
    of = pool(divided_by="attainment", by="acv", quota="acv")
    outcome = paid(of, *sales, enrolled=["ada", "bo"], quotas=rows)
    assert parts(outcome) == {"ada": units(5_000), "bo": units(5_000)}

    whole = book(enrolments=[{"person_id": name, "plan": "ae"} for name in ("ada", "bo")])
    assert rivals({"ada"}, whole, rules(plans=[plan(component(), bonus_pools=(of,))])) == {"ada", "bo"}
