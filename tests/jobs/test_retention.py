"""Rates of retention on the real path: a customer who leaves is felt by whoever answers for it, and by nobody else."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import polars as pl

from jobs.cycle import sync
from store import ledger, results
from tests.jobs.conftest import Company
from tests.jobs.test_replay import CYCLES, EDITS, edit

MEASURES = """measures:
  grr: {retention: {kind: gross, owner: CSM, grace_days: 30}}
  due: {retention: {kind: net, owner: CSM, cohort: due, transferred: divides}}
  team: {retention: {kind: logos, owner: CSM, trailing_months: 12, transferred: follows}, credits: [direct, rollup]}
"""
COMPONENTS = """components:
  - {id: grr, kind: bonus, measure: grr, accumulates: quarter, target: 5_000, times: 1}
  - {id: due, kind: bonus, measure: due, accumulates: half, target: 2_000, times: 1}
  - {id: team, kind: bonus, measure: team, accumulates: month, target: 500, times: 1, only_if: {measure: grr, min: 50%}}
"""


def with_bonuses(company: Company) -> None:
    """CSMs earn bonuses on what they keep; how much may change at once is not limited."""
    company.edit(
        "plans/csm.yaml", lambda text: text.replace("measures:\n", MEASURES).replace("components:\n", COMPONENTS)
    )
    company.edit(
        "tallystick.yaml",
        lambda text: text + "guard: {changed_min: 1_000_000, money_share: 100%, clawbacks: 1_000_000}\n",
    )


def cohorts_of_all(company: Company) -> pl.DataFrame:
    """Every customer of every cohort, as the store holds it."""
    with company.store().read() as conn:
        payees = set(results.lines_of(conn, None, None)["payee_id"])
        return results.cohorts_of(conn, payees)


def lines_of_bonus(company: Company, component: str) -> pl.DataFrame:
    """The lines of a component, by payee and day."""
    with company.store().read() as conn:
        found = results.lines_of(conn, None, None).filter(plan="csm", component=component)
    return found.sort("payee_id", "dated_on").select("payee_id", "dated_on", "amount_micros", "base_micros", "cohort")


def uncredited(company: Company, quarter: pl.DataFrame) -> pl.Series:
    """Accounts of the cohorts on whose deals those who answer for them have no credit and no line of their own."""
    with company.store().read() as conn:
        deals = results.classified_of(conn, None).select("deal_id", "account_id")
        credits_ = results.credits_of(conn, None).select("deal_id", "payee_id")
        lines = results.lines_of(conn, None).select("deal_id", "payee_id")
    known = deals.join(pl.concat([credits_, lines]), on="deal_id")
    return quarter.join(known, on=["account_id", "payee_id"], how="anti")["account_id"]


def running_contract(company: Company, accounts: pl.Series) -> dict[str, Any]:
    """A contract of one of the accounts that runs through the last quarter."""
    rows = company.org.rows("Contract")
    return next(
        row
        for row in rows
        if row["AccountId"] in set(accounts)
        and not row["Cancelled_On__c"]
        and str(row["StartDate"]) < "2026-06-01"
        and str(row["EndDate"]) > "2026-12-01"
    )


def test_a_customer_who_leaves_marks_those_who_answer_for_it(company: Company) -> None:
    """The last quarter (August to October) of one payee shrinks; nobody else's lines move; twice is once.

    The payee has no credit on any deal of that customer: only the cohort tells that it is affected.
    """
    with_bonuses(company)
    company.cycle()
    quarter = cohorts_of_all(company).filter(measure="grr", over="quarter", until_on=date(2026, 11, 1))
    before = lines_of_bonus(company, "grr")
    contract = running_contract(company, uncredited(company, quarter))
    payee = quarter.filter(account_id=contract["AccountId"])["payee_id"].item()

    company.clock.forward(seconds=2)
    company.org.update("Contract", contract["Id"], {"Cancelled_On__c": "2026-09-15"})
    cycle = company.cycle()
    company.nothing_more()

    after = lines_of_bonus(company, "grr")
    moved = before.join(after, on=["payee_id", "dated_on", "amount_micros"], how="anti")
    assert not cycle.computed.full
    assert moved.select("payee_id", "dated_on").rows() == [(payee, date(2026, 10, 31))]
    assert moved["amount_micros"].item() > after.join(moved, on=["payee_id", "dated_on"])["amount_micros"].item()


def test_incremental_cycles_and_a_fresh_start_agree_on_what_was_kept(company: Company) -> None:
    """After edits of all kinds and a month that ends, an empty database comes to the same cohorts and ledger."""
    chance = random.Random(1)
    with_bonuses(company)
    company.cycle()
    for _ in range(CYCLES):
        for _ in range(EDITS):
            company.clock.forward(seconds=2)
            edit(company, chance)
        assert not company.cycle().computed.full
    company.clock.forward(days=14)
    assert company.cycle().computed.full
    grown = cohorts_of_all(company)
    with company.store().read() as conn:
        booked = ledger.ledger_hash(conn)

    company.edit("tallystick.yaml", lambda text: text.replace("tallystick.db", "fresh.db"))
    sync(company.wiring())

    assert cohorts_of_all(company).equals(grown)
    assert {*grown["measure"]} == {"grr", "due", "team"}
    with company.store().read() as conn:
        assert ledger.ledger_hash(conn) == booked
