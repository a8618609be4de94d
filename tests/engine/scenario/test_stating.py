"""Achievements in place of deals, what was accumulated before, quotas by window, and the facts of a deal."""

from __future__ import annotations

from datetime import date

import pytest

from engine.scenario.reading import read_scenario
from engine.scenario.run import run
from engine.scenario.values import days_of
from tests.engine.builders import company
from tests.engine.scenario.judging import failed, judged, problems


@pytest.mark.parametrize(
    "when",
    [
        "{motion: renewal}",
        "{segment: {not: [SMB]}}",
        "{family: [Platform, Support]}",
        "{acv: {min: 50_000}}",
        "{amount: {below: 10}}",
        "{acv: {above: 5, below: 10}}",
        "{uplift: {above: 20%}}",
        "{margin_percent: {min: 30%}}",
        "{discount_percent: {max: 20%}}",
        "{term_months: {min: 36}, months_since_signing: {below: 6}}",
        "{revenue: {min: 10}, employees: {max: 5}, country: [NO, SE]}",
        "{closed_on: {min: 2026-01-01}}",
    ],
)
def test_an_achievement_counts_for_its_measure_whatever_that_asks_of_a_deal(when: str) -> None:
    verdict = judged(f"""
        scenario: s
        plan:
          measures: {{wanted: {{sum: acv, when: {when}}}, other: {{sum: amount}}}}
          components: [{{id: a, measure: wanted, rate: 10%}}, {{id: b, measure: other, rate: 50%}}]
        achieved: [{{measure: wanted, amount: 70}}]
        expect: {{totals: {{rep: 7}}, attainment: {{rep: {{a: 70, b: 0}}}}}}
    """)
    assert (problems(verdict), failed(verdict)) == ([], [])


@pytest.mark.parametrize("when", ["{closed_on: {min: 2026-02-01}}", "{account: {listed_in: named}}"])
def test_an_achievement_that_no_deal_could_have_made_is_refused(when: str) -> None:
    verdict = judged(f"""
        scenario: s
        plan: {{measures: {{wanted: {{sum: acv, when: {when}}}}}, components: [{{rate: 10%}}]}}
        achieved: [{{amount: 70, on: 2026-01-31}}]
        expect: {{totals: {{rep: 7}}}}
    """)
    (problem,) = problems(verdict)
    assert problem.startswith("s.yaml:4: achieved[1]: no deal of 2026-01-31 can be made up that measure wanted counts.")


@pytest.mark.parametrize(
    "value", ["amount", "acv", "mrr", "first_month", "tcv", "margin", "list_price", "discount", "fact, fact: growth"]
)
def test_an_achievement_stands_for_what_the_measure_adds_up(value: str) -> None:
    verdict = judged(f"""
        scenario: s
        plan: {{measures: {{mine: {{sum: {value}, when: {{motion: upsell}}}}}}, components: [{{rate: 10%}}]}}
        achieved: [{{amount: 70.10}}]
        expect: {{totals: {{rep: 7.01}}}}
    """)
    assert not problems(verdict)
    assert not failed(verdict)


@pytest.mark.parametrize(
    "measure", ["sum: units", "sum: amount, lines: {family: {not: [Ring]}}", "sum: units, lines: {product: A}"]
)
def test_an_achievement_may_be_of_lines(measure: str) -> None:
    verdict = judged(f"""
        scenario: s
        plan:
          measures: {{mine: {{{measure}}}, other: {{sum: acv}}}}
          components: [{{measure: mine, pays: 1, per: 2}}]
        achieved: [{{measure: mine, amount: 700}}, {{measure: mine, amount: -60}}, {{measure: mine, amount: 0}}]
        expect: {{totals: {{rep: 320}}}}
    """)
    assert not problems(verdict)
    assert not failed(verdict)


@pytest.mark.parametrize(
    "measure",
    ["sum: mrr, portion: uplift", "sum: margin, when: {margin_percent: {min: 20%}}", "sum: cash"],
)
def test_an_achievement_in_a_measure_that_is_worked_out_from_deals_is_refused(measure: str) -> None:
    verdict = judged(f"""
        scenario: s
        plan: {{measures: {{mine: {{{measure}}}}}, components: [{{rate: 10%}}]}}
        achieved: [{{amount: 70}}]
        expect: {{totals: {{rep: 7}}}}
    """)
    assert any("achieved[1]: measure mine is worked out from more than one value" in each for each in problems(verdict))


def test_pieces_are_achieved_as_a_number() -> None:
    verdict = judged("""
        scenario: s
        plan: {measures: {wins: {count: deals}}, components: [{pays: 250}]}
        achieved: [{amount: 3}]
        expect: {totals: {rep: 750}, attainment: {rep: {base: 3}}}
    """)
    assert failed(verdict) == []


BEFORE = """
    scenario: s
    plan: {components: [{accumulates: year, tiers: marginal, brackets: [{from: 0, rate: 5%}, {from: 100, rate: 10%}]}]}
    before: [{achieved: 90 MORE}]
    deals: [{amount: 20, on: 2026-05-05}]
    expect: {totals: {rep: 1.50}, postings: [{amount: POSTED}], attainment: {rep: {base: 110}}}
"""


@pytest.mark.parametrize(
    ("more", "posted"),
    [
        ("", "1.50"),
        (", posted: 4.50", "1.50"),
        (", posted: 4", "2.00"),
        (", posted: 5, component: base", "1.00"),
        (", posted: 0", "6.00"),
        (", period: 2026-05", "1.50"),
        (", on: 2026-05-05", "1.50"),
    ],
)
def test_what_was_before_lifts_the_curve_and_is_no_part_of_the_totals(more: str, posted: str) -> None:
    assert failed(judged(BEFORE.replace("MORE", more).replace("POSTED", posted))) == []


def test_before_another_window_changes_nothing() -> None:
    verdict = judged(BEFORE.replace("MORE", ", period: FY2025").replace("POSTED", "1.00"))
    assert ("attainment of rep in base", "110", "20") in failed(verdict)


@pytest.mark.parametrize(
    ("quota", "attainment"),
    [
        ("{amount: 100}", "50%"),
        ("{amount: 50, per: month}", "33.33%"),
        ("{amount: 200, period: FY2026-Q1}", "25%"),
        ("{amount: 25, period: 2026-02}", "200%"),
        ("{amount: 50, from: 2026-01-01, until: 2026-03-01}", "100%"),
        ("{quota: sales, amount: 100}", "50%"),
    ],
)
def test_a_quota_without_days_is_for_every_window(quota: str, attainment: str) -> None:
    verdict = judged(f"""
        scenario: s
        plan:
          components:
            - quota: sales
              accumulates: quarter
              tiers: marginal
              brackets: [{{from: 0%, rate: 10%}}]
        quotas: [{quota}]
        deals: [{{amount: 50, on: 2026-02-15}}]
        expect: {{attainment: {{rep: {{base: {attainment}}}}}}}
    """)
    assert failed(verdict) == []


def test_a_quota_that_two_components_compare_by_other_windows_must_say_when() -> None:
    verdict = judged("""
        scenario: s
        plan:
          components:
            - {quota: q, accumulates: quarter, tiers: marginal, brackets: [{from: 0%, rate: 10%}]}
            - {quota: q, accumulates: year, tiers: marginal, brackets: [{from: 0%, rate: 10%}]}
        quotas: [{amount: 1}]
        expect: {totals: {rep: 0}}
    """)
    (problem,) = problems(verdict)
    assert problem.startswith("s.yaml:7: quotas[1]: is compared by quarter and by year, but does not say which it is")


def test_the_facts_of_a_deal_reach_the_rules() -> None:
    text = """
        {scenario: s, plan: {components: [{rate: 10%}]}, expect: {totals: {ada: 0}}, deals: [
          {id: first, payee: ada, amount: 240, term_months: 24, account: acme, segment: SMB, employees: 7, revenue: 9},
          {id: next, payee: ada, acv: 150, motion: renewal, renews: first, account: acme, on: 2026-07-20,
           products: [{family: B}, {family: A}], source: Web, cost: 50, list_price: 200, cancelled_on: 2026-08-01},
          {id: lost, payee: ada, amount: -5, months_since_signing: 3, expiring_acv: 5}]}
    """
    case = read_scenario(text, "s.yaml", lambda _: None).rows
    assert case is not None
    assert case.rules is not None
    from engine.deals.classify import classify  # noqa: PLC0415
    from engine.scenario.book import book_of  # noqa: PLC0415
    from engine.scenario.stated import with_stated_values  # noqa: PLC0415

    deals = {
        deal["deal_id"]: deal
        for deal in with_stated_values(
            classify(book_of(case.scenario, case.rules), case.rules).rows, case.scenario
        ).iter_rows(named=True)
    }
    first, following, lost = deals["first"], deals["next"], deals["lost"]
    assert (first["motion"], first["acv_micros"], first["segment"]) == ("new_business", 120_000_000, "SMB")
    assert (first["employees"], first["revenue_micros"], first["owner_id"]) == (7, 9_000_000, "ada")
    assert (following["uplift_num"] / following["uplift_den"], following["months_since_signing"]) == (0.25, 6)
    assert (following["families"], following["source"], following["segment"]) == (["A", "B"], "Web", "SMB")
    assert (following["cost_micros"], following["list_micros"]) == (50_000_000, 200_000_000)
    assert following["cancelled_on"] == date(2026, 8, 1)
    assert (lost["motion"], lost["months_since_signing"], lost["expiring_acv_micros"]) == ("downgrade", 3, 5_000_000)
    assert run(case.scenario, case.rules).booked_twice == 0


@pytest.mark.parametrize(
    ("label", "starts", "first", "after"),
    [
        ("2026-03", "01-01", "2026-03-01", "2026-04-01"),
        ("2026-03", "02-15", "2026-03-15", "2026-04-15"),
        ("FY2026", "01-01", "2026-01-01", "2027-01-01"),
        ("FY2026", "02-01", "2025-02-01", "2026-02-01"),
        ("FY2026", "01-15", "2025-01-15", "2026-01-15"),
        ("FY2026-Q4", "02-01", "2025-11-01", "2026-02-01"),
        ("FY2026-H2", "07-01", "2026-01-01", "2026-07-01"),
    ],
)
def test_a_period_has_its_days_by_the_companys_year(label: str, starts: str, first: str, after: str) -> None:
    found = days_of(label, company(fiscal_year_starts=starts))
    assert found == (date.fromisoformat(first), date.fromisoformat(after))


def test_a_quota_of_nobody_is_that_of_everybody_who_has_none() -> None:
    verdict = judged("""
        scenario: one quota
        plan: {components: [{quota: q, accumulates: year, tiers: whole, brackets: [{from: 0%, rate: 1%}]}]}
        quotas: [{payee: bo, amount: 200_000}, {amount: 100_000}]
        achieved: [{payee: ada, amount: 50_000}, {payee: bo, amount: 50_000}]
        expect: {attainment: {ada: {base: 50%}, bo: {base: 25%}}}
    """)

    assert failed(verdict) == []


def test_deals_that_are_only_counted_need_no_amount() -> None:
    verdict = judged("""
        scenario: pieces
        plan: {measures: {wins: {count: deals}}, components: [{pays: 100}]}
        deals: [{}, {}]
        expect: {totals: {rep: 200}}
    """)

    assert failed(verdict) == []
