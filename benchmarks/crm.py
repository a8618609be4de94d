"""The stand-in Salesforce as a process of its own, so that its work is not counted as the client's.

It holds as many opportunities as asked for, each determined by its number, and answers on its standard input: every
line asks for the calls that counted against the daily limit since the last line.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sandbox.salesforce.ids import id18
from sandbox.salesforce.records.values import canonical
from sandbox.salesforce.server import running
from sandbox.salesforce.state import Org

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
OLDEST = datetime(2023, 2, 1, 14, 0, tzinfo=UTC)
STAMP_STEP = timedelta(seconds=61)
PEOPLE_MAX, DEALS_AN_ACCOUNT = 500, 20
MOTIONS = ("New Business", "Renewal", "Upsell", "Cross-sell")
MONEY = {"type": "currency", "precision": 18, "scale": 2}
TEXT = {"type": "string", "length": 255}
CUSTOM = {
    "Opportunity": [
        {"name": "Term_Months__c", "type": "double", "precision": 4, "scale": 0},
        {"name": "ACV__c", **MONEY},
        {"name": "Start_Date__c", "type": "date"},
        {"name": "Prior_Opportunity__c", "type": "reference", "length": 18, "reference_to": "Opportunity"},
        {"name": "Commission_Status__c", **TEXT},
        {"name": "Commission_Reason__c", **TEXT},
        {"name": "Commission_Motion__c", **TEXT},
    ]
}


def user_id(number: int) -> str:
    """Id of one of the people."""
    return id18(f"005B{number:011d}")


def account_id(number: int) -> str:
    """Id of one of the accounts."""
    return id18(f"001{number:012d}")


def deal_id(number: int) -> str:
    """Id of one of the opportunities."""
    return id18(f"006{number:012d}")


def cents(number: int) -> int:
    """The amount of an opportunity; every tenth one has cents."""
    return 500_000 + number % 997 * 10_000 + (number % 100 if number % 10 == 0 else 0)


def opportunity(number: int) -> dict[str, Any]:
    """One opportunity; stamps differ, as they do in an org that people work in."""
    amount = canonical(Decimal(cents(number)) / 100)
    stamp = (OLDEST + number % 1_000_000 * STAMP_STEP).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    return {
        "Id": f"006{number:012d}",
        "Name": f"Opportunity {number} of account {number // DEALS_AN_ACCOUNT}",
        "StageName": "Closed Won" if number % 2 == 0 else "Closed Lost",
        "Amount": amount,
        "ACV__c": amount,
        "CloseDate": f"2026-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
        "CreatedDate": stamp,
        "SystemModstamp": stamp,
        "Type": MOTIONS[number % len(MOTIONS)],
        "LeadSource": "Web",
        "Term_Months__c": canonical(Decimal(12)),
        "Start_Date__c": f"2026-{number % 12 + 1:02d}-01",
    }


def document(people: int, accounts: int) -> dict[str, Any]:
    """Everything but the opportunities, and one of those."""
    return {
        "organization": {"Name": "Bench", "TimeZoneSidKey": "America/New_York", "DefaultCurrencyIsoCode": "USD"},
        "custom_fields": CUSTOM,
        "users": [
            {"Id": user_id(n), "Name": f"P{n}", "Username": f"p{n}@bench.example", "Email": f"p{n}@bench.example"}
            for n in range(people)
        ],
        "accounts": [{"Id": account_id(n), "Name": f"Account {n}"} for n in range(accounts)],
        "opportunities": [_as_text(opportunity(0))],
    }


def loaded(rows: int) -> Org:
    """The org. One opportunity is loaded as any document is; all are copies of it with their own values."""
    org = Org(clock=lambda: NOW, api_limit=10_000_000)
    people, accounts = min(PEOPLE_MAX, rows), -(-rows // DEALS_AN_ACCOUNT)
    org.load(document(people, accounts))
    (first,) = org.tables["Opportunity"].rows.values()
    for number in range(rows):
        own = opportunity(number) | {
            "Id": deal_id(number),
            "OwnerId": user_id(number % people),
            "AccountId": account_id(number // DEALS_AN_ACCOUNT),
            "IsWon": number % 2 == 0,
        }
        org.tables.load("Opportunity", [first | own])
    return org


def _as_text(record: dict[str, Any]) -> dict[str, Any]:
    """The record as a document holds it: amounts are text."""
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in record.items()}


def told(org: Org) -> Iterator[str]:
    """The answers to the lines of the standard input."""
    for _ in sys.stdin:
        with org.lock:
            writes = sum(call.method == "PATCH" for call in org.calls)
            yield json.dumps({"calls": len(org.calls), "writes": writes})
            org.calls.clear()


def main(rows: int) -> None:
    """Load, serve, and tell until the standard input ends."""
    org = loaded(rows)
    with running(org) as address:
        print(address, flush=True)
        for line in told(org):
            print(line, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
