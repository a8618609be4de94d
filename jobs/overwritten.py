"""Overwritten: the CRM no longer says what we wrote, because somebody or some flow changed our fields by hand.

Looked for once a day, with the reconciliation: our fields are not inputs, so that a change of them alone is no
change of a record. What differs is sent again, at most once a day, so that we never wrestle with a flow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from connectors.port import Target
from engine.model import Issue, Severity
from engine.money import parse_amount
from engine.telling.wording import counted
from jobs.running import Run
from store import runs, settings, writeback

log = structlog.get_logger()

RESTORED = "restored_at"
A_DAY = timedelta(hours=23)
"""Between two looks; an hour short, as a daily run does not start at the same second."""
BATCH = 2_000
"""Records read back in one call."""

Value = str | bool | None
Fields = Mapping[str, Value]


def write_again(target: Target, run: Run, names: Sequence[str], ours: Collection[str]) -> None:
    """Queue every record of these objects whose fields differ from what the CRM confirmed, and say so as issues.

    A record of an object that is `ours` is written again, too, where somebody deleted it. Within a day of the last time
    nothing is looked at, however often the rest is reconciled.
    """
    now = run.clock()
    with run.store.read() as conn:
        last = settings.setting_of(conn, RESTORED)
    if last is not None and now - datetime.fromisoformat(last) < A_DAY:
        return
    found = {name: _restored(target, run, name, of_ours=name in ours) for name in names}
    with run.write() as conn:
        issues = [_told(name, drifted) for name, drifted in found.items() if drifted]
        runs.record_issues(conn, "fields changed in the CRM", issues, now)
        settings.set_setting(conn, RESTORED, now.isoformat())
    run.count(drifted=sum(map(len, found.values())))


def _restored(target: Target, run: Run, name: str, *, of_ours: bool) -> Mapping[str, Sequence[str]]:
    """The records of one object that are due again, each with the fields that differed; none where it was deleted."""
    with run.store.read() as conn:
        confirmed = writeback.confirmed(conn, name)
    drifted = {
        record_id: fields or ()
        for record_id, fields in compared(target, name, confirmed, of_ours=of_ours)
        if fields or (fields is None and of_ours)
    }
    if drifted:
        log.warning("fields were changed in the CRM; they are written again", object=name, records=len(drifted))
        with run.write() as conn:
            writeback.send_again(conn, name, list(drifted))
    return drifted


def _told(name: str, drifted: Mapping[str, Sequence[str]]) -> Issue:
    fields = ", ".join(sorted({field for some in drifted.values() for field in some})) or "they were deleted"
    which = counted(len(drifted), "record")
    message = f"{which} no longer said what was written ({fields}); written again, at most once a day."
    remedy = "Stop the flow, the workflow or the person who changes them: nobody but the worker needs to."
    return Issue("fields_overwritten", Severity.WARNS, name, message, remedy)


def compared(
    target: Target, name: str, wanted: Mapping[str, Fields], *, of_ours: bool
) -> Iterator[tuple[str, Sequence[str] | None]]:
    """Every record with the fields in which the CRM says something else; None where it has no such record."""
    known, every = target.fields(name) if wanted else (), list(wanted)
    for start in range(0, len(every), BATCH):
        batch = every[start : start + BATCH]
        fields = sorted({field for record_id in batch for field in wanted[record_id]})
        shown = target.read(name, batch, [field for field in fields if field in known or not of_ours])
        for record_id in batch:
            found = shown.get(record_id)
            yield record_id, None if found is None else _differing(found, wanted[record_id])


def _differing(found: Fields, wanted: Fields) -> list[str]:
    return [field for field, value in wanted.items() if field in found and not _same(found[field], value)]


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
