"""Intervals against published figures, and what becomes of each account of an experiment."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.compute import credit_deals
from engine.documents.engagement.experiments import Experiment
from engine.telling.intervals import difference, wilson
from engine.telling.trial import outcomes
from tests.engine.builders import book, engagement, rule, rules, window

HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    ("successes", "of", "low", "high"),
    [(81, 263, 2553, 3662), (15, 148, 624, 1605), (0, 20, 0, 1611), (1, 29, 61, 1718), (29, 29, 8830, 10000)],
)
def test_wilsons_interval_is_that_of_newcombes_table(successes: int, of: int, low: int, high: int) -> None:
    assert [round(bound * 10_000) for bound in wilson(successes, of)] == [low, high]


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [((56, 70), (48, 80), 524, 3339), ((9, 10), (3, 10), 1705, 8090), ((5, 56), (0, 29), -381, 1926)],
)
def test_the_interval_of_a_difference_is_that_of_newcombes_table(
    one: tuple[int, int], other: tuple[int, int], low: int, high: int
) -> None:
    assert [round(bound * 10_000) for bound in difference(one, other)] == [low, high]


@given(st.integers(0, 50), st.integers(0, 50))
def test_an_interval_holds_the_rate_and_stays_inside(successes: int, failures: int) -> None:
    of = successes + failures
    low, high = wilson(successes, of)
    rate = Fraction(successes, of) if of else Fraction(0)
    hair = Fraction(1, 10**9)

    assert 0 <= low <= high <= 1
    assert low - hair <= rate <= high + hair


TRIAL = Experiment(id="pay", effective=window("2026-01-01", "2027-01-01"), arms={"a": HALF, "b": HALF})
SIGNED = {"deal_id": "S", "closed_on": "2025-03-01", "term_months": 12}  # ends on 2026-03-01


def became(*deals: dict[str, Any], today: str = "2026-06-01", **others: Any) -> str:
    in_force = rules(engagement(rule("all", owner="deal_owner"), experiments=(TRIAL,)))
    made = book(deals=deals, **others)
    found = credit_deals(made, in_force)
    drawn = book(deals=deals, **others, lots=found.lots.rows(named=True))
    (outcome,) = outcomes(TRIAL, drawn, found.classified, date.fromisoformat(today))["outcome"]
    return str(outcome)


def later(motion: str, day: str, **more: Any) -> dict[str, Any]:
    gives = {"amount_micros": -1, "acv_micros": -1} if motion == "churn" else {}
    return {"deal_id": "L", "motion": motion, "type": motion, "closed_on": day, "prior_deal_id": "S", **gives, **more}


@pytest.mark.parametrize(
    ("deals", "today", "outcome"),
    [
        ([], "2026-04-29", "undecided"),
        ([], "2026-04-30", "lost"),
        ([later("renewal", "2026-02-20")], "2026-06-01", "renewed"),
        ([later("renewal", "2026-04-20")], "2026-06-01", "renewed"),
        ([later("churn", "2026-02-20")], "2026-03-01", "lost"),
        ([later("renewal", "2025-12-31", term_months=36)], "2026-06-01", "not_due"),
    ],
)
def test_what_became_of_an_account(deals: list[dict[str, Any]], today: str, outcome: str) -> None:
    assert became(SIGNED, *deals, today=today) == outcome


def test_whose_contract_does_not_end_is_not_due() -> None:
    assert became({**SIGNED, "term_months": 36}) == "not_due"


def test_who_renewed_and_left_afterwards_is_lost() -> None:
    renewed = later("renewal", "2026-02-20", deal_id="R")

    assert became(SIGNED, renewed, later("churn", "2026-08-01", prior_deal_id="R"), today="2026-09-01") == "lost"
