"""Send owners: the places that name people of a deal, read right before they are written, and every answer read."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import structlog

from connectors.port import NotAllowed, Refused
from engine.model import Change, Issue, Sent, Severity, Verdict
from jobs.configuration import Configuration
from jobs.crash_points import crash_point
from jobs.owners.deciding import Decision, subject
from jobs.owners.guard import hold_owners
from jobs.owners.look import Sending, batches, decided
from jobs.owners.places import Before, Place
from jobs.running import Run
from store import ownership, runs
from store.ownership import Owned

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Looked:
    """What a batch of records came to before anything is sent."""

    before: Before
    decisions: Sequence[Decision]
    changes: Sequence[Change]
    """One write a record, in our words."""
    prepared: Sequence[Change]
    """The same, as they are sent."""


def send_owners(
    run: Run, configuration: Configuration, places: Sequence[Place]
) -> tuple[Counter[str], Sequence[Issue]]:
    """Look at every place that is due, set those that are to be set, and say why whole kinds of them are not.

    What keeps one kind of place from being set at all keeps nothing else.
    """
    verdicts: Counter[str] = Counter()
    name, began = configuration.mapping.deal_object, run.clock()
    every = [Sending(place, run, name, began) for place in places]
    issues, refused = hold_owners(run, configuration, every), defaultdict[str, list[str]](list)
    for sending in () if issues else every:
        try:
            _send(sending, verdicts)
        except (NotAllowed, Refused) as problem:
            refused[str(problem)].append(sending.place.source)
    issues += [_unset(sources, problem) for problem, sources in refused.items()]
    with run.write() as conn:
        runs.record_issues(conn, "sending owners", issues, run.clock())
    run.count(**{f"owners_{verdict}": count for verdict, count in verdicts.items()})
    return verdicts, issues


def _unset(sources: Sequence[str], problem: str) -> Issue:
    """One cause may keep several kinds of places from being set: splits need the team."""
    remedy = "Grant the integration user what it needs, switch the feature on, or change ownership."
    return Issue("owners_not_written", Severity.WARNS, f"{' and '.join(sources)} in the CRM", problem, remedy)


def _send(sending: Sending, verdicts: Counter[str]) -> None:
    for ids, inactive in batches(sending):
        looked = _look(sending, ids, inactive)
        crash_point("owners.before_write")
        for sents in _write(sending, looked):
            crash_point("owners.after_write")
            _mark(sending, looked, sents)
            verdicts.update(sent.verdict.value for sent in sents)


def _look(sending: Sending, ids: Sequence[str], inactive: Collection[str]) -> Looked:
    """Decide by what the CRM says now, and remember what is about to be written."""
    place, run, name = sending.place, sending.run, sending.name
    said, now = place.read(ids), run.clock()
    with run.write() as conn:
        mine, decisions = decided(conn, sending, said, ids, inactive)
        ownership.keep(conn, name, [replace(each, due=False) for each in mine])
        ownership.keep(conn, name, [each.owned for each in decisions])
        before = {(each.record_id, each.field): each for each in mine}
        changes = changes_of(name, decisions)
        prepared = place.prepare(conn, said, changes, before)
        issues = [each.issue for each in decisions if each.issue]
        runs.record_issues(conn, place.source, issues, now, {subject(record_id) for record_id in ids})
    return Looked(before, decisions, changes, prepared)


def changes_of(name: str, decisions: Sequence[Decision]) -> list[Change]:
    """One write a record."""
    wanted: dict[str, list[Owned]] = {}
    for each in decisions:
        if each.writes:
            wanted.setdefault(each.owned.record_id, []).append(each.owned)
    return [
        Change(name, record_id, tuple((each.field, each.wanted) for each in every), every[0].ordered_by)
        for record_id, every in wanted.items()
    ]


def _write(sending: Sending, looked: Looked) -> Iterator[Sequence[Sent]]:
    """The answers, batch by batch. What was never sent, because the CRM refuses all of it, is no change of ours."""
    name, whole = sending.name, {each.record_id: each for each in looked.changes}
    try:
        for sents in sending.place.write(looked.prepared) if looked.prepared else ():
            yield [replace(sent, change=whole[sent.change.record_id]) for sent in sents]
    except (NotAllowed, Refused):
        with sending.run.write() as conn:
            now = ownership.owned(conn, name, list(whole))
            every = (each for found in now.values() for each in found if each.state == "sending")
            open_ = [looked.before[key] for each in every if (key := (each.record_id, each.field)) in looked.before]
            ownership.keep(conn, name, open_)
        raise


def _mark(sending: Sending, looked: Looked, sents: Sequence[Sent]) -> None:
    """What was written is ours; what was not is as before, and is tried again: soon, or at the next daily look."""
    place, run, name = sending.place, sending.run, sending.name
    decided = {(each.owned.record_id, each.owned.field): each.owned for each in looked.decisions}
    kept: list[Owned] = []
    for sent in sents:
        for field, _ in sent.change.fields:
            key = (sent.change.record_id, field)
            written = sent.verdict is Verdict.WRITTEN
            known = replace(decided[key], state="ours") if written else looked.before[key]
            kept.append(replace(known, due=sent.verdict is Verdict.RETRY))
    refused = [sent for sent in sents if sent.verdict is Verdict.PARKED]
    with run.write() as conn:
        ownership.keep(conn, name, kept)
        named = {subject(sent.change.record_id) for sent in refused}
        runs.record_issues(conn, place.source, [_refused(place, sent) for sent in refused], run.clock(), named)
    for sent in refused:
        log.warning("owner refused", object=name, subject=sent.change.record_id, code=sent.code)


def _refused(place: Place, sent: Sent) -> Issue:
    message = f"the {place.source} were not set; the CRM says: {sent.message} ({sent.code})"
    remedy = "Mend the record or the permission; it is tried again when the record changes, and once a day."
    return Issue("owner_refused", Severity.WARNS, subject(sent.change.record_id), message, remedy)
