"""Send owners: the deal's own owner fields, read right before they are written, and every answer read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import structlog
from sqlalchemy import Connection

from connectors.mapping import CrmMapping
from connectors.port import NotAllowed, Refused, Target
from engine.model import Change, Issue, Sent, Severity, Verdict
from jobs.crash_points import crash_point
from jobs.owners import Decision, Seen, decide, last_change, subject
from jobs.running import Run
from store import canonical, ownership, runs
from store.ownership import Owned

log = structlog.get_logger()

BATCH = 2_000
"""Records looked at in one step."""
SOURCE = "owners"

Before = Mapping[tuple[str, str], Owned]


@dataclass(frozen=True, slots=True)
class Looked:
    """What a batch of records came to before anything is sent."""

    before: Before
    decisions: Sequence[Decision]

    def changes(self, name: str) -> list[Change]:
        """One write a record."""
        wanted: dict[str, list[Owned]] = {}
        for each in self.decisions:
            if each.writes:
                wanted.setdefault(each.owned.record_id, []).append(each.owned)
        return [
            Change(name, record_id, tuple((each.field, each.wanted) for each in every), every[0].ordered_by)
            for record_id, every in wanted.items()
        ]


def send_owners(target: Target, run: Run, mapping: CrmMapping) -> Counter[str]:
    """Look at every owner field that is due, set those that are to be set, and say why the others are not.

    What keeps owners from being set at all keeps nothing else.
    """
    verdicts: Counter[str] = Counter()
    issues: list[Issue] = []
    try:
        _send(target, run, mapping, verdicts)
    except (NotAllowed, Refused) as problem:
        remedy = "Grant the integration user Edit on the field, or change ownership in the mapping."
        issues.append(Issue("owners_not_written", Severity.WARNS, "owners in the CRM", str(problem), remedy))
    with run.write() as conn:
        runs.record_issues(conn, "sending owners", issues, run.clock())
    run.count(**{f"owners_{verdict}": count for verdict, count in verdicts.items()})
    return verdicts


def _send(target: Target, run: Run, mapping: CrmMapping, verdicts: Counter[str]) -> None:
    name = mapping.deal_object
    with run.store.read() as conn:
        due = ownership.due_records(conn, name) if mapping.ownership else []
        inactive = _inactive(conn) if due else frozenset()
    for start in range(0, len(due), BATCH):
        batch = due[start : start + BATCH]
        looked = _look(target, run, mapping, batch, inactive)
        crash_point("owners.before_write")
        for sents in _write(target, run, name, looked):
            crash_point("owners.after_write")
            _mark(run, name, looked, sents)
            verdicts.update(sent.verdict.value for sent in sents)


def _inactive(conn: Connection) -> frozenset[str]:
    """Users whom no record may be given."""
    people = canonical.whole(conn, "people")
    return frozenset(people.filter(~people["active"])["user_id"])


def _look(target: Target, run: Run, mapping: CrmMapping, ids: Sequence[str], inactive: Collection[str]) -> Looked:
    """Decide by what the CRM says now, and remember what is about to be written."""
    name = mapping.deal_object
    policies = {each.field: each.policy for each in mapping.ownership.values()}
    present = target.read(name, ids, sorted(policies))
    now = run.clock()
    with run.write() as conn:
        kept, read = ownership.owned(conn, name, ids), ownership.as_read(conn, name, ids)
        decisions = [
            decide(each, policies[each.field], seen, inactive)
            for record_id, every in kept.items()
            if record_id in present
            for seen in [Seen(present[record_id], read.get(record_id, {}), last_change(every), now)]
            for each in every
            if each.field in policies
        ]
        unseen = [each for every in kept.values() for each in every]
        ownership.keep(conn, name, [replace(each, due=False) for each in unseen])
        ownership.keep(conn, name, [each.owned for each in decisions])
        issues = [each.issue for each in decisions if each.issue]
        runs.record_issues(conn, SOURCE, issues, now, {subject(record_id) for record_id in ids})
    return Looked({(each.record_id, each.field): each for each in unseen}, decisions)


def _write(target: Target, run: Run, name: str, looked: Looked) -> Iterator[Sequence[Sent]]:
    """The answers, batch by batch. What was never sent, because the CRM refuses all of it, is no change of ours."""
    changes = looked.changes(name)
    try:
        yield from target.write(name, changes) if changes else ()
    except (NotAllowed, Refused):
        with run.write() as conn:
            now = ownership.owned(conn, name, [change.record_id for change in changes])
            open_ = [each for every in now.values() for each in every if each.state == "sending"]
            ownership.keep(conn, name, [looked.before[each.record_id, each.field] for each in open_])
        raise


def _mark(run: Run, name: str, looked: Looked, sents: Sequence[Sent]) -> None:
    """What was written is ours; what was not is as before, and is tried again: soon, or at the next daily look."""
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
        runs.record_issues(conn, SOURCE, map(_refused, refused), run.clock(), named)
    for sent in refused:
        log.warning("owner refused", object=name, subject=sent.change.record_id, code=sent.code)


def _refused(sent: Sent) -> Issue:
    message = f"the owner was not set; the CRM says: {sent.message} ({sent.code})"
    remedy = "Mend the record or the permission; it is tried again when the record changes, and once a day."
    return Issue("owner_refused", Severity.WARNS, subject(sent.change.record_id), message, remedy)
