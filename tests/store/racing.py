"""One of several processes that want the same leases; run by `test_processes.py`. Prints the tokens it got, by slot."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from store import leases
from store.database import open_store

SLOTS = 60


def main(path: str, holder: str) -> None:
    """Claim every slot; wait at the start until the test says go, so that all run at the same time."""
    now = datetime(2026, 11, 22, tzinfo=UTC)
    store = open_store(f"sqlite:///{path}", lambda: now)
    print("ready", flush=True)  # noqa: T201 - read by the test
    sys.stdin.readline()
    for slot in range(SLOTS):
        with store.write() as conn:
            token = leases.claim(conn, f"slot {slot}", holder, now, 60)
        if token is not None:
            print(slot, token)  # noqa: T201
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
