"""Drift: the CRM no longer says what we wrote, because somebody or some flow changed our fields by hand.

Looked for once a day, with the reconciliation: our fields are not inputs, so that a change of them alone is no
change of a record. What differs is sent again, at most once a day, so that we never wrestle with a flow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import structlog

from connectors.port import Target
from engine.money import parse_amount
from jobs.running import Run
from store import writeback

log = structlog.get_logger()

BATCH = 2_000
"""Records read back in one call."""

Value = str | bool | None
Fields = Mapping[str, Value]


def restore_drifted(target: Target, run: Run, name: str, *, of_ours: bool = False) -> int:
    """Queue every record whose fields differ from what the CRM confirmed; answers how many.

    A record of an object that is ours (`of_ours`) is written again, too, where somebody deleted it.
    """
    with run.store.read() as conn:
        confirmed = writeback.confirmed(conn, name)
    batches = _batches(list(confirmed))
    drifted = [
        record_id for batch in batches for record_id in _drifted(target, name, batch, confirmed, of_ours=of_ours)
    ]
    if drifted:
        log.warning("fields were changed in the CRM; they are written again", object=name, records=len(drifted))
        with run.write() as conn:
            writeback.send_again(conn, name, drifted)
    return len(drifted)


def _batches(record_ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(record_ids), BATCH):
        yield record_ids[start : start + BATCH]


def _drifted(
    target: Target, name: str, record_ids: list[str], confirmed: Mapping[str, Fields], *, of_ours: bool
) -> Iterator[str]:
    known = target.fields(name)
    fields = sorted({field for record_id in record_ids for field in confirmed[record_id]})
    shown = target.read(name, record_ids, [field for field in fields if field in known or not of_ours])
    for record_id in record_ids:
        found = shown.get(record_id)
        if found is None:
            if of_ours:
                yield record_id
        elif any(not _same(found[field], value) for field, value in confirmed[record_id].items() if field in found):
            yield record_id


def _same(found: Value, wanted: Value) -> bool:
    """Whether a field holds what was written; numbers may come back with other zeros, and an empty text as nothing."""
    if found == wanted or {found, wanted} <= {"", None}:
        return True
    return isinstance(found, str) and isinstance(wanted, str) and _number(found) == _number(wanted) is not None


def _number(text: str) -> int | None:
    try:
        return parse_amount(text)
    except ValueError:
        return None
