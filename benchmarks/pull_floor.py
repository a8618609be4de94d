"""The raw floor of a pull: requests, msgspec into typed records, one sqlite3 upsert of many rows a page.

It is the least that can be done: no retry, limit, check or exact body, but exact amounts and a commit a page.
"""

from __future__ import annotations

import sqlite3
import sys
from decimal import Decimal

import msgspec
import requests

from benchmarks.child import measured
from benchmarks.deals_query import FIELDS, KEY, SECRET, SOQL, VERSION

NUMBERS = frozenset({"ACV__c", "Amount", "Term_Months__c"})
FLAGS = frozenset({"IsClosed", "IsDeleted", "IsWon"})
MONEY = tuple(FIELDS.index(name) for name in ("ACV__c", "Amount"))
MICROS = 1_000_000


def kind(name: str) -> object:
    """The type in which a field is decoded."""
    if name in NUMBERS:
        return Decimal | None
    return bool if name in FLAGS else str | None


Record = msgspec.defstruct("Record", [(name, kind(name)) for name in FIELDS])


class Page(msgspec.Struct):
    """One answer of the query resource."""

    done: bool
    records: list[Record]  # type: ignore[valid-type]  # made above
    nextRecordsUrl: str | None = None  # noqa: N815 - Salesforce's key


TABLE = f"CREATE TABLE deal ({', '.join(FIELDS)}, PRIMARY KEY (Id)) WITHOUT ROWID"
UPSERT = (
    f"INSERT INTO deal VALUES ({', '.join('?' * len(FIELDS))}) ON CONFLICT (Id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in FIELDS)
    + " WHERE excluded.SystemModstamp > SystemModstamp"
)


def row_of(record: object) -> tuple[object, ...]:
    """The record's values; amounts as whole micro-units."""
    values = [getattr(record, name) for name in FIELDS]
    for place in MONEY:
        values[place] = None if values[place] is None else int(values[place] * MICROS)
    values[FIELDS.index("Term_Months__c")] = int(values[FIELDS.index("Term_Months__c")])
    return tuple(values)


def session_at(address: str) -> requests.Session:
    """A logged-in session."""
    session = requests.Session()
    form = {"grant_type": "client_credentials", "client_id": KEY, "client_secret": SECRET}
    token = session.post(f"{address}/services/oauth2/token", data=form, timeout=60).json()["access_token"]
    session.headers.update({"Authorization": f"Bearer {token}", "Accept": "application/json"})
    return session


def main(address: str, database: str) -> None:
    """Pull all opportunities into an empty table."""
    session = session_at(address)
    conn = sqlite3.connect(database)
    conn.execute("PRAGMA journal_mode=WAL")
    conn.execute("PRAGMA synchronous=NORMAL")
    conn.execute(TABLE)
    decoder = msgspec.json.Decoder(Page)
    with measured() as work:
        answer = session.get(f"{address}/services/data/v{VERSION}/queryAll", params={"q": SOQL}, timeout=60)
        while True:
            page = decoder.decode(answer.content)
            with conn:
                conn.executemany(UPSERT, [row_of(record) for record in page.records])
            if page.done:
                break
            answer = session.get(f"{address}{page.nextRecordsUrl}", timeout=60)
    work.report(conn.execute("SELECT count(*) FROM deal").fetchone()[0])


if __name__ == "__main__":
    main(*sys.argv[1:])
