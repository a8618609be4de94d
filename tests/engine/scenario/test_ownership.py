"""Owners and credits that a scenario expects: what is true passes, and what is not is told with what is."""

from __future__ import annotations

import pytest

from tests.engine.scenario.judging import failed, judged, problems

RULES = """
    scenario: s
    rules_of_engagement:
      rules:
        - id: renewal
          owners: {value: CSM, commercial: AM, execution: AM}
          split_at: expiring_acv
          credit:
            - {portion: renewed, to: CSM, share: 100%}
            - {portion: uplift, to: AM, share: 70%}
            - {portion: uplift, to: CSM, share: 30%}
            - {to: SE, share: 10%, overlay: true}
      vacancies: {AM: nobody}  # of the others `roles` say who holds them
    roles: [{payee: cleo, role: CSM}, {payee: sue, role: SE}]
    deals: [{motion: renewal, acv: 130_000, expiring_acv: 100_000}]
"""
TOLD = (
    "cleo as CSM: 100 % of the renewed part, direct, ACV 100,000.00 USD\n"
    "cleo as CSM: 30 % of the uplift part, direct, ACV 9,000.00 USD\n"
    "sue as SE: 10 %, overlay, ACV 13,000.00 USD"
)


def expecting(expect: str) -> list[tuple[str, str, str]]:
    return failed(judged(f"{RULES}    expect: {expect}\n"))


@pytest.mark.parametrize(
    "expect",
    [
        "{owners: {D1: {value: cleo, commercial: nobody, rule: renewal, sentence_contains: CSM of the company}}}",
        "{credits: [{deal: D1, payee: cleo, portion: renewed, share: 100%, acv: 100_000}]}",
        "{credits: [{deal: D1, payee: cleo, share: 130%, acv: 109_000, amount: 109_000}]}",
        "{credits: [{deal: D1, kind: overlay, role: SE, rule: renewal, share: 10%}, {deal: D1, role: AM, share: 0%}]}",
    ],
)
def test_what_is_true_passes(expect: str) -> None:
    assert expecting(expect) == []


@pytest.mark.parametrize(
    ("expect", "what", "wanted", "found"),
    [
        ("{owners: {D1: cleo}}", "commercial owner of D1", "cleo", "nobody (renewal: any deal on 2026-01-15; value"),
        ("{owners: {D1: {rule: other}}}", "rule of D1", "other", "renewal (renewal: any deal"),
        ("{owners: {D1: {sentence_contains: AE}}}", "sentence of D1", "AE", "renewal: any deal"),
        ("{owners: {D9: cleo}}", "owners of D9", "an assignment", "none: no deal of that name is won"),
        ("{credits: [{deal: D1, payee: cleo, share: 100%}]}", "share of credit D1 cleo", "100 %", TOLD),
        ("{credits: [{deal: D1, payee: sue, acv: 1}]}", "acv of credit D1 sue", "1.00", TOLD),
        ("{credits: [{deal: D9, share: 1%}]}", "share of credit D9", "1 %", "no credit"),
    ],
)
def test_what_is_not_true_is_told_with_what_is(expect: str, what: str, wanted: str, found: str) -> None:
    first = expecting(expect)[0]

    assert first[:2] == (what, wanted)
    assert first[2].startswith(found)


@pytest.mark.parametrize(
    ("expect", "problem"),
    [
        ("{owners: {D1: {}}}", "expect.owners.D1: expects nothing."),
        ("{owners: {D1: {valu: a}}}", "expect.owners.D1.valu: unknown key. Did you mean value?"),
        ("{credits: [{deal: D1, payee: cleo}]}", "expect.credits[1]: expects nothing."),
    ],
)
def test_an_expectation_that_says_nothing_is_refused(expect: str, problem: str) -> None:
    assert problem in problems(judged(f"{RULES}    expect: {expect}\n"))[0]
