"""Who owned a deal in which stage, and since when: the CRM's history of a deal, as a record beside the deal's own.

Each connector reads the history in its CRM's way into one body, keyed by the deal's id; what follows is the same. It is
a record of its own because it costs calls of its own: only companies whose rules look back switch it on, and the
nightly lists do without it, for a history changes only when its deal does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from hashlib import blake2b
from itertools import groupby

import msgspec

from connectors import reading
from connectors.canonical import Kind
from connectors.dialect import Body, Row
from connectors.dialects import DIALECTS
from connectors.mapping import CrmMapping
from connectors.record_reader import Context
from engine.model import Found, Issue, RawRecord, Severity

HISTORY = "deal_histories"
"""What histories are called in the mirror, whichever the CRM."""

OWNER, STAGE = "owner_id", "stage"
TOLD = (OWNER, STAGE, "amount", "closed_on")
"""The fields of a deal whose past is kept: all that rules can look back at."""

ALWAYS, BEGINNING = "", datetime.min.replace(tzinfo=UTC)
"""The instant of what was so from the beginning."""

Change = tuple[str, str | None]
"""Since when (an instant as the CRM wrote it), and the value."""
Told = Mapping[str, Sequence[Change]]
"""The changes of each field, oldest first."""

_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(dict[str, list[Change]]).decode


def recorded(deal_id: str, stamp: datetime, told: Told, *, deleted: bool = False) -> RawRecord:
    """The history of a deal as a record of the mirror."""
    body = _encode({name: told.get(name, ()) for name in TOLD})
    return RawRecord(HISTORY, deal_id, stamp, deleted, blake2b(body, digest_size=16).hexdigest(), body)


def changes(values: Iterable[Change]) -> list[Change]:
    """The values without those that repeat the one before."""
    return [next(run) for _, run in groupby(values, key=lambda change: change[1])]


def deal_stages(bodies: Iterable[Body], mapping: CrmMapping, context: Context) -> Found[list[Row]]:
    """Rows of `DealStages`. A history that cannot be read gives none, and an issue that says why."""
    labels = {stage: known.label for (_, stage), known in context.stages.items() if known.label}
    owner_id = DIALECTS[mapping.crm].parsers[Kind.ID]
    rows: list[Row] = []
    issues: list[Issue] = []
    for deal_id, deleted, body in bodies:
        try:
            entered = {} if deleted else _entered(_decode(body), owner_id, context.zone)
        except ValueError as problem:
            issues.append(_unreadable(deal_id, problem))
            continue
        rows += [(deal_id, labels.get(stage, stage), day, owner) for (stage, day), owner in entered.items()]
    return Found(rows, tuple(issues))


def _entered(told: Told, owner_id: Callable[[str], str], zone: str) -> Mapping[tuple[str, date], str | None]:
    """Owners by stage and day. The first of a day stands, unless nobody owned the deal yet."""
    found: dict[tuple[str, date], str | None] = {}
    owner, stages = None, [""]
    for moment, together in groupby(_in_order(told), key=lambda change: change[0]):
        entered = []
        for _, name, value in together:
            if name == OWNER:
                owner = owner_id(value) if value else None
            else:
                entered.append(value or "")
        stages = entered or stages[-1:]
        for stage in filter(None, stages) if moment != ALWAYS else ():
            key = stage, reading.day(moment, zone)
            found[key] = found.get(key) or owner
    return found


def _in_order(told: Told) -> list[tuple[str, str, str | None]]:
    """Owners and stages by instant; of the same instant, the owner comes before the stages that were saved with it."""
    every = [(moment, name, value) for name in (OWNER, STAGE) for moment, value in told.get(name, ())]
    return sorted(every, key=lambda change: _instant(change[0]))


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text) if text != ALWAYS else BEGINNING
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} is an instant without a time zone")
    return moment


def subject(deal_id: str) -> str:
    """What issues of a history name."""
    return f"history of deal {deal_id}"


def _unreadable(deal_id: str, problem: ValueError) -> Issue:
    remedy = "It is read again when the deal changes; rules that look back at its stages do without it until then."
    return Issue("unreadable_history", Severity.WARNS, subject(deal_id), f"cannot be read: {problem}.", remedy)
