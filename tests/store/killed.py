"""Workers that are killed at every statement in turn, run by `test_processes.py` as a process of its own.

Each worker starts as after a crash: it opens the database, checks what it finds, goes on at the cursor, and is killed
(SIGKILL, by itself) before the statement or commit whose number it was given; 0 lets it finish. Workers are forked from
one process that imported everything and started no thread, as each would else take a second to start.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import sqlalchemy as sa

from engine import frames as f
from engine.model import Page, RawRecord
from store import ledger, mirror, runs, writeback
from store.database import Store, open_store
from tests.engine.builders import frame

NOW = datetime(2026, 11, 22, tzinfo=UTC)
PAGES = 12
RECORDS = 5


def work(path: Path, kill_at: int) -> None:
    """Go on where the database says, until killed or done."""
    store = open_store(f"sqlite:///{path}", lambda: NOW)
    if problem := wrong_in(store):
        sys.stderr.write(problem + "\n")
        os._exit(1)
    _kill_before(kill_at)
    while (done := _done(store)) < PAGES:
        step(store, done + 1)
    store.close()


def step(store: Store, number: int) -> None:
    """One page and everything that follows from it, in one transaction."""
    with store.write() as conn:
        run_id = runs.start_run(conn, "sync", NOW)
        mirror.save_page(conn, _page(number), run_id)
        rows = [{"source_id": f"c{number}-{i}", "delta_micros": number * 100 + i} for i in range(RECORDS)]
        key = {"plan": "ae", "component": "new", "payee_id": "ada", "period": "2026-11", "part": "earning"}
        rest = {"sequence": 0, "kind": "commission", "currency": "USD", "reason": "earned", "booked_in": "2026-11"}
        ledger.append(conn, frame(f.Postings, [{**key, **rest, **row} for row in rows]), run_id, NOW)
        wanted = [writeback.Wanted(_id(i), "A1", {"Amount": str(number)}) for i in range(RECORDS)]
        writeback.desire(conn, "Opportunity", wanted)
        runs.finish_run(conn, run_id, "done", {"page": number}, NOW)


def wrong_in(store: Store) -> str:
    """What an interrupted step left behind; empty when the database is whole."""
    done = _done(store)
    with store.read() as conn:
        checked = conn.scalar(sa.text("PRAGMA integrity_check"))
        postings = conn.scalar(sa.text("SELECT count(*) FROM posting"))
        bodies = set(mirror.bodies(conn, "Opportunity", [_id(i) for i in range(RECORDS)]).values())
        ended = runs.runs(conn, 99)
        facts = {
            "integrity": checked == "ok",
            "ledger": ledger.verify(conn) is None and postings == done * RECORDS,
            "mirror at the cursor": bodies == ({f"page {done}".encode()} if done else set()),
            "versions": mirror.last_revision(conn) == done * RECORDS,
            "desired values": len(writeback.due(conn, "Opportunity", NOW, 99)) == (RECORDS if done else 0),
            "runs": len(ended) == done and all(run.outcome for run in ended),
        }
    return ", ".join(name for name, holds in facts.items() if not holds)


def _done(store: Store) -> int:
    with store.read() as conn:
        return int(mirror.cursor_of(conn, "Opportunity") or 0)


def _id(number: int) -> str:
    return f"006{number:03}"


def _page(number: int) -> Page:
    body = f"page {number}"
    stamp = NOW + timedelta(seconds=number)
    records = [RawRecord("Opportunity", _id(i), stamp, False, body, body.encode()) for i in range(RECORDS)]
    return Page("Opportunity", tuple(records), str(number))


def _kill_before(kill_at: int) -> None:
    happened = count(1)

    def tick(*_: object) -> None:
        if next(happened) == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(sa.Engine, "before_cursor_execute", tick)
    sa.event.listen(sa.Engine, "commit", tick)


def main(path: Path, kills: list[int]) -> None:
    """Print how each worker ended, as the operating system tells it."""
    for kill_at in kills:
        pid = os.fork()
        if pid == 0:
            work(path, kill_at)
            os._exit(0)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)  # noqa: T201 - read by the test


if __name__ == "__main__":
    main(Path(sys.argv[1]), [int(number) for number in sys.argv[2:]])
