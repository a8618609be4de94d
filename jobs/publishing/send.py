"""Send statements and their lines so that nobody ever reads the numbers of two runs as one statement.

A statement of which a line is to be written is first marked `Updating`; then its lines are written; and only when all
of them stand is the statement itself written, with its totals, as-of and run, and `Open` or `Closed` again. Until then
it keeps the totals of the run before. A crash, or a line that the CRM refuses, leaves it `Updating`; the next run goes
on from there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import structlog

from connectors.pay_records import PayRecords
from connectors.port import Target
from engine.model import Change, Sent, Verdict
from jobs.crash_points import crash_point
from jobs.publishing.fit import fitted
from jobs.publishing.room import Room
from jobs.running import Run
from store import record_families, settings, writeback
from store.record_families import Held

log = structlog.get_logger()

STATEMENTS_AT_ONCE = 200
"""Bounds memory, and for how long a statement says `Updating`."""
LINES_AT_ONCE = 10_000
IDENTITY = ("owner_id", "payee_id", "currency", "period", "plan")
"""What a statement says as soon as there is one, because its lines need it."""


def send_records(target: Target, run: Run, pay: PayRecords) -> Counter[str]:
    """Send all statements that are due or have a line that is; answers how many writes had which verdict."""
    with run.store.read() as conn:
        keys = record_families.with_work(conn, pay.statement.name, pay.line.name, run.clock())
        org = settings.pinned(conn)
    sending = _Sending(target, run, pay, org.currency if org else None, Room())
    verdicts: Counter[str] = Counter()
    for start in range(0, len(keys), STATEMENTS_AT_ONCE):
        for sent in sending.send(keys[start : start + STATEMENTS_AT_ONCE]):
            verdicts[sent.verdict.value] += 1
    run.count(**verdicts)
    return verdicts


@dataclass(frozen=True, slots=True)
class _Sending:
    """Sends some statements after the other."""

    target: Target
    run: Run
    pay: PayRecords
    org_currency: str | None
    room: Room

    def send(self, keys: Sequence[str]) -> Iterator[Sent]:
        """These statements: announced, their lines, and then themselves."""
        statements, lines = self._held(keys)
        unfinished = {line.change.ordered_by for line in lines if line.state != "sent"}
        begun = [each for each in statements if each.state in {"due", "sent"} and each.change.record_id in unfinished]
        yield from self._announce([each for each in begun if not self._is_announced(each)])
        crash_point("records.announced")
        yield from self._send_lines(keys)
        crash_point("records.before_finish")
        yield from self._finish(keys)

    def _held(self, keys: Sequence[str]) -> tuple[list[Held], list[Held]]:
        with self.run.store.read() as conn:
            statements = record_families.of_keys(conn, self.pay.statement.name, keys, self.run.clock())
            return statements, record_families.ordered_by(conn, self.pay.line.name, keys, self.run.clock())

    def _announce(self, statements: Sequence[Held]) -> Iterator[Sent]:
        """Mark them `Updating`. What cannot be marked is not begun: its failure is that of the whole statement."""
        wanted = {each.change.record_id: each.change for each in statements}
        said = [self._announcement(each) for each in statements]
        for sent in self._write(self.pay.statement.name, said, wanted):
            if sent.verdict is not Verdict.WRITTEN:
                yield sent

    def _announcement(self, held: Held) -> Change:
        names = {self.pay.statement.fields[word] for word in IDENTITY}
        said = tuple((field, value) for field, value in held.change.fields if field in names)
        return replace(held.change, fields=(*said, (self.pay.statement.fields["status"], "Updating")))

    def _is_announced(self, held: Held) -> bool:
        said = dict(self._announcement(held).fields)
        return held.sent_fingerprint == writeback.fingerprint(said, held.volatile)

    def _send_lines(self, keys: Sequence[str]) -> Iterator[Sent]:
        """The lines of the statements that are announced."""
        statements, lines = self._held(keys)
        announced = {each.change.record_id for each in statements if each.state == "due" and self._is_announced(each)}
        due = [line.change for line in lines if line.may_go and line.change.ordered_by in announced]
        for start in range(0, len(due), LINES_AT_ONCE):
            yield from self._write(self.pay.line.name, due[start : start + LINES_AT_ONCE], {})

    def _finish(self, keys: Sequence[str]) -> Iterator[Sent]:
        """The statements whose lines all stand."""
        statements, lines = self._held(keys)
        unfinished = {line.change.ordered_by for line in lines if line.state != "sent"}
        due = [each.change for each in statements if each.may_go and each.change.record_id not in unfinished]
        yield from self._write(self.pay.statement.name, due, {})

    def _write(self, name: str, changes: Sequence[Change], on_failure: Mapping[str, Change]) -> Iterator[Sent]:
        """Write and keep what became of it; what fails is kept as a failure of `on_failure`, where there is that."""
        if not changes:
            return
        asked = {change.record_id: change for change in changes}
        fit, parked = fitted(self.target, self.pay, changes, self.org_currency)
        for batch in filter(None, chain([parked], self.room.write(self.target, name, fit))):
            answers = [_kept(sent, asked, on_failure) for sent in batch]
            with self.run.write() as conn:
                news = writeback.mark(conn, answers, self.run.clock())
            for sent in news:
                log.warning("write parked", object=sent.change.object, subject=sent.change.record_id, code=sent.code)
            yield from answers
            crash_point("records.between_batches")


def _kept(sent: Sent, asked: Mapping[str, Change], on_failure: Mapping[str, Change]) -> Sent:
    """The answer to what was asked. A record of ours that is gone is made anew, so that gone means refused."""
    key = sent.change.record_id
    if sent.verdict is Verdict.WRITTEN:
        return replace(sent, change=asked[key])
    verdict = Verdict.PARKED if sent.verdict is Verdict.GONE else sent.verdict
    return replace(sent, change=on_failure.get(key, asked[key]), verdict=verdict)
