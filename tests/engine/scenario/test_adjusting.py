"""Corrections by hand that a scenario states: what they are of, and what they cannot be."""

import pytest

from tests.engine.scenario.judging import failed, judged, problems

PLAN = "plan: {components: [{id: base, rate: 10%}, {id: margin, rate: 5%, floor: {amount: 10}}]}\n"
TWO = "plans: [{plan: ae, components: [{rate: 10%}]}, {plan: am, components: [{rate: 5%}]}]\n"


@pytest.mark.parametrize(
    ("plan", "fact", "why"),
    [
        (PLAN, "{component: bse, amount: 5}", "no component is called bse"),
        (PLAN, "{component: margin, amount: 5}", "it has a floor or a residual, which are of deals"),
        (PLAN, "{plan: am, amount: 5}", "no plan is called am"),
        (TWO, "{amount: 5}", "there are several plans. Add plan: one of ae, am."),
        (PLAN, "{amount: 0}", "changes nothing"),
        (PLAN, "{amount: 5, on: 2026-01-01, period: 2026-01}", "says when in 2 ways"),
    ],
)
def test_what_cannot_be_adjusted_is_told(plan, fact, why):
    found = judged(f"scenario: s\n{plan}adjustments: [{fact}]\nexpect: {{totals: {{}}}}\n")

    assert why in " ".join([*problems(found), *(failure.found for failure in found.failures)])


def test_pay_is_adjusted_without_any_deal():
    assert failed(judged(f"scenario: s\n{PLAN}adjustments: [{{amount: -5}}]\nexpect: {{totals: {{rep: -5}}}}\n")) == []
