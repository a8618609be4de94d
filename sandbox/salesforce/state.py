"""One org: its records, users, rules and faults. Tests hold it directly; HTTP goes through `routes.py`."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from sandbox.faults import Faults
from sandbox.salesforce.access import ADMIN, Access
from sandbox.salesforce.bulk.bulk_jobs import Job
from sandbox.salesforce.clock import Clock, stamp
from sandbox.salesforce.deploying.deploy_result import Deploy
from sandbox.salesforce.deploying.metadata_apply import note_sharing
from sandbox.salesforce.ids import IdMint, id18
from sandbox.salesforce.queries.paging import Cursors
from sandbox.salesforce.queries.render import RenderCache
from sandbox.salesforce.records import deleting, load, snapshot, writing
from sandbox.salesforce.records.beginnings import furnish
from sandbox.salesforce.records.tables import Tables
from sandbox.salesforce.rest.auth import Tokens
from sandbox.salesforce.rest.fault_verbs import MOMENTARY, STANDING
from sandbox.salesforce.schema import Row
from sandbox.salesforce.standard import standard_schema

Predicate = Callable[[Row], bool]
Flow = Callable[[Row, Row | None], Mapping[str, Any]]
_CALLS_KEPT = 100_000


@dataclass(frozen=True, slots=True)
class Call:
    """One request that counted against the daily limit."""

    method: str
    path: str
    body_size: int
    status: int


class Org:
    """A Salesforce org in memory. HTTP requests and the methods here hold `lock`."""

    def __init__(
        self,
        clock: Clock,
        seed: int = 0,
        *,
        consumer_key: str = "sandbox-key",
        consumer_secret: str = "sandbox-secret",  # noqa: S107  # made up; opens nothing but this stand-in
        api_limit: int = 100_000,
    ) -> None:
        self.clock, self.api_limit = clock, api_limit
        self.lock = threading.RLock()
        self.ids = IdMint(seed)
        self.faults = Faults(momentary=MOMENTARY, standing=STANDING)
        self.schema = standard_schema()
        self.tables = Tables(self.schema)
        self.rendered = RenderCache(self.tables)
        self.access = Access(self.schema, self.tables, self.faults)
        self.tokens = Tokens(consumer_key, consumer_secret)
        self.refusals: dict[str, list[tuple[Predicate, str, str, tuple[str, ...]]]] = defaultdict(list)
        self.flows: dict[str, list[Flow]] = defaultdict(list)
        self.calls: list[Call] = []
        self.used = 0
        self.cursors = Cursors()
        self.jobs: dict[str, Job] = {}
        self.bulk_polls = 1  # how often a Bulk job answers InProgress
        self.deploys: dict[str, Deploy] = {}
        self.components: dict[str, str] = {}  # what was deployed beside schema and permission sets, and its content
        self.corporate_currency = "USD"
        self.multi_currency = False
        self.integration_user = ""
        furnish(self)

    # -- documents and state

    def load(self, document: Mapping[str, Any]) -> None:
        """Add the records of a CRM-shaped document; LoadProblem names what does not fit, and nothing is loaded then."""
        with self.lock:
            load.load_document(self, document)

    def dump(self) -> dict[str, Any]:
        """Give everything that a restart must keep, as JSON."""
        with self.lock:
            return snapshot.dump(self)

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take the place of the org that was dumped."""
        with self.lock:
            snapshot.restore(self, state)

    # -- records, as the platform itself sees them: no field-level security, but rules, flows and stamps

    def rows(self, sobject: str) -> list[Row]:
        """Give copies of all records of an object, deleted ones too, with every field."""
        kind = self.schema.get(sobject)
        empty: Row = dict.fromkeys(kind.fields)
        with self.lock:
            return [empty | row for row in self.tables[kind.name].rows.values()]

    def get(self, sobject: str, record_id: str) -> Row:
        """Give a copy of one record, with every field; RowError when there is none."""
        kind = self.schema.get(sobject)
        with self.lock:
            return {**dict.fromkeys(kind.fields), **self.tables.row(kind.name, id18(record_id))}

    def insert(self, sobject: str, values: Mapping[str, Any]) -> str:
        """Create a record and give its id."""
        with self._saving():
            return writing.insert(self, self.schema.get(sobject), values, user=ADMIN)

    def create(self, sobject: str, values: Mapping[str, Any]) -> str:
        """Create a record as a person in the org would; gives its id."""
        with self._saving():
            return writing.insert(self, self.schema.get(sobject), values, user=ADMIN)

    def update(self, sobject: str, record_id: str, values: Mapping[str, Any]) -> None:
        """Change a record as a person in the org would."""
        with self._saving():
            writing.update(self, self.schema.get(sobject), record_id, values, user=ADMIN)

    def poke(self, sobject: str, record_id: str, values: Row) -> None:
        """Change stored values without rules and without a new stamp, as a formula or a rate change does."""
        with self._saving():
            self.tables.put(sobject, self.tables.row(sobject, id18(record_id)) | values)

    def delete(self, sobject: str, record_id: str) -> None:
        """Put a record into the recycle bin."""
        with self._saving():
            deleting.delete(self, self.schema.get(sobject), record_id, user=ADMIN)

    def undelete(self, sobject: str, record_id: str) -> None:
        """Take a record out of the recycle bin."""
        with self._saving():
            deleting.undelete(self, self.schema.get(sobject), id18(record_id))

    def merge(self, sobject: str, winner: str, loser: str) -> None:
        """Merge one record into another."""
        with self._saving():
            deleting.merge(self, self.schema.get(sobject), id18(winner), id18(loser))

    def purge(self, sobject: str, record_id: str) -> None:
        """Remove a record for good, without a trace."""
        with self._saving():
            deleting.purge(self, self.schema.get(sobject), id18(record_id))

    @contextmanager
    def _saving(self) -> Iterator[None]:
        """Hold the lock; an error takes everything back."""
        with self.lock:
            mark = self.tables.mark()
            try:
                yield
            except Exception:
                self.tables.roll_back(mark)
                raise
            self.tables.commit()

    # -- what an administrator does

    def hide_field(self, sobject: str, field: str) -> None:
        """Take a field from every user's sight, as field-level security does."""
        self.access.hidden.add((sobject, field))

    def read_only_field(self, sobject: str, field: str) -> None:
        """Let users read a field and not write it."""
        self.access.read_only.add((sobject, field))

    def validation_rule(self, sobject: str, predicate: Predicate, message: str, *fields: str) -> None:
        """Refuse to save records for which the predicate is true."""
        self.refuse(sobject, predicate, "FIELD_CUSTOM_VALIDATION_EXCEPTION", message, *fields)

    def refuse(self, sobject: str, predicate: Predicate, code: str, message: str, *fields: str) -> None:
        """Refuse records for which the predicate is true, as approvals, record types or full storage do."""
        self.refusals[sobject].append((predicate, code, message, fields))

    def flow(self, sobject: str, run: Flow) -> None:
        """Run before each save: it is given the new record and the old one (None on insert) and gives changes."""
        self.flows[sobject].append(run)

    def sharing_default(self, sobject: str, model: str) -> None:
        """Set who sees the records of an object by default: Private, Read or ReadWrite."""
        kind = self.schema.get(sobject)
        with self.lock:
            kind.sharing = model
            note_sharing(self, kind)
            self.tables.commit()

    def log_in(self, username: str) -> str:
        """Start a session of an active user and give its token, as the user's browser has one."""
        (user,) = [row for row in self.tables["User"].find("Username", username) if row.get("IsActive")]
        return self.tokens.issue(str(self.organization["Id"]), str(user["Id"]))

    def expire_tokens(self) -> None:
        """End every session."""
        self.tokens.expire()

    # -- what saving needs

    @property
    def organization(self) -> Row:
        """The one record of Organization."""
        return next(iter(self.tables["Organization"].rows.values()))

    @property
    def time_zone(self) -> str:
        """The zone in which relative dates are meant."""
        return str(self.organization["TimeZoneSidKey"])

    @property
    def fiscal_start(self) -> int:
        """The month in which the fiscal year starts."""
        return int(cast("int", self.organization["FiscalYearStartMonth"]))

    def stamp_now(self) -> str:
        """Give the stamp of a save: whole seconds of the server's clock, or that of fault `same_stamp`."""
        for rule in self.faults.standing("same_stamp"):
            rule.strike()
            return str(rule.args.setdefault("stamp", stamp(self.clock())))
        return stamp(self.clock())

    def born(self, sobject: str, values: Row, *, user: str | None = None) -> Row:
        """Make a new record of values: an id, stamps, and an auto-number where the object has one."""
        kind = self.schema.get(sobject)
        now, by = self.stamp_now(), user or self.integration_user
        row: Row = {"Id": self.ids.mint(kind.prefix), **values}
        if not kind.setup:
            row["IsDeleted"] = False
        for field in kind.numbered:
            if field.name not in row:
                row[field.name] = self._numbered(kind.name, str(field.display_format))
        return row | {
            "CreatedDate": now,
            "CreatedById": by,
            "LastModifiedDate": now,
            "LastModifiedById": by,
            "SystemModstamp": now,
        }

    def _numbered(self, sobject: str, display_format: str) -> str:
        """Fill the zeros in braces with the next number of the object."""
        key = f"number:{sobject}"
        self.ids.counters[key] += 1
        before, _, rest = display_format.partition("{")
        zeros, _, after = rest.partition("}")
        return f"{before}{self.ids.counters[key]:0{len(zeros)}d}{after}"

    def touch(self, row: Row, *, user: str | None = None) -> None:
        """Stamp a record that is being saved."""
        row["SystemModstamp"] = row["LastModifiedDate"] = self.stamp_now()
        row["LastModifiedById"] = user or self.integration_user

    def resave(self, sobject: str, row: Row, changes: Row) -> None:
        """Let the platform itself change a record as a consequence of a save."""
        writing.resave(self, self.schema.get(sobject), row, changes)

    def note_call(self, call: Call) -> None:
        """Count a request; the list keeps the latest."""
        self.used += 1
        self.calls.append(call)
        if len(self.calls) > 2 * _CALLS_KEPT:
            del self.calls[:_CALLS_KEPT]

    def window_start(self, days: int) -> str:
        """Give the stamp that lies so many days back."""
        return stamp(self.clock() - timedelta(days=days))
