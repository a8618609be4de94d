"""Drift: the CRM no longer says what we wrote, because somebody or some flow changed our fields by hand.

Looked for once a day, with the reconciliation: our fields are not inputs, so that a change of them alone is no
change of a record. What differs is sent again, at most once a day, so that we never wrestle with a flow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import structlog

from connectors.port import Target
from jobs.running import Run
from store import writeback

log = structlog.get_logger()

BATCH = 2_000
"""Records read back in one call."""

Fields = Mapping[str, str | bool | None]


def restore_drifted(target: Target, run: Run, name: str) -> int:
    """Queue every record whose fields differ from what the CRM confirmed; answers how many."""
    with run.store.read() as conn:
        confirmed = writeback.confirmed(conn, name)
    batches = _batches(list(confirmed))
    drifted = [record_id for batch in batches for record_id in _drifted(target, name, batch, confirmed)]
    if drifted:
        log.warning("fields were changed in the CRM; they are written again", object=name, records=len(drifted))
        with run.write() as conn:
            writeback.send_again(conn, name, drifted)
    return len(drifted)


def _batches(record_ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(record_ids), BATCH):
        yield record_ids[start : start + BATCH]


def _drifted(target: Target, name: str, record_ids: list[str], confirmed: Mapping[str, Fields]) -> Iterator[str]:
    fields = sorted({field for record_id in record_ids for field in confirmed[record_id]})
    for record_id, found in target.read(name, record_ids, fields).items():
        if any(found[field] != value for field, value in confirmed[record_id].items()):
            yield record_id
