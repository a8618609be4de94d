"""The records themselves: tables, indexes made when first asked for, and a journal that can take changes back."""

from collections.abc import Callable, Iterable
from typing import cast

from sandbox.salesforce.errors import bad_reference
from sandbox.salesforce.schema import Row, Schema, SObject, Value

Key = Value
Listener = Callable[[str, str], None]


class Table:
    """The records of one object, deleted ones too, in the order in which they came."""

    def __init__(self, sobject: SObject) -> None:
        self.sobject = sobject
        self.rows: dict[str, Row] = {}
        self._indexes: dict[str, dict[Key, dict[str, None]]] = {}

    def put(self, row: Row) -> Row | None:
        """Store a record and give the one it replaces. The row belongs to the table from then on: never change it."""
        record_id = cast("str", row["Id"])
        old = self.rows.get(record_id)
        self.rows[record_id] = row
        for name, index in self._indexes.items():
            self._unindex(index, name, old)
            index.setdefault(self._key(name, row.get(name)), {})[record_id] = None
        return old

    def remove(self, record_id: str) -> Row:
        """Take a record out for good."""
        row = self.rows.pop(record_id)
        for name, index in self._indexes.items():
            self._unindex(index, name, row)
        return row

    def find(self, name: str, value: Value) -> list[Row]:
        """Give the records that hold a value in a field."""
        if name == "Id":
            found = self.rows.get(cast("str", value))
            return [found] if found else []
        if name not in self._indexes:
            index: dict[Key, dict[str, None]] = {}
            for record_id, row in self.rows.items():
                index.setdefault(self._key(name, row.get(name)), {})[record_id] = None
            self._indexes[name] = index
        return [self.rows[record_id] for record_id in self._indexes[name].get(self._key(name, value), ())]

    def _key(self, name: str, value: Value) -> Key:
        field = self.sobject.fields[name]
        exact = field.case_sensitive or field.type in {"reference", "id"}
        return value.lower() if isinstance(value, str) and not exact else value

    def _unindex(self, index: dict[Key, dict[str, None]], name: str, row: Row | None) -> None:
        if row is not None:
            index[self._key(name, row.get(name))].pop(cast("str", row["Id"]), None)


class Tables:
    """All tables of the org, with the journal of the request at hand."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._tables: dict[str, Table] = {}
        self._journal: list[tuple[Table, str, Row | None]] = []
        self.listeners: list[Listener] = []

    def __getitem__(self, sobject: str) -> Table:
        table = self._tables.get(sobject)
        if table is None:
            table = self._tables[sobject] = Table(self.schema.get(sobject))
        return table

    def put(self, sobject: str, row: Row) -> None:
        """Store a record."""
        table = self[sobject]
        self._note(table, cast("str", row["Id"]), table.put(row))

    def remove(self, sobject: str, record_id: str) -> None:
        """Take a record out for good."""
        table = self[sobject]
        self._note(table, record_id, table.remove(record_id))

    def drop(self, sobject: str) -> None:
        """Forget an object's records with the object; no request may take this back."""
        for record_id in list(self[sobject].rows):
            self._tables[sobject].remove(record_id)
            self._tell(self._tables[sobject], record_id)
        del self._tables[sobject]

    def load(self, sobject: str, rows: Iterable[Row]) -> None:
        """Store many records that no request may take back."""
        table = self[sobject]
        for row in rows:
            table.put(row)
            self._tell(table, cast("str", row["Id"]))

    def row(self, sobject: str, record_id: str) -> Row:
        """Give one record; INVALID_CROSS_REFERENCE_KEY when there is none."""
        found = self[sobject].rows.get(record_id)
        if found is None:
            raise bad_reference()
        return found

    def mark(self) -> int:
        """Give the place in the journal to roll back to."""
        return len(self._journal)

    def roll_back(self, mark: int) -> None:
        """Undo every change since the mark."""
        while len(self._journal) > mark:
            table, record_id, old = self._journal.pop()
            if old is None:
                table.remove(record_id)
            else:
                table.put(old)
            self._tell(table, record_id)

    def commit(self) -> None:
        """Forget how to undo."""
        self._journal.clear()

    def _note(self, table: Table, record_id: str, old: Row | None) -> None:
        self._journal.append((table, record_id, old))
        self._tell(table, record_id)

    def _tell(self, table: Table, record_id: str) -> None:
        for listener in self.listeners:
            listener(table.sobject.name, record_id)
