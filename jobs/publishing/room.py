"""Writing where the CRM may have no room for another record: the first refusal stops all new ones of the object.

An org whose storage is full would otherwise be asked to take each of thousands of records, and refuse every one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from connectors.port import FULL, Target
from engine.model import Change, Sent


class Room:
    """What one run has found out."""

    def __init__(self) -> None:
        self._refused: dict[str, Sent] = {}
        """By object: the answer that said so."""

    def write(self, target: Target, name: str, changes: Sequence[Change]) -> Iterator[Sequence[Sent]]:
        """Batches of answers, one for every change; new records that are not even sent have the answer of the first.

        Which records there are already is asked of the CRM: a refusal may be the last that was heard of one.
        """
        left = {change.record_id: change for change in changes}
        batches = target.write(name, changes) if changes and name not in self._refused else iter(())
        for batch in batches:
            answered = [sent for sent in batch if sent.code not in FULL]
            for sent in answered:
                del left[sent.change.record_id]
            yield answered
            if len(answered) < len(batch):
                self._refused[name] = next(sent for sent in batch if sent.code in FULL)
                break
        if left:
            there = target.read(name, list(left), ())
            yield [replace(self._refused[name], change=new) for key, new in left.items() if key not in there]
            old = [change for key, change in left.items() if key in there]
            yield from target.write(name, old) if old else ()
