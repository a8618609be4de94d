"""Canonical: changed mirror records become rows of the book; what they touch is what must be computed again.

Runs inside the computation's transaction. A changed mapping or product reads all records again, because any of them may
now mean something else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog
from sqlalchemy import Connection

from connectors.mapping import CrmMapping
from connectors.normalise import SINGULAR, Context, normalise, products
from connectors.rates import exchange_rates
from engine.model import Issue
from jobs.configuration import Configuration
from jobs.people import refresh_people
from store import canonical, mirror, runs, settings
from store.canonical import FrameName
from store.mirror import ChangedRecord

log = structlog.get_logger()

REVISION = "normalised_revision"
MAPPING = "normalised_with"
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

RATE_OBJECTS = ("CurrencyType", "DatedConversionRate")
"""Static and dated exchange rates, as Salesforce calls them."""


@dataclass(slots=True)
class Touched:
    """What changed since the last computation, and who may be affected."""

    everything: bool = False
    accounts: set[str] = field(default_factory=set)
    deals: set[str] = field(default_factory=set)
    subjects: set[str] = field(default_factory=set)
    """Records whose issues are known anew."""
    issues: list[Issue] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reading:
    """How records are read."""

    mapping: CrmMapping
    context: Context


def refresh(conn: Connection, configuration: Configuration, now: datetime) -> Touched:
    """Bring the book's tables up to date with mirror and people files."""
    touched = Touched()
    changed = _changed(conn, configuration)
    if changed or configuration.fingerprint != settings.setting_of(conn, MAPPING):
        reading = _reading(conn, configuration, touched)
        for name, records in _by_object(changed).items():
            _take(conn, name, records, reading, touched)
        _refresh_rates(conn, changed, touched)
        differs, issues = refresh_people(conn, configuration)
        touched.everything |= differs
        runs.record_issues(conn, "people files", issues, now)
        runs.record_issues(conn, "records", touched.issues, now, None if touched.everything else touched.subjects)
    settings.set_setting(conn, REVISION, str(mirror.last_revision(conn)))
    settings.set_setting(conn, MAPPING, configuration.fingerprint)
    return touched


def _changed(conn: Connection, configuration: Configuration) -> list[ChangedRecord]:
    """Every record to read: the changed ones, or all where the configuration itself changed."""
    same = settings.setting_of(conn, MAPPING) == configuration.fingerprint
    revision = int(settings.setting_of(conn, REVISION) or 0) if same else 0
    changed: list[ChangedRecord] = []
    while some := mirror.changed_after(conn, revision, LIMIT):
        changed += some
        revision = some[-1].revision
    if same and revision and any(configuration.mapping.frame_of(record.object) == "products" for record in changed):
        return mirror.changed_after(conn, 0, mirror.last_revision(conn))
    return changed


def _reading(conn: Connection, configuration: Configuration, touched: Touched) -> Reading:
    """The mapping, and what records mean beside their own fields: zone, default currency, products."""
    organization = settings.pinned(conn)
    mapping, company = configuration.mapping, configuration.rules.company
    stated = organization.currency if organization else None  # single-currency orgs state none
    context = Context(zone=company.zone, currency=stated or company.currency)
    name = mapping.objects.get("products")
    if name is None:
        return Reading(mapping, context)
    found = products(((key, False, body) for key, body in _live(conn, name.crm_object)), mapping, context)
    touched.issues.extend(found.issues)
    return Reading(mapping, replace(context, products=found.rows))


def _live(conn: Connection, name: str) -> list[tuple[str, bytes]]:
    """Every record of a small object that is not deleted."""
    return list(mirror.bodies(conn, name, [record_id for record_id, _ in mirror.ids(conn, name)]).items())


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
    _note(conn, frame, keys, touched)


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


def _refresh_rates(conn: Connection, changed: Sequence[ChangedRecord], touched: Touched) -> None:
    """Exchange rates are few: any change reads all of them."""
    if any(record.object in RATE_OBJECTS for record in changed):
        static, dated = ([(key, False, body) for key, body in _live(conn, name)] for name in RATE_OBJECTS)
        found = exchange_rates(static, dated)
        touched.issues.extend(found.issues)
        touched.everything |= canonical.replace_all(conn, "fx_rates", found.rows)
