"""What a failing scenario says, and what never passes unseen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from engine.scenario import verdict as verdicts
from engine.scenario.run import Ran
from tests.engine.scenario.judging import failed, judged

TIERS = """
    plan:
      components:
        - id: base
          quota: sales
          accumulates: year
          tiers: marginal
          brackets: [{from: 0%, rate: 8%}, {from: 100%, rate: 12%}]
    quotas: [{payee: ada, amount: 90}, {payee: bo, amount: 90}]
    deals: [{payee: ada, amount: 100, on: 2026-03-01}]
"""


def expecting(expect: str) -> list[tuple[str, str, str]]:
    return failed(judged(f"scenario: s{TIERS}    expect: {expect}\n".replace("\n    ", "\n")))


@pytest.mark.parametrize(
    "expect",
    [
        "{totals: {ada: 8.40}}",
        "{totals: {ada: {2026-03: 8.40, 2026-04: 0, total: 8.4}, bo: 0}}",
        "{lines: [{deal: D1, payee: ada, component: base, period: 2026-03, kind: commission, amount: 8.40}]}",
        "{lines: [{deal: D1, sentence_contains: in the bracket from 100 %}]}",
        "{lines: [{deal: none, amount: 0}]}",
        "{attainment: {ada: {base: 111.11%}, bo: {base: 0}}}",
        "{attainment: {ada: {base: 111.1111%}}}",
        "{attainment: {ada: {base: 100}}}",
        "{postings: [{payee: ada, amount: 8.40}]}",
        "{issues: []}",
    ],
)
def test_what_is_true_passes(expect: str) -> None:
    assert expecting(expect) == []


@pytest.mark.parametrize(
    ("expect", "failure"),
    [
        ("{totals: {ada: 8.41}}", ("total of ada", "8.41", "8.40 USD")),
        ("{totals: {ada: {2026-04: 8.40}}}", ("total of ada in 2026-04", "8.40", "nothing")),
        ("{totals: {bo: 0.01}}", ("total of bo", "0.01", "nothing: no deal is credited to bo")),
        ("{lines: [{deal: D1, kind: spiff, amount: 8.40}]}", ("line D1 spiff", "8.40", "nothing")),
        ("{attainment: {ada: {base: 111.12%}}}", ("attainment of ada in base", "111.12 %", "111.1 %")),
        ("{attainment: {ada: {base: 111%}}}", ("attainment of ada in base", "111 %", "111.1 %")),
        ("{attainment: {ada: {base: 99}}}", ("attainment of ada in base", "99", "100")),
        ("{attainment: {bo: {base: 1}}}", ("attainment of bo in base", "1", "no line")),
        ("{postings: [{payee: ada, amount: 8}]}", ("posting ada", "8.00", "8.40 USD")),
        ("{issues: [quota_missing]}", ("issue", "quota_missing", "no issue")),
        ("{error: gap}", ("error", "gap", "the documents were accepted")),
    ],
)
def test_what_is_not_true_fails_and_says_what_was_found(expect: str, failure: tuple[str, str, str]) -> None:
    assert expecting(expect) == [failure]


def test_a_sentence_that_does_not_say_it_fails_with_what_it_says() -> None:
    ((what, expected, found),) = expecting("{lines: [{deal: D1, sentence_contains: a unicorn}]}")
    assert (what, expected) == ("sentence of line D1", "a unicorn")
    assert "10.00 x 12 % = 1.20 USD" in found


def test_a_failure_carries_the_lines_it_is_about_with_their_slices() -> None:
    verdict = judged(f"scenario: s{TIERS}    expect: {{totals: {{ada: 1}}}}\n".replace("\n    ", "\n"))
    (failure,) = verdict.failures
    assert [part["amount"] for part in failure.lines[0]["facts"]["slices"]] == ["7200000", "1200000"]


HELD = """
scenario: s
plan: {components: [{rate: 10%}]}
deals: [{amount: 100, currency: EUR}]
expect: {totals: {rep: 0}MORE}
"""


def test_a_held_deal_fails_unless_it_is_expected() -> None:
    ((what, expected, found),) = failed(judged(HELD.replace("MORE", "")))
    assert (what, expected) == ("issue", "none")
    assert found.startswith("deal D1: is in EUR, which has no single exchange rate on 2026-01-15.")
    assert judged(HELD.replace("MORE", ", issues: [missing_rate]")).passed
    assert judged(HELD.replace("MORE", ", issues: [no single exchange rate]")).passed


WARNED = """
scenario: s
plan: {effective: {from: 2026-02-01}, components: [{rate: 10%}]}
deals: [{amount: 100, on: 2026-01-15}]
expect: {totals: {rep: 0}MORE}
"""


def test_a_warning_passes_unless_nothing_may_be_found() -> None:
    assert judged(WARNED.replace("MORE", "")).passed
    assert not judged(WARNED.replace("MORE", ", issues: []")).passed
    assert judged(WARNED.replace("MORE", ", issues: [no_plan]")).passed


def test_totals_of_two_currencies_are_no_total() -> None:
    verdict = judged("""
        scenario: s
        plans:
          - {plan: a, components: [{rate: 10%}]}
          - {plan: b, currency: EUR, components: [{rate: 10%}]}
        enrolments: [{plan: a}, {plan: b}]
        fx_rates: [{currency: EUR, rate: 2}]
        deals: [{amount: 100}]
        expect: {totals: {rep: 15}}
    """)
    assert failed(verdict) == [("total of rep", "15.00", "10.00 USD + 5.00 EUR")]


@pytest.mark.parametrize(
    ("broken", "failure"),
    [
        ({"booked_twice": 2}, ("postings of a second run", "0", "2")),
        (
            {"not_recomputed": ("ada base",)},
            ("line ada base from its facts alone", "the same amount", "another amount"),
        ),
    ],
)
def test_a_broken_promise_fails_every_scenario(
    broken: dict[str, Any], failure: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    honest: Callable[..., Ran] = verdicts.run
    monkeypatch.setattr(verdicts, "run", lambda *given: replace(honest(*given), **broken))
    assert expecting("{totals: {ada: 8.40}}") == [failure]


def test_a_period_holds_every_statement_in_it():
    verdict = judged("""
        scenario: A quarter of monthly statements
        plan: {components: [{rate: 10%, release: {on: booking, after_months: 1}}]}
        deals: [{on: 2026-01-15, amount: 100}, {on: 2026-03-31, amount: 200}, {on: 2026-04-01, amount: 400}]
        through: 2026-06
        expect:
          totals: {rep: {FY2026-Q1: 30, FY2026-H1: 70, FY2026: 70, FY2025: 0}}
          payable: {rep: {FY2026-Q1: 10, FY2026-Q2: 60}}
          held: {rep: {FY2026-Q1: 20, FY2025-Q4: 0, 2026-01: 10}}
          lines: [{period: FY2026-Q1, amount: 30}, {period: FY2026-Q2, deal: D1, amount: 0}]
    """)

    assert verdict.passed, verdict.failures


def test_a_payee_whom_no_component_pays_is_told_what_was_credited() -> None:
    """An overlay that no measure counts is the usual reason; the plan's own measure counts direct credits."""
    text = """
        scenario: A specialist beside the deal
        plan: {components: [{rate: 10%}]}
        rules_of_engagement:
          rules:
            - {id: all, owner: deal_owner, credit: [{to: deal_owner, share: 100%}, {to: SE, share: 50%, overlay: true}]}
          vacancies: {SE: nobody}
        roles: [{payee: sue, role: SE}]
        deals: [{payee: ada, amount: 1_000}]
        expect: {totals: {ada: 100, sue: 50}}
    """
    ((what, expected, found),) = failed(judged(text))

    assert (what, expected) == ("total of sue", "50.00")
    assert found.startswith("nothing, of overlay credit of D1: ")
