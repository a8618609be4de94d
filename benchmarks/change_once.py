"""What one cycle does with a computed book: one changed deal arrives, or nothing does. The CRM is not called."""

from __future__ import annotations

import hashlib
import json
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.change_book import DEALS_AN_ACCOUNT, people
from benchmarks.child import Work, measured
from benchmarks.pull_worker import now
from engine.model import Page, RawRecord
from jobs.compute import Computed
from jobs.computing import compute
from jobs.configuration import load
from jobs.pull import store_pages
from jobs.running import Run, running
from jobs.settings import database_url
from store import writeback
from store.database import open_store

OBJECT = "Opportunity"


def changed(rows: int, moment: datetime) -> Page:
    """The deal in the middle of the book, with an amount that it never had before."""
    number = rows // 2 // 4 * 4
    amount = f"{7_000 + moment.microsecond % 1000}.{moment.second:02d}"
    owner = number // DEALS_AN_ACCOUNT % people(rows).height
    body: dict[str, Any] = {
        "Id": f"006{number:012d}AAA",
        "Name": f"Deal {number}",
        "AccountId": f"001{number // DEALS_AN_ACCOUNT:012d}AAA",
        "OwnerId": f"005{owner:012d}AAA",
        "Type": "New Business",
        "StageName": "Closed Won",
        "IsWon": True,
        "IsClosed": True,
        "CreatedDate": "2026-06-30T12:00:00.000Z",
        "CloseDate": "2026-06-30",
        "Amount": float(amount),
        "ACV__c": float(amount),
        "Term_Months__c": 12,
    }
    text = json.dumps(body).encode()
    digest = hashlib.blake2b(text, digest_size=16).hexdigest()
    record = RawRecord(OBJECT, body["Id"], moment, deleted=False, content_hash=digest, body=text)
    return Page(OBJECT, (record,), cursor="{}")


def cycle(config: Path, run: Run, pages: list[Page]) -> tuple[Computed, Work]:
    """Store the pages and compute."""
    with measured() as work:
        store_pages(run, pages)
        computed = compute(load(config), run)
    return computed, work


def main(folder: str, rows: int, what: str) -> None:
    """Open the database as a daemon keeps it open, and do the cycle."""
    config = Path(folder) / "config"
    url = database_url(load(config).settings, config)
    with closing(open_store(url, now, check=False)) as store:
        with running(store, "sync", now) as run:
            pages = [changed(rows, datetime.now(UTC))] if what == "changed" else []
            computed, work = cycle(config, run, pages)
        with store.read() as conn:
            due = writeback.counts(conn).get(OBJECT, {}).get("due", 0)
    if computed.issues or computed.full or bool(computed.postings.height) is not bool(pages):
        raise RuntimeError(f"not what was to be done: {computed}")
    work.report(rows, postings=computed.postings.height, due=due)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
