"""One note of ours on each deal, known by its last line. Everybody who views the deal reads it.

HubSpot keeps no key for notes: whether a deal has ours already is read from the deal's own notes right before writing,
so that a note whose answer was lost is found, and changed, instead of made twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from html import escape, unescape
from typing import Any

from connectors.answers import json_reader
from connectors.hubspot.associations import associations
from connectors.hubspot.batches import BATCH, Answer, Result, Write, told
from connectors.hubspot.session import Connection
from connectors.outcomes import NOTE_TEXT, NOTES
from connectors.port import BudgetSpent, Refused, TryAgain
from engine.model import Change, FieldInfo, Sent, Verdict

BODY, AT, DEALS = "hs_note_body", "hs_timestamp", "deals"
ON_DEAL = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 214}
LAST = "Kept up to date by Tallystick for deal {}."
OURS = re.compile(r"Kept up to date by Tallystick for deal [0-9]+\.")
LENGTH = 60_000
_BREAK, _TAG = re.compile(r"<br\s*/?>|</(?:p|div|li)>", re.IGNORECASE), re.compile(r"<[^>]*>")


class HubspotNotes:
    """The notes as `connectors.port.Target`: a record is the note of the deal of that id. `now` is when one is made."""

    def __init__(self, connection: Connection, now: Callable[[], datetime]) -> None:
        self._connection, self._now = connection, now

    def fields(self, object: str) -> Mapping[str, FieldInfo]:  # noqa: A002, ARG002  the words of the port
        """The text."""
        return {NOTE_TEXT: FieldInfo(NOTE_TEXT, "string", readable=True, writable=True, scale=0, length=LENGTH)}

    def read(
        self,
        object: str,  # noqa: A002, ARG002  the words of the port
        ids: Sequence[str],
        fields: Sequence[str],  # noqa: ARG002  there is one
    ) -> Mapping[str, Mapping[str, str | bool | None]]:
        """The text of our note of each deal that has one, without its last line."""
        return {deal: {NOTE_TEXT: text_of(note.properties.get(BODY) or "")} for deal, note in self._ours(ids).items()}

    def write(self, object: str, changes: Sequence[Change]) -> Iterator[Sequence[Sent]]:  # noqa: A002
        """Notes that are there are changed, the others made."""
        if any(change.object != NOTES or [name for name, _ in change.fields] != [NOTE_TEXT] for change in changes):
            raise Refused(f"{object}: only the text of {NOTES} is written here.")
        for start in range(0, len(changes), BATCH):
            batch = changes[start : start + BATCH]
            there = self._ours([change.record_id for change in batch])
            old = [change for change in batch if change.record_id in there]
            if old:
                yield self._update(old, there)
            if new := [change for change in batch if change.record_id not in there]:
                yield self._create(new)

    def _ours(self, deals: Sequence[str]) -> Mapping[str, Result]:
        """Our note of each deal; of several, as after a merge, the oldest."""
        named = associations(self._connection, DEALS, NOTES, deals)
        notes = sorted({str(each["id"]) for every in named.values() for each in every}, key=int)
        read = {note.id: note for note in self._read(notes) if OURS.search(note.properties.get(BODY) or "")}
        ours = {deal: [own for each in every if (own := str(each["id"])) in read] for deal, every in named.items()}
        return {deal: read[every[0]] for deal, every in ours.items() if every}

    def _read(self, notes: Sequence[str]) -> Iterator[Result]:
        api = self._connection.hubspot.crm.objects.batch_api
        for start in range(0, len(notes), BATCH):
            inputs = [{"id": each} for each in notes[start : start + BATCH]]
            body = {"inputs": inputs, "properties": [BODY], "propertiesWithHistory": []}
            yield from self._connection.ask(api.read, NOTES, body, read=json_reader(Answer)).results

    def _update(self, changes: Sequence[Change], there: Mapping[str, Result]) -> list[Sent]:
        api = self._connection.hubspot.crm.objects.batch_api
        inputs = [
            {"id": there[each.record_id].id, "objectWriteTraceId": each.record_id, "properties": {BODY: html_of(each)}}
            for each in changes
        ]
        answer = self._connection.ask(api.update, NOTES, {"inputs": inputs}, read=json_reader(Answer))
        written = {note.id for note in answer.results}
        done = {each.record_id for each in changes if there[each.record_id].id in written}
        return told([Write(each.record_id, (each,), {}) for each in changes], done, answer.errors)

    def _create(self, changes: Sequence[Change]) -> list[Sent]:
        """Sent once: where no answer comes, the next cycle looks whether the notes are there."""
        api = self._connection.hubspot.crm.objects.batch_api
        inputs = [self._new(each) for each in changes]
        try:
            response = api.create(NOTES, {"inputs": inputs}, _preload_content=False)
            answer = json_reader(Answer)(response)
        except BudgetSpent:
            raise
        except TryAgain as problem:
            return [Sent(each, Verdict.RETRY, problem.code, str(problem)) for each in changes]
        bodies = " ".join(note.properties.get(BODY) or "" for note in answer.results)
        done = {each.record_id for each in changes if LAST.format(each.record_id) in bodies}
        return told([Write(each.record_id, (each,), {}) for each in changes], done, answer.errors)

    def _new(self, change: Change) -> dict[str, Any]:
        return {
            "objectWriteTraceId": change.record_id,
            "properties": {BODY: html_of(change), AT: self._now().strftime("%Y-%m-%dT%H:%M:%SZ")},
            "associations": [{"to": {"id": change.record_id}, "types": [ON_DEAL]}],
        }


def html_of(change: Change) -> str:
    """The body of a note: each line of the text, and the one by which the note is known."""
    text = str(dict(change.fields)[NOTE_TEXT] or "")
    return "<br>".join(escape(line) for line in [*text.splitlines(), LAST.format(change.record_id)])


def text_of(body: str) -> str:
    """The text of a body, however HubSpot's editor has wrapped its lines.

    >>> text_of("<div>Owner: A &amp; B<br>Kept up to date by Tallystick for deal 7.</div>")
    'Owner: A & B'
    """
    lines = (unescape(_TAG.sub("", line)).strip() for line in _BREAK.split(body))
    return "\n".join(line for line in lines if line and not OURS.fullmatch(line))
