"""What everybody came to on the real path: one deal of anybody moves the pay of all who are measured by it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from sandbox.world import World
from store import results
from tests.jobs.conftest import SALESFORCE, standing

MEASURE = "measures:\n  booked: {sum: acv, across: {plans: [ae]}}\n"
COMPONENT = """components:
  - id: booked
    kind: bonus
    measure: booked
    quota: booked
    accumulates: year
    target: 10_000
    times: 1
"""
QUOTA = "everybody,booked,2025-02-01,2026-02-01,1000000\n"
EVERYTHING = "guard: {changed_min: 1_000_000, money_share: 100%, clawbacks: 1_000_000}\n"


def test_one_deal_moves_everybodys_bonus_and_computing_everything_agrees(
    tiny: World, tmp_path: Path, migrated: Path
) -> None:
    with standing(SALESFORCE, tiny, tmp_path / "config", migrated) as company:
        company.edit("plans/csm.yaml", lambda text: text.replace("measures:\n", MEASURE))
        company.edit("plans/csm.yaml", lambda text: text.replace("components:\n", COMPONENT))
        company.edit("people/quotas.csv", lambda text: text + QUOTA)
        company.edit("tallystick.yaml", lambda text: text + EVERYTHING)
        company.cycle()
        with company.store().read() as conn:
            before = results.lines_of(conn, None, None).filter(window="FY2026")
        deal = before.filter(plan="ae")["deal_id"][0]

        company.clock.forward(seconds=2)
        company.org.update("Opportunity", deal, {"ACV__c": Decimal(90_000)})
        cycle = company.cycle()

        with company.store().read() as conn:
            after = results.lines_of(conn, None, None).filter(window="FY2026", component="booked")
        moved = after.join(before, on=["payee_id", "component", "amount_micros"], how="anti")
        assert not cycle.computed.full
        assert moved["payee_id"].n_unique() == 2
        company.edit("plans/csm.yaml", lambda text: text + "\n# read everything again\n")
        again = company.cycle()
        assert again.computed.full
        assert again.computed.postings.is_empty()
