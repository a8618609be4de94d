"""One portal: its records, people, rules and faults. Tests hold it directly; HTTP goes through `rest/routes.py`."""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sandbox.faults import Faults
from sandbox.hubspot.clock import Clock, millis
from sandbox.hubspot.errors import ApiError
from sandbox.hubspot.habits import Habits
from sandbox.hubspot.loading import load
from sandbox.hubspot.records import snapshot, writing
from sandbox.hubspot.records.associations import Associations
from sandbox.hubspot.records.calculated import value_of
from sandbox.hubspot.records.currencies import Currencies
from sandbox.hubspot.records.demands import Demand
from sandbox.hubspot.records.people import Owners
from sandbox.hubspot.records.pipelines import Pipelines, sales_pipeline
from sandbox.hubspot.records.render import Renderer
from sandbox.hubspot.records.splits import Splits
from sandbox.hubspot.records.tables import Record, Table
from sandbox.hubspot.records.views import Views
from sandbox.hubspot.rest.exports import Exports
from sandbox.hubspot.rest.fault_verbs import MOMENTARY, STANDING
from sandbox.hubspot.rest.limits import Allowance, Limits
from sandbox.hubspot.rest.tokens import Tokens
from sandbox.hubspot.schema import ObjectType
from sandbox.hubspot.searching.index import Index
from sandbox.hubspot.searching.search import Searches
from sandbox.hubspot.standard import standard_schema

Values = dict[str, str | None]
Predicate = Callable[[Mapping[str, str], int | None], bool]
_CALLS_KEPT = 100_000
_FIRST_IDS = {"0-3": 35_447_000_000, "0-2": 25_177_000_000, "0-8": 19_900_000_000, "0-72": 31_122_000_000}
_FIRST_ID, _STEP = 44_027_000_000, 3
_LATENESSES = 7_919


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the API, and how it ended."""

    method: str
    path: str
    body_size: int
    status: int


class Portal:
    """A HubSpot account in memory. HTTP requests and the methods here hold `lock`."""

    def __init__(
        self,
        clock: Clock,
        *,
        portal_id: int = 104_008_696,
        zone: str = "US/Eastern",
        allowance: Allowance | None = None,
        search_lag_s: tuple[float, float] = (5.0, 20.0),
    ) -> None:
        self.clock, self.id, self.ui_domain = clock, portal_id, "app.hubspot.com"
        self.account_type = "STANDARD"
        self.search_lag_s = search_lag_s
        self.lock = threading.RLock()
        self.faults = Faults(momentary=MOMENTARY, standing=STANDING)
        self.schema = standard_schema()
        self.tables: dict[str, Table] = {}
        self.indexes: dict[str, Index] = {}
        self._last_ids: dict[str, int] = {}
        for kind in self.schema:
            self.open_table(kind)
        self.links, self.owners, self.pipelines = Associations(), Owners(), Pipelines()
        self.views = Views(self.owners)
        self.pipelines.add(sales_pipeline(millis(clock())))
        self.currencies, self.splits = Currencies(clock), Splits(self)
        self.tokens, self.limits = Tokens(clock), Limits(clock, allowance or Allowance(), zone)
        self.rendered, self.searches = Renderer(self), Searches(self)
        self.refusals: list[tuple[str, Predicate, ApiError]] = []
        self.demands: list[Demand] = []
        self.exports = Exports()
        self.off: set[str] = set()
        """What the portal's tier lacks: `splits`, `goals`, `custom_objects`, `currencies`."""
        self._read_only: set[tuple[str, str]] = set()
        self.calls: list[Call] = []
        self.used = 0
        self.ids: dict[str, str] = {}
        """Ids of the document that was loaded, and what they became here."""
        self.habits, self.strict_errors = Habits(), False
        self._correlations = 0

    @property
    def zone(self) -> str:
        """The zone in which the portal's days are cut."""
        return self.limits.zone

    @zone.setter
    def zone(self, zone: str) -> None:
        self.limits.zone = zone

    # -- documents

    def load(self, document: Mapping[str, Any]) -> None:
        """Add the records of a CRM-shaped document; LoadProblem names what does not fit."""
        with self.lock:
            load.load_document(self, document)

    def dump(self) -> dict[str, Any]:
        """Give everything that a restart must keep, as JSON."""
        with self.lock:
            return snapshot.dump(self)

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take the place of the portal that was dumped; only a new portal can."""
        with self.lock:
            snapshot.restore(self, state)

    # -- records, as people in the portal see and change them

    def records(self, kind: str) -> Iterator[Record]:
        """Give the live records of a type, in the order of their ids."""
        return iter(list(self.tables[self.schema.get(kind).id]))

    def seen_by(self, user: str, kind: str) -> list[Values]:
        """Give the live records of a type that a user, by the number of owner, sees, with every property."""
        found = self.schema.get(kind)
        with self.lock:
            seen = self.views.seen(user, found, list(self.tables[found.id]))
            return [self.get(kind, str(record.id)) for record in seen]

    def get(self, kind: str, record_id: str) -> Values:
        """Give every property of one live record that has a value."""
        found = self.schema.get(kind)
        with self.lock:
            record = self.tables[found.id].get(record_id)
            names = {*found.properties, *record.values}
            return {name: value_of(self, found.id, record, name) for name in sorted(names)}

    def create(self, kind: str, values: Mapping[str, Any]) -> str:
        """Create a record as a person would, and give its id."""
        with self.lock:
            return str(writing.create(self, self.schema.get(kind), values, (), self._by_hand()).id)

    def update(self, kind: str, record_id: str, values: Mapping[str, Any]) -> None:
        """Change a record as a person would."""
        found = self.schema.get(kind)
        with self.lock:
            record = self.tables[found.id].get(record_id)
            writing.update(self, found, record, values, self._by_hand())

    def poke(self, kind: str, record_id: str, values: Mapping[str, str]) -> None:
        """Change stored values without rules and without a new stamp, as HubSpot's own arithmetic does."""
        table = self.tables[self.schema.get(kind).id]
        with self.lock:
            old = table.get(record_id)
            table.put(Record(old.id, {**old.values, **values}, old.created_ms, old.updated_ms))

    def archive(self, kind: str, record_id: str) -> None:
        """Put a record into the recycle bin."""
        found = self.schema.get(kind)
        with self.lock:
            writing.archive(self, found, self.tables[found.id].get(record_id))

    def unarchive(self, kind: str, record_id: str) -> None:
        """Take a record out of the recycle bin."""
        found = self.schema.get(kind)
        with self.lock:
            writing.restore(self, found, self.tables[found.id].get(record_id, archived=True))

    def merge(self, kind: str, primary: str, other: str) -> str:
        """Merge two records into a new one, and give its id."""
        found = self.schema.get(kind)
        table = self.tables[found.id]
        with self.lock:
            return str(writing.merge(self, found, table.get(primary), table.get(other)).id)

    def purge(self, kind: str, record_id: str) -> None:
        """Remove a record for good, without a trace."""
        with self.lock:
            self.tables[self.schema.get(kind).id].remove(int(record_id))

    def associate(self, kind: str, record_id: str, other: str, other_id: str, number: int | None = None) -> None:
        """Associate two records, plainly or as the type of that number."""
        source, target = self.schema.get(kind).id, self.schema.get(other).id
        with self.lock:
            label = self.links.plain(source, target) if number is None else self.links.label(number)
            self.links.link(label, int(record_id), int(other_id))

    # -- what an administrator does

    def set_rate(self, code: str, rate: str) -> None:
        """Give a currency a rate from now on; amounts in the company's currency change without a stamp."""
        with self.lock:
            self.currencies.add(code, Decimal(rate), self.now_ms())

    def archive_owner(self, owner_id: str) -> None:
        """Let a person leave."""
        with self.lock:
            self.owners.archive(owner_id)

    def demand(self, kind: str, name: str, when: tuple[str, str] | None = None) -> None:
        """Demand a property of new records, or of those where another property holds a value (2026-09 writes only)."""
        self.demands.append(Demand(object=self.schema.get(kind).plural, property=name, when=when))

    def refuse(self, kind: str, predicate: Predicate, problem: ApiError) -> None:
        """Refuse records of these values; the predicate is told the record's id, too, or None for a new one."""
        self.refusals.append((self.schema.get(kind).id, predicate, problem))

    def let_view(self, user: str, kind: str, view: str) -> None:
        """Let a user see `everything`, what belongs to the `team`, only what is `owned`, or `none` of a type."""
        self.views.give(user, self.schema.get(kind).id, view)

    def read_only_field(self, kind: str, name: str) -> None:
        """Let nobody write a property."""
        self._read_only.add((self.schema.get(kind).id, name))

    def read_only(self, kind: ObjectType, name: str) -> bool:
        """Whether a property was closed to writes."""
        return (kind.id, name) in self._read_only

    def expire_tokens(self) -> None:
        """End every OAuth token."""
        self.tokens.expire()

    # -- what saving and answering need

    def open_table(self, kind: ObjectType) -> None:
        """Make room for the records of a type."""
        self.tables[kind.id], self.indexes[kind.id] = Table(kind), Index()
        self.tables[kind.id].listeners.append(self._index)

    def reindex(self) -> None:
        """Let search see everything as it is."""
        for kind in self.schema:
            self.indexes[kind.id].fill(self.tables[kind.id].live.values())

    def _index(self, table: Table, record_id: int, record: Record | None) -> None:
        """Let search see a change some time later; how much later differs from change to change."""
        least, most = self.search_lag_s
        share = (record_id * 31 + self.indexes[table.kind.id].version) % _LATENESSES / _LATENESSES
        late = sum(float(rule.args.get("seconds", 60)) for rule in self.faults.standing("late_visible"))
        lag_ms = int((least + (most - least) * share + late) * 1_000)
        self.indexes[table.kind.id].note(record_id, record, millis(self.clock()) + lag_ms)

    def mint(self, kind: str) -> int:
        """Make an id for a new record."""
        last = self._last_ids.get(kind) or self.tables[kind].last_id or _FIRST_IDS.get(kind, _FIRST_ID)
        self._last_ids[kind] = last + _STEP
        return last + _STEP

    def now_ms(self) -> int:
        """Give the stamp of a save: the clock's millisecond, or that of fault `same_stamp`."""
        for rule in self.faults.standing("same_stamp"):
            rule.strike()
            return int(rule.args.setdefault("ms", millis(self.clock())))
        return millis(self.clock())

    def version(self) -> tuple[object, ...]:
        """Change whenever something may be worked out otherwise than before."""
        tails = tuple((rule.args.get("object"), rule.args.get("field")) for rule in self._tail_rules())
        parts = (self.links.version, self.pipelines.version, self.splits.version)
        return (*parts, self.currencies.stamp(), tails)

    def tailed(self, kind: ObjectType) -> frozenset[str]:
        """Give the number properties that are shown with the tail of a binary fraction."""
        return frozenset(str(rule.args["field"]) for rule in self._tail_rules() if rule.args["object"] == kind.plural)

    def _tail_rules(self) -> list[Any]:
        return self.faults.standing("binary_tail")

    def correlation_id(self) -> str:
        """Make the id under which an answer could be looked up."""
        self._correlations += 1
        return f"00000000-0000-4000-8000-{self._correlations:012x}"

    def note_call(self, call: Call) -> None:
        """Count a request; the list keeps the latest."""
        self.used += 1
        self.calls.append(call)
        if len(self.calls) > 2 * _CALLS_KEPT:
            del self.calls[:_CALLS_KEPT]

    def _by_hand(self) -> writing.Write:
        return writing.Write(source_type="CRM_UI", source_id="userId:73074756")
