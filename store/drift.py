"""Late changes that would move closed periods: what each would move, and what was decided."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from store.instants import instant_text
from store.mirror import ChangedRecord
from store.tables import table

DRIFT = table("drift")

State = Literal["held", "refused", "booked", "accepted", "rejected", "adjusted", "superseded"]
OPEN: tuple[State, ...] = ("held",)
"""What waits for a decision."""
STANDING: tuple[State, ...] = ("held", "refused", "rejected", "adjusted")
"""Whose record stays as it was believed."""


@dataclass(frozen=True, slots=True)
class Drift:
    """One change of one record, and its price."""

    drift_id: int
    object: str
    record_id: str
    revision: int
    noticed_at: str
    kinds: tuple[str, ...]
    changes: tuple[str, ...]
    effects: tuple[Mapping[str, Any], ...]
    """account, payee_id, period, currency, delta_micros."""
    lines: tuple[Mapping[str, Any], ...]
    """payee_id, was and becomes: sentences of lines that would change."""
    state: State
    decided_at: str | None
    decided_by: str | None
    reason: str


def note(
    conn: sa.Connection,
    record: ChangedRecord,
    state: State,
    told: Mapping[str, Sequence[Any]],
    *,
    run_id: int,
    now: datetime,
) -> int:
    """Keep a change with its price (`told`: kinds, changes, effects, lines); answers its number.

    What waited or was refused of the same record is superseded: the record has changed again.
    """
    key = {"object": record.object, "record_id": record.record_id}
    supersede(conn, [(record.object, record.record_id)], now)
    texts = {name: json.dumps(list(values), ensure_ascii=False) for name, values in told.items()}
    row = {"revision": record.revision, "run_id": run_id, "state": state, "reason": ""}
    row |= key | texts | {"noticed_at": instant_text(now)}
    return int(conn.execute(sa.insert(DRIFT).values(row).returning(DRIFT.c.drift_id)).scalar_one())


def supersede(conn: sa.Connection, keys: Collection[tuple[str, str]], now: datetime) -> None:
    """The records of these keys changed again: what was held or decided of them is of the past."""
    for name, record in keys:
        of_record = sa.and_(DRIFT.c.object == name, DRIFT.c.record_id == record, DRIFT.c.state.in_(STANDING))
        conn.execute(sa.update(DRIFT).where(of_record).values(state="superseded", decided_at=instant_text(now)))


def decide(conn: sa.Connection, drift_id: int, state: State, *, by: str, reason: str, now: datetime) -> None:
    """Keep what was decided, by whom and why."""
    row = {"state": state, "decided_by": by, "reason": reason, "decided_at": instant_text(now)}
    conn.execute(sa.update(DRIFT).where(DRIFT.c.drift_id == drift_id).values(row))


def price_anew(conn: sa.Connection, drift_id: int, told: Mapping[str, Sequence[Any]]) -> None:
    """Replace the price of a change that waits."""
    texts = {name: json.dumps(list(values), ensure_ascii=False) for name, values in told.items()}
    conn.execute(sa.update(DRIFT).where(DRIFT.c.drift_id == drift_id).values(texts))


def drifts(conn: sa.Connection, states: Collection[State] | None = OPEN) -> list[Drift]:
    """The changes in these states (None: all), oldest first."""
    chosen = sa.select(DRIFT).order_by(DRIFT.c.drift_id)
    if states is not None:
        chosen = chosen.where(DRIFT.c.state.in_(states))
    return [_drift(row) for row in conn.execute(chosen)]


def drift_of(conn: sa.Connection, drift_id: int) -> Drift | None:
    """The change of this number."""
    row = conn.execute(sa.select(DRIFT).where(DRIFT.c.drift_id == drift_id)).first()
    return _drift(row) if row is not None else None


def _drift(row: sa.Row[Any]) -> Drift:
    kinds, changes, effects, lines = (
        tuple(json.loads(text)) for text in (row.kinds, row.changes, row.effects, row.lines)
    )
    return Drift(
        drift_id=row.drift_id,
        object=row.object,
        record_id=row.record_id,
        revision=row.revision,
        noticed_at=row.noticed_at,
        kinds=kinds,
        changes=changes,
        effects=effects,
        lines=lines,
        state=row.state,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        reason=row.reason,
    )
