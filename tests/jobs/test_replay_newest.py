"""Replay equals incremental for what looks beyond a deal: ratios, years to date, caps, pools, carries, places."""

from __future__ import annotations

import random

import pytest

from jobs.cycle import sync
from store import ledger, results
from tests.jobs.conftest import Company
from tests.jobs.test_replay import edit

PLAN = """
plan: newest
title: Everything at once
currency: USD
effective: {from: 2023-02-01, until: 2027-02-01}
pays: two_weekly
measures:
  sales: {sum: acv, dated_by: closed_on, credits: [direct]}
  all: {count: deals, dated_by: closed_on, credits: [direct]}
  new: {count: deals, dated_by: closed_on, credits: [direct], when: {motion: [new_business, upsell]}}
  new-share: {ratio: {of: new, to: all}}
components:
  - id: base
    kind: commission
    measure: sales
    accumulates: quarter
    rate: {2023-02-01: 10%, 2025-08-20: 12%}
    only_if: {measure: new-share, over: quarter, min: 30%}
    cap: {per: window, amount: 20_000, then_pays: 50%}
  - id: cycle
    kind: commission
    measure: sales
    accumulates: two_weeks
    tiers: marginal
    brackets: [{from: 0, rate: 2%}, {from: 30_000, rate: 3%}]
    multiplied_by:
      - {measure: sales, over: month, trailing: 3, brackets: [{from: 0, factor: 100%}, {from: 100_000, factor: 150%}]}
  - id: to-date
    kind: bonus
    measure: sales
    quota: new_acv
    accumulates: month
    to_date: year
    target: 1_000
    beyond: continue
    points: [{at: 0%, pays: 0%}, {at: 100%, pays: 100%}, {at: 150%, pays: 300%}]
  - id: kept
    kind: bonus
    measure: sales
    quota: new_acv
    accumulates: month
    to_date: quarter
    overpaid: kept
    target: 500
    brackets: [{from: 0%, pays: 0%}, {from: 60%, pays: 60%}, {from: 100%, pays: 100%}]
  - id: carried
    kind: commission
    measure: sales
    quota: new_acv
    accumulates: month
    tiers: marginal
    carry: {surplus: ahead}
    brackets: [{from: 0%, rate: 1%}, {from: 100%, rate: 2%}]
  - id: best
    kind: spiff
    measure: sales
    accumulates: quarter
    brackets: [{from: 0, lump: 1_000}]
    multiplied_by:
      measure: sales
      ranked: true
      brackets: [{from: 0, factor: 100%}, {from: 2, factor: 40%}, {from: 3, factor: 0}]
bonus_pools:
  - {id: pool, per: quarter, share: 1%, of: sales, divided_by: measure, by: sales}
"""
"""A plan of account executives, beside the one they have."""


@pytest.mark.synced
def test_steps_and_a_fresh_start_agree_where_windows_look_at_each_other(company: Company) -> None:
    """After cycles of edits, an empty database that reads the CRM once comes to the same ledgers and lines."""
    chance = random.Random(5)
    limits = "guard: {changed_share: 100%, changed_min: 1_000_000, money_share: 100%, clawbacks: 1_000_000}\n"
    company.edit("tallystick.yaml", lambda text: text + limits)
    (company.folder / "plans" / "newest.yaml").write_text(PLAN)
    company.edit("people/enrolments.csv", lambda text: text + text.replace(",ae,", ",newest,").partition("\n")[2])
    assert company.cycle().computed.full
    for _ in range(2):
        for _ in range(6):
            company.clock.forward(seconds=2)
            edit(company, chance)
        assert not company.cycle().computed.full
    grown = books(company)

    company.edit("tallystick.yaml", lambda text: text.replace("tallystick.db", "fresh.db"))
    sync(company.wiring())

    assert books(company) == grown


def books(company: Company) -> tuple[str, str, list[tuple[object, ...]]]:
    """What both ledgers say, and every line with the facts that it was computed from."""
    with company.store().read() as conn:
        lines = results.lines_of(conn, None, None).drop("plan_version")
        rows = sorted(lines.rows(), key=repr)
        return ledger.ledger_hash(conn), ledger.ledger_hash(conn, ledger.PAYABLE), rows
