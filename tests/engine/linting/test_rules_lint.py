"""Rules of engagement that decide nothing, and deals that no rule decides."""

from __future__ import annotations

from datetime import date
from textwrap import dedent

import polars as pl

from engine.documents.engagement.engagement import Engagement
from engine.documents.reading import read_engagement
from engine.linting.finding import Finding, Given
from engine.linting.rules_lint import lint_engagement
from engine.scenario.verdict import judge
from tests.engine.linting.test_plan_lint import COMPANY_OF_TESTS

SHADOWED = """
rules_of_engagement: r
effective: {from: 2026-01-01}
rules:
  - {id: small, when: {motion: renewal, acv: {below: 50_000}}, owner: CSM, credit: [{to: CSM, share: 100%}]}
  - {id: large, when: {motion: renewal, acv: {min: 50_000}}, owner: AM, credit: [{to: AM, share: 100%}]}
  - {id: enterprise, when: {motion: renewal, segment: Enterprise}, owner: AM, credit: [{to: AM, share: 100%}]}
  - {id: rest, owner: AE, credit: [{to: AE, share: 100%}]}
otherwise: {hold: review}
vacancies: {AE: [deal_owner], AM: [deal_owner], CSM: [deal_owner]}
"""


def found(text: str, past: pl.DataFrame | None = None) -> tuple[Finding, ...]:
    """What lint finds, after every plan test of it has passed."""
    text = dedent(text)
    rules = read_engagement(text, "engagement/r.yaml")
    assert isinstance(rules.rows, Engagement), rules.issues
    documents = {"rules_of_engagement": "../engagement/r.yaml"}
    given = Given(text, "engagement/r.yaml", COMPANY_OF_TESTS, documents, past)
    findings = lint_engagement(rules.rows, given).findings
    beside = {"../engagement/r.yaml": (text, "engagement/r.yaml")}
    for finding in findings:
        assert finding.example is None or judge(finding.example, "examples/x.yaml", beside.get).passed, finding.example
    return findings


def test_a_rule_below_two_that_share_all_its_deals_decides_nothing() -> None:
    """No single rule above it takes everything, both together do."""
    (finding,) = found(SHADOWED)

    assert (finding.id, finding.part, finding.where) == ("rule-without-effect", "enterprise", "engagement/r.yaml:7")
    assert finding.sentence.endswith("fits the rule enterprise, and the rule large above it decides.")


def test_a_gap_between_two_bounds_lets_the_rule_below_in() -> None:
    """Between below 50,000 and above 50,000 there is 50,000."""
    assert found(SHADOWED.replace("{min: 50_000}", "{above: 50_000}")) == ()


def test_a_rule_reached_by_deals_that_lack_a_value_is_reached() -> None:
    """A renewal without a segment is neither of SMB nor of anything else."""
    text = SHADOWED.replace("acv: {below: 50_000}", "segment: SMB").replace(
        "acv: {min: 50_000}", "segment: {not: [SMB]}"
    )

    assert found(text.replace("segment: Enterprise", "acv: {min: 1_000}")) == ()


def test_rules_on_lists_shadow_each_other_too() -> None:
    """On the list or not on it: nothing is left."""
    text = SHADOWED.replace("acv: {below: 50_000}", "account: {listed_in: named}").replace(
        "acv: {min: 50_000}", "account: {not_listed_in: named}"
    )

    assert [finding.part for finding in found(text)] == ["enterprise"]


def test_deals_that_no_rule_fits_are_shown_by_one() -> None:
    """Without the last rule everything but renewals is held."""
    text = "".join(line for line in SHADOWED.splitlines(keepends=True) if "id: rest" not in line)

    findings = found(text + 'accepted: {deals-without-rule: "Only renewals are credited"}\n')

    assert [(finding.id, finding.accepted) for finding in findings if finding.id == "deals-without-rule"] == [
        ("deals-without-rule", "Only renewals are credited")
    ]


def test_a_rule_that_no_deal_of_the_history_fits_says_which_test_fails() -> None:
    """The CRM says Large where the rule says Enterprise; what is accepted about the past is not asked without one."""
    days = pl.Series([date(2026, 3, 1)] * 3)
    past = pl.DataFrame({"dated_on": days, "motion": ["renewal"] * 3, "segment": ["Large", "SMB", None]})
    text = "".join(line for line in SHADOWED.splitlines(keepends=True) if "acv" not in line)

    (finding,) = found(text, past)

    assert (finding.id, finding.part, finding.severity) == ("no-deal-matches", "enterprise", "note")
    assert finding.sentence == (
        "None of 3 won deals of its time fits the rule enterprise; by themselves its tests fit: motion 3, segment 0."
    )
    assert found(text + 'accepted: {no-deal-matches: "The first ones come next year"}\n') == ()
