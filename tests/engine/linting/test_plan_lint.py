"""Every finding on a plan that deserves it, each with a plan test that passes; and a sound plan with none."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from engine.documents.company.company import Company
from engine.documents.document import Reading
from engine.documents.findings import KINDS
from engine.documents.reading import read_plan
from engine.linting.finding import Finding, Given
from engine.linting.plan_lint import lint_plan
from engine.scenario.defaults import COMPANY
from engine.scenario.verdict import Verdict, judge

PLANS = Path(__file__).parent / "plans"
BAD = sorted(path for path in PLANS.glob("*.yaml") if path.stem != "sound")
OF_RULES = {"rule-without-effect", "deals-without-rule", "no-deal-matches"}
COMPANY_OF_TESTS = Company.model_validate(COMPANY, context=Reading())


@cache
def found(text: str) -> tuple[Finding, ...]:
    """What lint finds in a plan; asked once of each, since it computes hundreds of trial deals."""
    plan = read_plan(text, "plans/p.yaml")
    assert plan.rows is not None, plan.issues
    return lint_plan(plan.rows, Given(text, "plans/p.yaml", COMPANY_OF_TESTS, {"plan": "../plans/p.yaml"})).findings


def judged(finding: Finding, text: str) -> Verdict:
    """The finding's plan test, run as `plan test` runs it."""
    assert finding.example is not None
    return judge(finding.example, "examples/x.yaml", {"../plans/p.yaml": (text, "plans/p.yaml")}.get)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_plan_has_its_finding_and_the_plan_test_passes(path: Path) -> None:
    """The file is called like the finding; the plan test of it passes on the plan as it is."""
    text = path.read_text(encoding="utf-8")
    finding = next(each for each in found(text) if each.id == path.stem)

    assert finding.example is None or judged(finding, text).passed
    assert re.fullmatch(r"plans/p\.yaml:[0-9]+", finding.where)


def test_there_is_a_bad_plan_for_every_finding_in_plans() -> None:
    assert {path.stem for path in BAD} == KINDS.keys() - OF_RULES


def test_a_sound_plan_has_no_finding() -> None:
    assert found((PLANS / "sound.yaml").read_text(encoding="utf-8")) == ()


def test_the_counterexample_names_the_fall_and_where_it_is() -> None:
    """150 % of quota pay 4 % of everything, a cent less pays 8 %."""
    text = (PLANS / "more-pays-less.yaml").read_text(encoding="utf-8")
    finding = next(each for each in found(text) if each.id == "more-pays-less")

    assert finding.sentence == (
        "Selling 150,000.00 USD in place of 149,999.99 USD (sales) pays 6,000.00 USD in place of 12,000.00 USD."
    )
    assert (finding.where, finding.severity, finding.is_open) == ("plans/p.yaml:6", "warning", True)


def test_what_is_accepted_is_shown_with_its_reason_and_is_no_longer_open() -> None:
    text = (PLANS / "more-pays-less.yaml").read_text(encoding="utf-8")
    accepted = text + 'accepted: {more-pays-less: "Agreed on 2026-01-10", delaying-pays-more: "Follows from it"}\n'

    every = found(accepted)

    assert {each.id: each.accepted for each in every if each.accepted} == {
        "more-pays-less": "Agreed on 2026-01-10",
        "delaying-pays-more": "Follows from it",
    }
    assert not any(each.is_open for each in every)


def test_lint_is_deterministic() -> None:
    text = (PLANS / "more-pays-less.yaml").read_text(encoding="utf-8")

    assert found.__wrapped__(text) == found(text)


def test_the_example_of_the_reference_page_is_what_lint_says() -> None:
    """Its first block is a plan, its second the plan test that lint gives for it."""
    page = (Path(__file__).parents[3] / "docs/reference/plan-lint.md").read_text(encoding="utf-8")
    plan, example, _ = re.findall(r"```yaml\n(.*?)```", page, flags=re.DOTALL)
    read = read_plan(plan, "plans/growth.yaml").rows
    assert read is not None

    linted = lint_plan(read, Given(plan, "plans/growth.yaml", COMPANY_OF_TESTS, {"plan": "../plans/growth.yaml"}))

    assert example in [finding.example for finding in linted.findings]


IN_ORDER = """
plan: ae
currency: USD
effective: {from: 2026-02-01, until: 2027-02-01}
measures:
  small: {sum: amount, when: {motion: new_business}}
  all: {sum: amount}
  big: {sum: amount, when: {amount: {min: 50_000}}}
components:
  - {id: small, kind: commission, measure: small, rate: 8%}
  - {id: all, kind: commission, measure: all, rate: 6%}
  - {id: big, kind: commission, measure: big, rate: 10%}
precedence: [small, all, big]
"""


def test_a_component_is_unreachable_where_those_before_it_take_every_deal() -> None:
    """What is left for `all` (renewals and more) is enough; nothing is left for `big`."""
    assert [each.part for each in found(IN_ORDER) if each.id == "never-pays"] == ["big"]


ANNUAL = """plan: p
currency: USD
effective: {from: 2026-01-01, until: 2027-01-01}
measures:
  sales: {sum: amount}
  nrr: {retention: {kind: net}}
  q1: {sum: amount, when: {closed_on: {below: 2026-04-01}}}
  q2: {sum: amount, when: {closed_on: {min: 2026-04-01, below: 2026-07-01}}}
  q3: {sum: amount, when: {closed_on: {above: 2026-06-30, below: 2026-10-01}}}
  q4: {sum: amount, when: {closed_on: {min: 2026-10-01}}}
components:
  - id: base
    kind: bonus
    measure: sales
    quota: sales
    accumulates: year
    brackets: [{from: 0%, lump: 0}, {from: 100%, lump: 5_000}]
"""


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ("    only_if: {measure: nrr, over: year, min: 100%}", "never-pays"),
        ("    only_if: {each_of: [q1, q2, q3, q4], min: 100_000}", "never-pays"),
        ("    cap: {per: window, amount: 4_000}\n    carry: {surplus: ahead}", "bracket-without-effect"),
    ],
)
def test_what_nobody_can_make_up_in_one_window_is_no_finding(more: str, wrong: str) -> None:
    """A rate of retention; a quarter's deals, which are made up in the quarter; a surplus that the next year counts."""
    brackets = "[{from: 0%, lump: 0}, {from: 100%, lump: 5_000}]"
    carried = "[{from: 0%, rate: 5%}, {from: 100%, rate: 8%}]\n    tiers: marginal"
    text = f"{ANNUAL.replace(brackets, carried) if 'carry' in more else ANNUAL}{more}\n"

    assert wrong not in {each.id for each in found(text)}


FEW = """plan: p
currency: USD
effective: {from: 2026-01-01, until: 2027-01-01}
measures:
  sales: {sum: amount}
  helped: {sum: amount, credits: [rollup]}
  paid: {sum: earnings, of: [of-another-plan], credits: [rollup]}
  accidents: {import: accidents}
  watts: {sum: units}
  systems: {count: deals}
components:
"""


@pytest.mark.parametrize(
    ("components", "wrong"),
    [
        (
            """
  - {id: rate, kind: commission, measure: sales, accumulates: month, rate: 10%}
  - {id: least, kind: commission, measure: sales, accumulates: month, brackets: [{from: 0, lump: 100}]}
greatest_of: [rate, least]""",
            "never-pays",
        ),
        (
            """
  - {id: safety, kind: bonus, measure: accidents, accumulates: quarter, at_zero: first_row,
     brackets: [{from: 0, lump: 500}, {from: 1, lump: 0}]}""",
            "more-pays-less",
        ),
        (
            """
  - {id: override, kind: manager_override, measure: helped, rate: 1%}
  - {id: share, kind: manager_override, measure: paid, rate: 10%}""",
            "never-pays",
        ),
        (
            """
  - {id: first, kind: commission, measure: watts, pays: 0.30,
     only_if: {measure: systems, over: month, judged: deal, max: 1}}
  - {id: rest, kind: commission, measure: watts, pays: 0.40,
     only_if: {measure: systems, over: month, judged: deal, above: 4}}""",
            "never-pays",
        ),
    ],
    ids=["compared", "less-is-better", "earnings-of-another-plan", "number-of-the-deal"],
)
def test_what_is_meant_so_or_lies_in_another_plan_is_no_finding(components: str, wrong: str) -> None:
    """Each of these was a false alarm, and that of earnings of another plan stopped lint."""
    text = FEW + components.strip("\n") + "\n"

    assert wrong not in {each.id for each in found(text)}
    assert "never-pays" not in {each.id for each in found(text)}


def test_a_finding_about_all_pay_stands_once_where_the_difference_is_made() -> None:
    """Delaying pays because of the cap over both components, not because of the one whose deals were tried."""
    text = """plan: p
currency: USD
effective: {from: 2026-01-01, until: 2027-01-01}
measures: {sales: {sum: amount, when: {motion: new_business}}, more: {sum: amount, when: {motion: upsell}}}
components:
  - {id: base, kind: commission, measure: sales, rate: 5%}
  - {id: up, kind: commission, measure: more, rate: 8%}
caps:
  - {id: ceiling, per: quarter, amount: 20_000}
"""
    delays = [each for each in found(text) if each.id == "delaying-pays-more"]

    assert [(each.part, each.where) for each in delays] == [("ceiling", "plans/p.yaml:9")]
    assert judged(delays[0], text).passed
