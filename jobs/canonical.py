"""Canonical: changed mirror records become rows of the book; what they touch is what must be computed again.

Runs inside the computation's transaction. A changed mapping or product reads all records again, because any of them may
now mean something else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import polars as pl
from sqlalchemy import Connection

from connectors.canonical import REFERENCES, SINGULAR
from connectors.dialect import Body, Dialect, RatePlace, Row
from connectors.dialects import DIALECTS
from connectors.goals import goals
from connectors.histories import HISTORY, deal_stages, subject
from connectors.mapping import CrmMapping
from connectors.normalise import normalise, products
from connectors.record_reader import Context
from engine.calendar import business_date
from engine.frames import Deals
from engine.model import Found, Issue
from jobs.configuration import Configuration
from jobs.crm_people import tell_people
from jobs.people import SOURCE, newly_refused, refresh_people
from store import adjustments, canonical, mirror, pins, runs, settings
from store.canonical import FrameName
from store.mirror import ChangedRecord

REVISION = "normalised_revision"
MAPPING = "normalised_with"
PINS = "normalised_pins"
ADJUSTED = "adjusted_through"
LIMIT = 20_000
"""Changed records taken at a time; bounds memory."""

KEYS: dict[FrameName, str] = {
    "people": "person_id",
    "accounts": "account_id",
    "contracts": "contract_id",
    "deals": "deal_id",
    "deal_lines": "line_id",
    "splits": "split_id",
    "team_members": "member_id",
}
"""Frame -> the column that holds the CRM record's id."""

OF_DEALS: tuple[FrameName, ...] = ("splits", "team_members")
"""Frames whose rows a deal's own record may carry; they are replaced with the deal."""


@dataclass(slots=True)
class Touched:
    """What changed since the last computation, and who may be affected."""

    everything: bool = False
    accounts: set[str] = field(default_factory=set)
    deals: set[str] = field(default_factory=set)
    payees: set[str] = field(default_factory=set)
    """Of whom an adjustment began to count, or no longer counts."""
    told: Mapping[str, list[Row]] = field(default_factory=dict)
    """What was read of people, as rows by frame."""
    slips: tuple[str, ...] = ()
    """Rows of people files that are refused and were not before."""
    subjects: set[str] = field(default_factory=set)
    """Records whose issues are known anew."""
    issues: list[Issue] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reading:
    """How records are read."""

    mapping: CrmMapping
    context: Context

    @property
    def dialect(self) -> Dialect:
        """How the CRM writes values."""
        return DIALECTS[self.mapping.crm]


def refresh(conn: Connection, configuration: Configuration, now: datetime) -> Touched:
    """Bring the book's tables up to date with mirror and people files."""
    touched = Touched()
    changed = _changed(conn, configuration)
    changed += pins.as_believed(conn, _naming_the_merged(conn, changed, configuration.mapping))
    if changed or configuration.fingerprint != settings.setting_of(conn, MAPPING):
        reading = _reading(conn, configuration, touched)
        groups = _by_object(changed)
        histories = groups.pop(HISTORY, [])
        for name, records in groups.items():
            _take(conn, name, records, reading, touched)
        tell_people(conn, touched.told, business_date(now, configuration.rules.company.zone), now)
        _take_histories(conn, histories, reading, touched)
        _refresh_rates(conn, changed, reading, touched)
        differs, issues = refresh_people(conn, configuration, _goals(conn, reading), reading.context.winners, now)
        touched.everything |= differs
        touched.slips = newly_refused(conn, issues)
        runs.record_issues(conn, SOURCE, issues, now)
        runs.record_issues(conn, "records", touched.issues, now, None if touched.everything else touched.subjects)
    touched.payees = adjustments.moved_after(conn, int(settings.setting_of(conn, ADJUSTED) or 0))
    settings.set_setting(conn, ADJUSTED, str(adjustments.last_step(conn)))
    settings.set_setting(conn, REVISION, str(mirror.last_revision(conn)))
    settings.set_setting(conn, PINS, str(pins.last_pin(conn)))
    settings.set_setting(conn, MAPPING, configuration.fingerprint)
    return touched


def deals_as_read(conn: Connection, configuration: Configuration) -> pl.DataFrame:
    """Every version of every deal that was ever read, oldest first, as the mapping reads it today: rows of `Deals`.

    Versions that cannot be read are left out: the issues of the last one say why.
    """
    reading = _reading(conn, configuration, Touched())
    name = reading.mapping.deal_object
    bodies = ((record_id, False, body) for record_id, body in mirror.versions(conn, name))
    rows = normalise(name, bodies, reading.mapping, reading.context).rows.get("deals", [])
    return pl.DataFrame(rows, schema=Deals.dtypes(), orient="row")


def _changed(conn: Connection, configuration: Configuration) -> list[ChangedRecord]:
    """Every record to read, as it is believed: the changed ones, or all where the configuration itself changed."""
    every = {(record.object, record.record_id): record for record in (*_newer(conn, configuration), *_moved(conn))}
    return list(pins.as_believed(conn, list(every.values())))


def pending(conn: Connection, configuration: Configuration) -> list[ChangedRecord]:
    """The records that changed since the last refresh and that become rows of the book, each on its own."""
    newer = mirror.changed_after(conn, read_until(conn), mirror.last_revision(conn))
    return [record for record in newer if configuration.mapping.frame_of(record.object) in KEYS]


def read_until(conn: Connection) -> int:
    """The newest change that the last refresh has read."""
    return int(settings.setting_of(conn, REVISION) or 0)


def _moved(conn: Connection) -> list[ChangedRecord]:
    """The records that were pinned or released since the last refresh."""
    return mirror.records_of(conn, pins.moved_after(conn, int(settings.setting_of(conn, PINS) or 0)))


def _newer(conn: Connection, configuration: Configuration) -> list[ChangedRecord]:
    """The records that changed since the last refresh, or all where any of them may now mean something else."""
    same = settings.setting_of(conn, MAPPING) == configuration.fingerprint
    revision = read_until(conn) if same else 0
    changed: list[ChangedRecord] = []
    while some := mirror.changed_after(conn, revision, LIMIT):
        changed += some
        revision = some[-1].revision
    if same and revision and any(_is_looked_up(record.object, configuration.mapping) for record in changed):
        return mirror.changed_after(conn, 0, mirror.last_revision(conn))
    return changed


def _naming_the_merged(conn: Connection, changed: Sequence[ChangedRecord], mapping: CrmMapping) -> list[ChangedRecord]:
    """Other records that name one that was merged away just now: they mean its winner from now on."""
    merged: dict[str, set[str]] = defaultdict(set)
    for record in changed:
        if record.merged_into is not None:
            merged[mapping.frame_of(record.object) or ""].add(record.record_id)
    if not merged:
        return []
    known = {(record.object, record.record_id) for record in changed}
    found: dict[tuple[str, str], ChangedRecord] = {}
    for frame, key in KEYS.items():
        mapped = mapping.objects.get(frame)
        for column, named in REFERENCES.get(frame, {}).items() if mapped else ():
            if mapped and (losers := merged.get(named)):
                ids = canonical.naming(conn, frame, key, column, losers)
                found |= {(r.object, r.record_id): r for r in mirror.as_they_are(conn, mapped.crm_object, ids)}
    return [record for key_, record in found.items() if key_ not in known]


def _is_looked_up(name: str, mapping: CrmMapping) -> bool:
    """Whether other records mean what they mean by the records of this object."""
    return mapping.frame_of(name) == "products" or name == DIALECTS[mapping.crm].stage_object


def _reading(conn: Connection, configuration: Configuration, touched: Touched) -> Reading:
    """The mapping, and what records mean beside their own fields: zone, default currency, stages, products."""
    organization = settings.pinned(conn)
    mapping, company = configuration.mapping, configuration.rules.company
    stated = organization.currency if organization else None  # single-currency orgs state none
    dialect = DIALECTS[mapping.crm]
    context = Context(
        zone=organization.zone if organization and dialect.org_zone else company.zone,
        currency=stated or company.currency,
        stages=dialect.stages(_bodies(conn, dialect.stage_object)) if dialect.stage_object else {},
        winners={mapping.frame_of(name) or name: into for name, into in mirror.winners(conn).items()},
    )
    name = mapping.objects.get("products")
    if name is None:
        return Reading(mapping, context)
    found = products(_bodies(conn, name.crm_object), mapping, context)
    touched.issues.extend(found.issues)
    return Reading(mapping, replace(context, products=found.rows))


def _goals(conn: Connection, reading: Reading) -> Found[list[Row]]:
    """Goals of the CRM as quotas. Their days begin at midnight in UTC, wherever the company is."""
    mapping = reading.mapping
    if "goals" not in mapping.objects:
        return Found([])
    people = reading.dialect.assignees(_bodies(conn, mapping.objects["people"].crm_object))
    context = replace(reading.context, zone="UTC")
    return goals(_bodies(conn, mapping.objects["goals"].crm_object), mapping, context, people)


def _bodies(conn: Connection, name: str) -> list[Body]:
    """Every record of a small object that is not deleted."""
    live = mirror.bodies(conn, name, [record_id for record_id, _ in mirror.ids(conn, name)])
    return [(record_id, False, body) for record_id, body in live.items()]


def _by_object(changed: Iterable[ChangedRecord]) -> dict[str, list[ChangedRecord]]:
    groups: dict[str, list[ChangedRecord]] = defaultdict(list)
    for record in changed:
        groups[record.object].append(record)
    return groups


def _take(conn: Connection, name: str, records: Sequence[ChangedRecord], reading: Reading, touched: Touched) -> None:
    """Replace the rows of these records, and note whom both the old and the new rows concern."""
    frame = next((known for known in KEYS if known == reading.mapping.frame_of(name)), None)
    if frame is None:
        return
    keys = [record.record_id for record in records]
    bodies = ((r.record_id, r.deleted or r.merged_into is not None, r.body) for r in records)
    found = normalise(name, bodies, reading.mapping, reading.context)
    touched.issues.extend(found.issues)
    touched.subjects |= {f"{SINGULAR[frame]} {key}" for key in keys}
    _note(conn, frame, keys, touched)
    canonical.replace_rows(conn, frame, KEYS[frame], keys, found.rows.get(frame, []))
    if frame == "people":
        touched.told = found.rows
    for carried in OF_DEALS:
        if frame == "deals" and carried not in reading.mapping.objects:
            canonical.replace_rows(conn, carried, "deal_id", keys, found.rows.get(carried, []))
    _note(conn, frame, keys, touched)


def _take_histories(conn: Connection, records: Sequence[ChangedRecord], reading: Reading, touched: Touched) -> None:
    """Replace the stages that these deals went through."""
    keys = [record.record_id for record in records]
    bodies = ((record.record_id, record.deleted, record.body) for record in records)
    found = deal_stages(bodies, reading.mapping, reading.context)
    touched.issues.extend(found.issues)
    touched.subjects |= {subject(key) for key in keys}
    canonical.replace_rows(conn, "deal_stages", "deal_id", keys, found.rows)
    _note(conn, "deals", keys, touched)


def _note(conn: Connection, frame: FrameName, keys: Sequence[str], touched: Touched) -> None:
    """Whom the rows of these keys concern as they are now; asked before and after a change."""
    if frame == "people":
        touched.everything = True
    elif frame == "accounts":
        touched.accounts |= set(keys)
    elif frame == "contracts":
        touched.accounts |= canonical.accounts_of_contracts(conn, keys)
    else:
        deals = set(keys) if frame == "deals" else canonical.deals_named(conn, frame, KEYS[frame], keys)
        touched.deals |= deals
        touched.accounts |= canonical.accounts_of(conn, deals)


def _refresh_rates(conn: Connection, changed: Sequence[ChangedRecord], reading: Reading, touched: Touched) -> None:
    """Exchange rates are few: any change reads all of them."""
    names = reading.dialect.rate_objects
    if any(record.object in names for record in changed):
        place = RatePlace(reading.context.zone, reading.context.currency)
        found = reading.dialect.exchange_rates({name: _bodies(conn, name) for name in names}, place)
        touched.issues.extend(found.issues)
        touched.everything |= canonical.replace_all(conn, "fx_rates", found.rows)
