"""Send: desired values that differ from what the CRM holds, in batches, one result read per record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import structlog

from connectors.port import Target
from engine.model import Change, Sent
from jobs.crash_points import crash_point
from jobs.running import Run
from store import writeback

log = structlog.get_logger()

LIMIT = 10_000
"""Changes taken from the store at a time; bounds memory, not the run."""


def send(target: Target, run: Run, objects: Sequence[str]) -> Counter[str]:
    """Send everything that is due and answer how many writes had which verdict.

    A crash between the CRM's answer and our mark means that the same absolute values are written once more: harmless.
    """
    verdicts: Counter[str] = Counter()
    for name in objects:
        for sent in _send_object(target, run, name):
            verdicts[sent.verdict.value] += 1
    run.count(**verdicts)
    return verdicts


def _send_object(target: Target, run: Run, name: str) -> list[Sent]:
    """All due changes of one object. Each record is tried at most once a run."""
    results: list[Sent] = []
    tried: set[str] = set()
    while due := _untried(run, name, tried):
        tried.update(change.record_id for change in due)
        crash_point("send.before_write")
        for batch in target.write(name, due):
            crash_point("send.after_write")
            with run.write() as conn:
                news = writeback.mark(conn, batch, run.clock())
            for sent in news:
                log.warning("write parked", object=name, subject=sent.change.record_id, code=sent.code)
            crash_point("send.after_mark")
            results.extend(batch)
    return results


def _untried(run: Run, name: str, tried: set[str]) -> list[Change]:
    with run.store.read() as conn:
        due = writeback.due(conn, name, run.clock(), LIMIT)
    return [change for change in due if change.record_id not in tried]
