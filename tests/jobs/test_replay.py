"""Replay equals incremental: a book edited many times holds the same ledger as one that reads the end state at once.

The edits leave every deal sound: a deal that is held keeps what was shown for it, which a fresh start cannot know.
"""

from __future__ import annotations

import random
from decimal import Decimal

import pytest

from jobs.cycle import sync
from store import ledger
from tests.jobs.conftest import Company

CYCLES = 3
EDITS = 4
TYPES = ("New Business", "Upsell", "Cross-sell")


def edit(company: Company, chance: random.Random) -> None:
    """One change such as people and programs make in a CRM."""
    org = company.org
    live = [row for row in org.rows("Opportunity") if not row["IsDeleted"] and row["IsWon"]]
    deal = chance.choice(live)
    what = chance.choice(("value", "owner", "day", "type", "delete", "segment", "cancel"))
    if what == "value":
        org.update("Opportunity", deal["Id"], {"ACV__c": Decimal(chance.randrange(1_000, 90_000))})
    elif what == "owner":
        org.update("Opportunity", deal["Id"], {"OwnerId": chance.choice(live)["OwnerId"]})
    elif what == "day":
        org.update("Opportunity", deal["Id"], {"CloseDate": chance.choice(live)["CloseDate"]})
    elif what == "type":
        org.update("Opportunity", deal["Id"], {"Type": chance.choice(TYPES)})
    elif what == "delete":
        org.delete("Opportunity", deal["Id"])
    elif what == "segment":
        account = chance.choice([row for row in org.rows("Account") if not row["IsDeleted"]])
        org.update("Account", account["Id"], {"Segment__c": chance.choice(("SMB", "MM", "ENT"))})
    else:
        contract = chance.choice(org.rows("Contract"))
        org.update("Contract", contract["Id"], {"Cancelled_On__c": contract["StartDate"]})


@pytest.mark.synced
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_incremental_cycles_and_a_fresh_start_agree_to_the_cent(company: Company, seed: int) -> None:
    """After cycles of edits, an empty database that reads the CRM once comes to the same ledger."""
    chance = random.Random(seed)
    limits = "guard: {changed_min: 1_000_000, money_share: 100%, clawbacks: 1_000_000}\n"
    company.edit("tallystick.yaml", lambda text: text + limits)
    for _ in range(CYCLES):
        for _ in range(EDITS):
            company.clock.forward(seconds=2)
            edit(company, chance)
        assert not company.cycle().computed.full
    with company.store().read() as conn:
        grown = ledger.ledger_hash(conn)

    company.edit("tallystick.yaml", lambda text: text.replace("tallystick.db", "fresh.db"))
    sync(company.wiring())

    with company.store().read() as conn:
        assert ledger.ledger_hash(conn) == grown
