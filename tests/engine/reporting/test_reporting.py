"""Every number of a report, worked by hand on a small book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

import polars as pl

from engine import frames as f
from engine.book import Book, Rules
from engine.compute import credit_deals
from engine.documents.company.company import Company
from engine.documents.company.fiscal import FiscalWeeks
from engine.documents.engagement.credit_share import CreditShare
from engine.documents.engagement.engagement import Otherwise, Owners, Rule
from engine.documents.plans.component import Component
from engine.documents.plans.ramp import RampMonth
from engine.model import MICROS
from engine.pay import pay
from engine.reporting.report import report
from engine.reporting.table import Cell, Money, Span, Table, median
from tests.engine.builders import book, engagement, rules, units
from tests.engine.plans import by_share, component, plan

YEAR = Span("FY2027", date(2026, 2, 1), date(2027, 2, 1), date(2026, 8, 10))
"""The builders' fiscal year, asked in its third quarter."""
QUARTERS = ("2026-02-01", "2026-05-01", "2026-08-01", "2026-11-01")


def quarterly(**changes: Any) -> Component:
    """8 % of ACV, 12 % above the quota of a quarter."""
    return component(brackets=by_share((0, 8), (100, 12)), accumulates="quarter", **changes)


def quotas(person: str, amount: int) -> list[dict[str, Any]]:
    """The same quota for each of the first three quarters, in whole units."""
    return [
        {"person_id": person, "quota": "acv", "from_on": start, "until_on": end, "amount_micros": units(amount)}
        for start, end in pairwise(QUARTERS)
    ]


def deal(deal_id: str, owner: str, amount: int, closed: str, **changes: Any) -> dict[str, Any]:
    """A won deal of twelve months, created in January 2026, unless the changes say otherwise."""
    base = {"deal_id": deal_id, "owner_id": f"u-{owner}", "amount_micros": units(amount), "closed_on": closed}
    return {**base, "account_id": f"A-{deal_id}", "created_on": "2026-01-10", **changes}


LOST = {"is_won": False}
OPEN = {"is_won": False, "is_closed": False}


def reported(made: Book, under: Rules, span: Span = YEAR, **asked: Any) -> dict[str, Table]:
    """The tables by their ids, with lines computed for the book."""
    credited = credit_deals(made, under)
    lines = pay(credited.credits, credited.classified, made, under, f.Posted.empty()).lines
    tables = report(made, under, lines, span, **{"seen": {}, **asked})
    return {table.id: table for table in tables}


def small(deals: Sequence[Mapping[str, Any]], *people: str, ramp: tuple[RampMonth, ...] = ()) -> dict[str, Table]:
    """The report of some deals; everybody is on the plan with a quota of 100,000 a quarter, and owns their deals."""
    made = book(
        deals=deals,
        quotas=[row for person in people for row in quotas(person, 100_000)],
        enrolments=[{"person_id": person, "plan": "ae"} for person in people],
    )
    return reported(made, house(ramp))


def house(ramp: tuple[RampMonth, ...] = ()) -> Rules:
    """Each deal is its owner's, and pays by the quarterly component."""
    own = Rule(
        id="own",
        owners=Owners(value="deal_owner", commercial="deal_owner", execution="deal_owner"),
        credit=(CreditShare(to="deal_owner", share=Fraction(1)),),
    )
    return rules(engagement(own, otherwise=Otherwise(hold="review")), plans=[plan(quarterly(), ramp=ramp)])


def column(table: Table, name: str) -> list[Cell]:
    """The cells of a column."""
    place = [each.name for each in table.columns].index(name)
    return [row[place] for row in table.rows]


def usd(amount: int | Fraction) -> Money:
    """Whole units."""
    return Money(Fraction(amount) * MICROS, "USD")


def test_attainment_counts_payees_without_a_deal_and_calls_quotas_hard_or_easy() -> None:
    """First quarter: 120 %, 100 % and 0 %: two of three reach it. Second: 50 %, 0 %, 0 %. The third still runs."""
    found = small(
        [
            deal("D1", "ada", 120_000, "2026-03-01"),
            deal("D2", "bo", 100_000, "2026-03-01"),
            deal("D3", "ada", 50_000, "2026-06-01"),
        ],
        *("ada", "bo", "cy"),
    )["attainment"]

    assert column(found, "window") == ["FY2027-Q1", "FY2027-Q2", "FY2027-Q3"]
    assert column(found, "share") == [Fraction(2, 3), 0, 0]
    assert column(found, "median") == [1, 0, 0]
    assert [row[7:12] for row in found.rows] == [(1, 0, 0, 1, 1), (2, 1, 0, 0, 0), (3, 0, 0, 0, 0)]
    assert column(found, "quotas are") == ["about right", "too hard", "(running)"]


def test_coverage_adds_up_what_is_missing_payee_by_payee() -> None:
    """Ada is 20,000 over, Bo 70,000 short: 70,000 are missing, 140,000 are open in the window, 2 x."""
    found = small(
        [
            deal("D1", "ada", 120_000, "2026-08-05"),
            deal("D2", "bo", 30_000, "2026-08-05"),
            deal("D3", "bo", 140_000, "2026-09-30", **OPEN),
            deal("D4", "bo", 900_000, "2026-11-01", **OPEN),  # the next window
            deal("D5", "zoe", 900_000, "2026-09-30", **OPEN),  # no quota
        ],
        *("ada", "bo"),
    )["pipeline-coverage"]

    (row,) = found.rows
    assert row == ("ae", "base", "FY2027-Q3", usd(200_000), usd(150_000), usd(70_000), usd(140_000), Fraction(2))


def test_win_rates_are_by_count_and_by_amount_and_leave_churn_out() -> None:
    """Three of four sales, 90,000 of 120,000; an open deal and a churn are neither won nor lost."""
    found = small(
        [
            deal("D1", "ada", 50_000, "2026-03-01", source="Event"),
            deal("D2", "ada", 30_000, "2026-03-02", source="Event"),
            deal("D3", "ada", 30_000, "2026-03-03", source="Event", **LOST),
            deal("D4", "ada", 10_000, "2026-03-04"),
            deal("D5", "ada", 10_000, "2026-09-04", **OPEN),
            deal("D6", "ada", -10_000, "2026-03-05", motion="churn"),
            deal("D7", "ada", 10_000, "2026-01-31"),  # the year before
        ],
        "ada",
    )["win-rate-by-source"]

    assert [row[:4] for row in found.rows] == [
        ("all", 3, 1, Fraction(3, 4)),
        ("Event", 2, 1, Fraction(2, 3)),
        ("(none)", 1, 0, 1),
    ]
    assert found.rows[0][4:] == (usd(90_000), usd(30_000), Fraction(3, 4))


def test_win_rates_by_stage_are_of_deals_that_were_seen_in_it() -> None:
    """Both were in Discovery, only the won one in Proposal; of the third nobody saw a stage."""
    made = book(
        deals=[
            deal("D1", "ada", 50_000, "2026-03-01"),
            deal("D2", "ada", 30_000, "2026-03-02", **LOST),
            deal("D3", "ada", 30_000, "2026-03-02"),
        ],
        enrolments=[{"person_id": "ada", "plan": "ae"}],
    )
    found = reported(made, house(), seen={"D1": ["Discovery", "Proposal"], "D2": ["Discovery"]})["win-rate-by-stage"]

    assert found.rows == (("Discovery", 1, 1, Fraction(1, 2)), ("Proposal", 1, 0, Fraction(1)))
    assert found.notes == ("Sales first read when they were closed, so that no stage of theirs is known: 1.",)


def test_cycles_are_days_by_the_quarter_of_creation() -> None:
    """Created in January: 20 and 50 days, median and mean 35; in February: 10 days."""
    found = small(
        [
            deal("D1", "ada", 1_000, "2026-02-09", created_on="2026-01-20"),
            deal("D2", "ada", 1_000, "2026-03-11", created_on="2026-01-20"),
            deal("D3", "ada", 1_000, "2026-02-20", created_on="2026-02-10"),
            deal("D4", "ada", 1_000, "2026-02-20", created_on="2026-02-21"),  # created after it was closed
        ],
        "ada",
    )["cycle-length"]

    assert found.rows == (
        ("all", 3, Fraction(20), Fraction(80, 3)),
        ("FY2026-Q4", 2, Fraction(35), Fraction(35)),
        ("FY2027-Q1", 1, Fraction(10), Fraction(10)),
    )
    assert found.notes == ("Left out, because they were not created before they were closed: 1.",)


def test_acv_is_a_years_part_of_the_amount_in_the_companys_currency() -> None:
    """36,000 over 36 months are 12,000 a year; 10,000 EUR at 1.2 are 12,000; 30,000: mean 18,000, median 12,000."""
    made = book(
        deals=[
            deal("D1", "ada", 36_000, "2026-03-01", term_months=36),
            deal("D2", "ada", 10_000, "2026-03-01", currency="EUR"),
            deal("D3", "ada", 30_000, "2026-03-01"),
            deal("D4", "ada", 30_000, "2026-03-01", currency="GBP"),  # no rate
        ],
        enrolments=[{"person_id": "ada", "plan": "ae"}],
        fx_rates=[{"currency": "EUR", "from_on": "2026-01-01", "rate_num": 6, "rate_den": 5}],
    )
    found = reported(made, house())["acv"]

    assert found.rows[0] == ("all", 3, usd(54_000), usd(18_000), usd(12_000))
    assert found.notes == ("In no sum of money, because they lack a value or an exchange rate: 1.",)


def test_capacity_divides_the_goal_by_what_a_rep_brings() -> None:
    """Two quarters are over: 200,000 of 400,000 for two reps, 50 %. One of three left: attrition 1 / 2.5 = 40 %.

    A ramp of 0 %, 50 % and 50 % loses 2 months: productive 1 - 40 % x 2 / 12 = 14/15. A goal of 400,000 a quarter
    needs 400,000 / (100,000 x 50 % x 14/15) = 8.57, so 9 reps; 40 % x 9 x 3 / 12 = 0.9 of them leave: 9.9 - 2, so 8.
    """
    made = book(
        deals=[deal("D1", "ada", 120_000, "2026-03-01"), deal("D2", "bo", 80_000, "2026-06-01")],
        quotas=[row for person in ("ada", "bo") for row in quotas(person, 100_000)],
        enrolments=[
            *({"person_id": person, "plan": "ae"} for person in ("ada", "bo")),
            {"person_id": "cy", "plan": "ae", "until_on": "2026-01-31"},
        ],
    )
    ramp = tuple(
        RampMonth(month=month, quota=Fraction(share))
        for month, share in ((1, 0), (2, Fraction(1, 2)), (3, Fraction(1, 2)))
    )
    (row,) = reported(made, house(ramp), goal=units(400_000))["capacity"].rows

    assert row[3:5] == (usd(400_000), usd(100_000))
    assert row[5:] == (Fraction(1, 2), Fraction(2, 5), Fraction(14, 15), 2, 9, 8)


def test_a_window_that_ends_with_a_report_of_the_past_is_over() -> None:
    """The first quarter, asked in August: 120 % of one payee's quota, which is also the attainment to be expected."""
    made = book(
        deals=[deal("D1", "ada", 120_000, "2026-04-30")],
        quotas=quotas("ada", 100_000),
        enrolments=[{"person_id": "ada", "plan": "ae"}],
    )
    past = Span("FY2027-Q1", date(2026, 2, 1), date(2026, 5, 1), date(2026, 8, 10))
    found = reported(made, house(), past)

    assert column(found["attainment"], "quotas are") == ["too easy"]
    assert found["pipeline-coverage"].rows == ()
    assert column(found["capacity"], "expected attainment") == [Fraction(6, 5)]


def test_capacity_counts_periods_of_the_companys_own_year() -> None:
    """A ramp at half for two of thirteen periods loses one: productive 1 - 2/3 x 1 / 13 = 37/39.

    1,000 / (100 x 1/4 x 37/39) = 42.2, so 43 reps; in a week of 7 days in 364 leave 2/3 x 43 x 7 / 364 = 0.6 of them.
    """
    weeks = FiscalWeeks(pattern="4x13", ends="last", weekday="saturday", month="january")
    ours = Company(company="Ours", zone="UTC", currency="USD", fiscal_weeks=weeks)
    part = component(brackets=by_share((0, 8), (100, 12)), accumulates="week")
    under = replace(
        house(), company=ours, plans=(plan(part, ramp=[RampMonth(month=n, quota=Fraction(1, 2)) for n in (1, 2)]),)
    )
    made = book(
        deals=[deal("D1", "ada", 50, "2026-07-28")],
        quotas=[
            {"person_id": "ada", "quota": "acv", "from_on": start, "until_on": end, "amount_micros": units(100)}
            for start, end in (("2026-07-26", "2026-08-02"), ("2026-08-02", "2026-08-09"))
        ],
        enrolments=[
            {"person_id": "ada", "plan": "ae"},
            {"person_id": "cy", "plan": "ae", "until_on": "2026-03-01"},
        ],
    )
    (row,) = reported(made, under, goal=units(1_000))["capacity"].rows

    assert row[5:] == (Fraction(1, 4), Fraction(2, 3), Fraction(37, 39), 1, 43, 43)


def test_nothing_is_divided_by_nothing() -> None:
    """A report of an empty book has tables, definitions and no shares."""
    found = reported(book(), house())

    assert all(table.definition for table in found.values())
    assert found["win-rate-by-segment"].rows == (("all", 0, 0, None, usd(0), usd(0), None),)
    assert found["acv"].rows == (("all", 0, usd(0), None, None),)
    assert median([]) is None


def test_the_report_does_not_depend_on_the_order_of_records() -> None:
    deals = [deal(f"D{number}", "ada", number * 1_000, "2026-03-01") for number in range(1, 6)]
    made = book(deals=deals, quotas=quotas("ada", 10_000), enrolments=[{"person_id": "ada", "plan": "ae"}])
    turned = Book(**{name: pl.DataFrame.reverse(getattr(made, name)) for name in made.__slots__})

    assert reported(made, house()) == reported(turned, house())


def test_retention_is_of_the_customers_of_the_start_alone() -> None:
    """50,000 a year (100,000 for two), 60,000 and 40,000: the first grows by 20,000, the second shrinks by 15,000, the
    third leaves, a fourth comes too late to count. GRR 95,000 / 150,000, NRR 115,000 / 150,000; of 40,000 due nothing
    is renewed.
    """
    found = small(
        [
            deal("D1", "ada", 100_000, "2025-06-01", account_id="A1", term_months=24),
            deal("D2", "ada", 60_000, "2025-06-01", account_id="A2", term_months=24, acv_micros=units(60_000)),
            deal("D3", "ada", 40_000, "2025-06-01", account_id="A3"),
            deal("D4", "ada", 20_000, "2026-03-01", account_id="A1", motion="upsell", acv_micros=units(20_000)),
            deal("D5", "ada", -15_000, "2026-03-01", account_id="A2", motion="downgrade", acv_micros=units(-15_000)),
            deal("D6", "ada", 90_000, "2026-03-01", account_id="A4"),
        ],
        "ada",
    )["retention"]

    (every, _) = found.rows
    assert every[:6] == ("all", 3, usd(150_000), Fraction(95, 150), Fraction(115, 150), Fraction(2, 3))
    assert every[6:] == (usd(40_000), Fraction(0), Fraction(0))


def test_a_customer_who_changes_currency_is_kept() -> None:
    """100 EUR at 1.2 are 120 USD; renewed as 150 USD: GRR and dollar renewal rate 100 %, NRR 125 %. (A segment each:
    what is added in another currency counts, too: 100 EUR and 30 USD more are 150 of 120.)
    """
    made = book(
        deals=[
            deal("D1", "ada", 100, "2025-03-01", account_id="A1", currency="EUR"),
            deal("D2", "ada", 150, "2026-02-20", account_id="A1", motion="renewal", starts_on="2026-03-01"),
            deal("D3", "ada", 200, "2025-03-01", account_id="A2", currency="EUR", term_months=24),
            deal("D4", "ada", 30, "2026-03-01", account_id="A2", motion="upsell"),
        ],
        accounts=[{"account_id": "A1", "segment": "one"}, {"account_id": "A2", "segment": "two"}],
        fx_rates=[{"currency": "EUR", "from_on": "2025-01-01", "rate_num": 6, "rate_den": 5}],
    )
    _, one, two = reported(made, house())["retention"].rows

    assert one[1:] == (1, usd(120), Fraction(1), Fraction(5, 4), Fraction(1), usd(120), Fraction(1), Fraction(1))
    assert two[1:6] == (1, usd(120), Fraction(1), Fraction(5, 4), Fraction(1))


def test_a_renewal_may_come_late_and_what_is_still_open_is_said() -> None:
    """Over on March 1: signed 60 days later it is in time, 61 days later a loss that comes back. One that was over on
    July 1 could on August 10 still be renewed.
    """
    found = small(
        [
            deal("D1", "ada", 100, "2025-03-01", account_id="A1"),
            deal("D2", "ada", 100, "2026-04-30", account_id="A1", motion="renewal", prior_deal_id="D1"),
            deal("D3", "ada", 100, "2025-03-01", account_id="A2"),
            deal("D4", "ada", 100, "2026-05-01", account_id="A2", motion="renewal", prior_deal_id="D3"),
            deal("D5", "ada", 200, "2025-07-01", account_id="A3"),
        ],
        "ada",
    )["retention"]

    assert found.rows[0][1:6] == (3, usd(400), Fraction(1, 4), Fraction(1, 2), Fraction(2, 3))
    assert found.rows[0][6:] == (usd(400), Fraction(1, 4), Fraction(1, 3))
    assert found.notes == ("Counted as not renewed, although a renewal could still be in time: contracts due, 1.",)


def test_an_acv_is_missed_by_itself() -> None:
    """An amount is there, an ACV is not: nothing else would say why a won deal is in no sum."""
    found = small([deal("D1", "ada", 1_000, "2026-03-01", term_months=0)], "ada")["acv"]

    assert found.rows[0][1] == 0
    assert len(found.notes) == 1
