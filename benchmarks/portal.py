"""The stand-in HubSpot as a process of its own, so that its work is not counted as the client's.

It holds as many deals as asked for, each determined by its number and all changed by one import, a millisecond after
another. On its standard input every line asks for what was counted since the last line.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from benchmarks.crm import DEALS_AN_ACCOUNT, PEOPLE_MAX, account_id, cents, document, user_id
from benchmarks.portal_query import CHANGED, PACED
from sandbox.hubspot.clock import millis
from sandbox.hubspot.records.tables import Record
from sandbox.hubspot.rest.limits import UNLIMITED, Allowance
from sandbox.hubspot.server import running
from sandbox.hubspot.state import Portal

DEAL, PRIMARY_COMPANY = "0-3", 5
TYPES = ("newbusiness", "renewal", "upsell", "crosssell")
FIRST_ID, STEP = 35_447_000_003, 3


def deal_id(number: int) -> str:
    """Id of one of the deals."""
    return str(FIRST_ID + STEP * number)


def own_values(number: int) -> dict[str, str]:
    """What one deal does not share with the others."""
    amount = f"{cents(number) // 100}.{cents(number) % 100:02d}".removesuffix(".00")
    name = f"Deal {number} of company {number // DEALS_AN_ACCOUNT}"
    return {"dealname": name, "amount": amount, "acv": amount, "dealtype": TYPES[number % len(TYPES)]}


def loaded(rows: int, pace: str) -> Portal:
    """The portal. One deal is loaded as any document is; all are copies of it with their own values."""
    portal = Portal(lambda: datetime.now(UTC), allowance=Allowance() if pace == PACED else UNLIMITED)
    people, accounts = min(PEOPLE_MAX, rows), -(-rows // DEALS_AN_ACCOUNT)
    portal.load(document(people, accounts))
    (first,) = portal.tables[DEAL].live.values()
    changed_ms, primary = millis(portal.clock() - CHANGED), portal.links.label(PRIMARY_COMPANY)
    made = []
    for number in range(rows):
        values = first.values | own_values(number) | {"hubspot_owner_id": portal.ids[user_id(number % people)]}
        record_id, company = int(deal_id(number)), int(portal.ids[account_id(number // DEALS_AN_ACCOUNT)])
        made.append(Record(record_id, values, first.created_ms, changed_ms + number))
        portal.links.link(primary, record_id, company)
    portal.tables[DEAL].fill(made)
    portal.reindex()
    return portal


def told(portal: Portal) -> Iterator[str]:
    """The answers to the lines of the standard input."""
    for _ in sys.stdin:
        with portal.lock:
            limits = portal.limits
            found = {
                "calls": len(portal.calls),
                "writes": sum(call.path.endswith("/batch/update") for call in portal.calls),
                "refused": limits.refused,
                "10 s peak": limits.peak_ten_secondly,
                "search peak": limits.peak_search_secondly,
            }
            yield msgspec.json.encode(found).decode()
            portal.calls.clear()
            limits.refused = limits.peak_ten_secondly = limits.peak_search_secondly = 0


def main(rows: int, pace: str) -> None:
    """Load, serve, and tell until the standard input ends."""
    portal = loaded(rows, pace)
    with running(portal) as address:
        print(address, flush=True)
        for line in told(portal):
            print(line, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
