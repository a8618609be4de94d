"""What a scenario may leave out, and what it is told when it says something that means nothing."""

from __future__ import annotations

import pytest

from engine.documents.company.company import Company
from engine.documents.document import Reading
from engine.scenario.defaults import COMPANY
from engine.scenario.reading import read_scenario
from tests.engine.scenario.judging import PLAN, failed, judged, problems

PARTS = ("week", "two_weeks", "half_month", "month", "quarter", "half", "year")


def test_the_least_that_can_be_said() -> None:
    found = read_scenario(
        "{scenario: least, plan: {components: [{rate: 10%}]}, deals: [{amount: 5}], expect: {totals: {rep: 0.50}}}",
        "s.yaml",
        lambda _: None,
    )
    case = found.rows
    assert case is not None
    assert case.rules is not None
    (plan,) = case.rules.plans
    (component,) = plan.components
    assert (plan.plan, plan.currency, plan.effective.until_on, plan.pays) == ("plan", "USD", None, "monthly")
    assert (component.id, component.kind, component.measure, plan.measures["sales"].sum) == (
        "base", "commission", "sales", "amount",
    )  # fmt: skip
    assert (case.rules.company.zone, case.rules.company.fiscal_year_starts) == ("UTC", "01-01")


def test_every_problem_of_scenario_and_plan_comes_at_once_with_its_line() -> None:
    verdict = judged("""
        scenario: wrong
        plan:
          components:
            - rate: 10
              tirs: marginal
        dels: [{amount: 1}]
        quotas: [{amount: 3, per: day}]
        expect: {totals: {ada: 1}}
    """)
    assert problems(verdict) == [
        (
            "s.yaml:5: plan.components.base.rate: 10 is not a percentage. "
            "Write a percentage, such as 8% or 0.75%, or pays: 10 if an amount is meant."
        ),
        "s.yaml:6: plan.components.base.tirs: unknown key. Did you mean tiers?",
        "s.yaml:7: dels: unknown key. Did you mean deals?",
        f"s.yaml:8: quotas[1].per: day is not a choice here. Known: {', '.join(sorted(PARTS))}.",
    ]


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ("deals: [{on: 2026-01-01}]", "deals[1]: a deal without amount and acv."),
        ("deals: [{id: D2, amount: 1}, {amount: 2}]", "deals[2]: D2 is the id of two deals."),
        ("deals: [{id: a, amount: 1, renews: b}]", "deals.a.renews: no deal is called b."),
        ("events: [{deal: x, what: refunded, on: 2026-01-01}]", "events[1].deal: no deal is called x."),
        (
            "roles: [{payee: a, role: AE, territory: W, segment: S}]",
            "roles[1]: held by territory and segment at once; a role has one place.",
        ),
        ("lists: {keys: [acme]}", "lists.keys: no rule or plan tests a list called keys."),
        ("achieved: [{amount: 1, measure: sale}]", "achieved[1].measure: no measure of deals is called sale."),
        ("achieved: [{amount: 1}]\nplans: [{plan: two, measures: {a: {sum: acv}}, components: [{rate: 1%}]}]",
         "achieved[1]: does not say of which measure, and the plans do not have just one."),
        ("deals: [{amount: 1, account: x, segment: A}, {amount: 1, account: x, segment: B}]",
         "deals[2]: says another segment of x than one before it."),
        ("results: [{result: x, value: 1%}]", "results[1].result: no measure imports a result x."),
        ("results: [{result: x, value: 33.12345%}]", "results[1].value: has more than four decimals."),
        ("results: [{result: x, value: 1, from: 2026-02-01, until: 2026-02-01}]",
         "results[1].until: the days from 2026-02-01 until 2026-02-01 are none."),
        ("enrolments: [{from: 2026-02-01, until: 2026-01-01}]", "enrolments[1].until: the days from 2026-02-01"),
        ("roles: [{payee: a, role: AE, until: 1999-01-01}]", "roles[1].until: the days from 2000-01-01"),
        ("fx_rates: [{currency: EUR, rate: 0.00000000000001}]", "fx_rates[1].rate: 0.00000000000001 is out of range."),
        ("quotas: [{amount: 1, period: FY0001}]", "quotas[1].period: FY0001 is not a period."),
        ("quotas: [{amount: 1, quota: x}]", "quotas[1].quota: no plan names a quota x."),
        ("quotas: [{amount: 1, from: 2026-01-01}]", "quotas[1]: half a range of days."),
        ("quotas: [{amount: 1, per: year, period: FY2026}]", "quotas[1]: says when in 2 ways."),
        ("quotas: [{amount: 1, period: 2026-13}]", "quotas[1].period: 2026-13 is no period of the company's calendar."),
        ("enrolments: [{plan: x}]", "enrolments[1].plan: no plan is called x."),
        ("plans: [{plan: two, components: [{rate: 1%}]}]",
         "nobody is enrolled, and there are several plans: plan, two."),
        ("fx_rates: [{currency: EUR, rate: 0}]", "fx_rates[1].rate: 0 is not an exchange rate."),
        ("before: [{achieved: 1, component: bas}]", "before[1].component: no component is called bas."),
    ],
)  # fmt: skip
def test_facts_that_mean_nothing_are_refused(facts: str, problem: str) -> None:
    verdict = judged(f"scenario: s\nplan: {{components: [{{rate: 1%}}]}}\nexpect: {{totals: {{rep: 1}}}}\n{facts}\n")
    assert any(problem in text for text in problems(verdict)), problems(verdict)


@pytest.mark.parametrize(
    ("expect", "problem"),
    [
        ("{}", "expect: expects nothing."),
        ("{lines: [{deal: D1}]}", "expect.lines[1]: expects nothing."),
        ("{totals: {rep: {2026: 1}}}", "expect.totals.rep.2026: 2026 is no statement period."),
        ("{lines: [{period: 2025-W53, amount: 1}]}", "2025-W53 is no period of the company's calendar."),
        ("{attainment: {rep: {bse: 1}}}", "expect.attainment.rep.bse: no component is called bse."),
        ("{lines: [{component: bse, amount: 1}]}", "expect.lines[1].component: no component is called bse."),
        ("{totals: {Rep: 1}}", "expect.totals.Rep: no fact speaks of Rep. Did you mean rep?"),
        ("{payout: {ada: 1}}", "expect.payout.ada: no fact speaks of ada. Known: rep."),
    ],
)
def test_expectations_that_mean_nothing_are_refused(expect: str, problem: str) -> None:
    verdict = judged(f"scenario: s\nplan: {{components: [{{rate: 1%}}]}}\ndeals: [{{amount: 1}}]\nexpect: {expect}\n")
    assert any(problem in text for text in problems(verdict)), problems(verdict)


def test_a_plan_by_its_path_must_be_complete() -> None:
    text = "{scenario: s, plan: plan.yaml, deals: [{amount: 10}], expect: {totals: {rep: 1.00}}}"
    assert judged(text, **{"plan.yaml": PLAN}).passed
    verdict = judged(text, **{"plan.yaml": PLAN.replace("currency: USD\n", "")})
    assert failed(verdict) == [
        ("the documents", "valid", "plan.yaml:2: currency: missing. Add currency, such as currency: USD.")
    ]


def test_a_path_without_a_file_and_a_scenario_without_a_plan_are_named() -> None:
    ((_, _, found),) = failed(judged("{scenario: s, plan: none.yaml, expect: {totals: {rep: 1}}}"))
    assert found.startswith("s.yaml:1: plan: none.yaml is no file beside this one.")
    ((_, _, found),) = failed(judged("{scenario: s, expect: {totals: {rep: 1}}}"))
    assert found.startswith("s.yaml:1: a scenario without a plan.")


def test_a_file_that_is_no_mapping_or_empty_is_refused() -> None:
    assert problems(judged("- a\n"))[0].startswith("s.yaml:1: the document is no mapping.")
    assert problems(judged(""))[0].startswith("s.yaml:1: the document is empty.")


def test_two_plans_of_one_name_in_one_file_are_different_files() -> None:
    verdict = judged("""
        scenario: two years
        plans:
          - {effective: {from: 2026-01-01, until: 2027-01-01}, components: [{rate: 10%}]}
          - {effective: {from: 2027-01-01}, components: [{rate: 20%}]}
        deals: [{amount: 10, on: 2026-12-31}, {amount: 10, on: 2027-01-01}]
        expect: {lines: [{deal: D1, amount: 1}, {deal: D2, amount: 2}], totals: {rep: 3}}
    """)
    assert failed(verdict) == []


def test_plans_that_overlap_are_refused() -> None:
    verdict = judged("""
        scenario: overlap
        plans: [{components: [{rate: 10%}]}, {components: [{rate: 20%}]}]
        expect: {error: is already in force from 2000-01-01}
    """)
    assert verdict.passed


def test_the_usual_company_is_a_whole_one() -> None:
    """Plans that are looked at without a company's folder have it, too."""
    assert Company.model_validate(COMPANY, context=Reading()).fiscal_year_starts == "01-01"
