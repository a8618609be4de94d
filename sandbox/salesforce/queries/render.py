"""Turns query answers into JSON and CSV, and remembers the JSON of records until they change.

Exact numbers: amounts are `Decimal` and are written with their own digits, never through a float.
"""

from collections import OrderedDict
from collections.abc import Callable
from decimal import Decimal
from typing import Any, cast

import msgspec

from sandbox.salesforce.queries.query import Answer
from sandbox.salesforce.queries.resolve import Target, parent_of
from sandbox.salesforce.records.tables import Tables
from sandbox.salesforce.schema import Field, Row, Value

encode = msgspec.json.Encoder(decimal_format="number").encode
Shape = dict[str, Any]
_KEPT = 16
_EXPONENT_FROM = Decimal(10_000_000)


def record_url(version: str, sobject: str, record_id: object) -> str:
    """Give the address of a record."""
    return f"/services/data/v{version}/sobjects/{sobject}/{record_id}"


def shaper(tables: Tables, sobject: str, targets: tuple[Target, ...], version: str) -> Callable[[Row], Shape]:
    """Make the function that gives a record the shape of REST: parents nested, each with its attributes."""
    base = f"/services/data/v{version}/sobjects/{sobject}/"
    flat = all(not target.hops and target.field.type != "address" for target in targets)
    names = [target.field.name for target in targets]

    def shape_flat(row: Row) -> Shape:
        get = row.get
        shape: Shape = {"attributes": {"type": sobject, "url": f"{base}{row['Id']}"}}
        shape.update([(name, get(name)) for name in names])
        return shape

    def shape_nested(row: Row) -> Shape:
        shape: Shape = {"attributes": {"type": sobject, "url": f"{base}{row['Id']}"}}
        for target in targets:
            _place(tables, target, row, shape, version)
        return shape

    return shape_flat if flat else shape_nested


def _place(tables: Tables, target: Target, row: Row, shape: Shape, version: str) -> None:
    """Put one value where it belongs; a missing parent is null."""
    for hop in target.hops:
        name, parent = str(hop.relationship_name), parent_of(tables, hop, row)
        if parent is None:
            shape[name] = None
            return
        kind = hop.reference_to[0]
        url = record_url(version, kind, parent["Id"])
        shape = shape.setdefault(name, {"attributes": {"type": kind, "url": url}})
        row = parent
    shape[target.field.name] = value_of(target.field, row)


def value_of(field: Field, row: Row) -> Any:
    """Give a field's JSON value; a compound address is made of its parts."""
    if field.type != "address":
        return row.get(field.name)
    prefix = field.name.removesuffix("Address")
    parts = ("street", "city", "state", "postalCode", "country")
    found = {part: row.get(f"{prefix}{part[0].upper()}{part[1:]}") for part in parts}
    return found if any(found.values()) else None


class RenderCache:
    """The JSON of records by select list. A change of a record forgets it, and all that show it as a parent."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._kept: OrderedDict[tuple[str, str, tuple[Target, ...]], dict[str, bytes]] = OrderedDict()
        tables.listeners.append(self._forget)

    def records(self, answer: Answer, rows: list[Row], version: str) -> bytes:
        """Give the rows as JSON objects with commas between."""
        key = (version, answer.sobject.name, answer.targets)
        known = self._kept.setdefault(key, {})
        self._kept.move_to_end(key)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        shape = shaper(self._tables, answer.sobject.name, answer.targets, version)
        out = []
        for row in rows:
            record_id = cast("str", row["Id"])
            text = known.get(record_id)
            if text is None:
                text = known[record_id] = encode(shape(row))
            out.append(text)
        return b",".join(out)

    def _forget(self, sobject: str, record_id: str) -> None:
        for (_, name, targets), known in self._kept.items():
            if name == sobject:
                known.pop(record_id, None)
            if any(sobject in hop.reference_to for target in targets for hop in target.hops):
                known.clear()


def csv_value(value: Value) -> str:
    """Write one value as Bulk 2.0 does: empty for null, large numbers with an exponent, instants with Z.

    >>> csv_value(Decimal("12345678.9")), csv_value(Decimal("1054.0")), csv_value(True)
    ('1.23456789E7', '1054.0', 'true')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal) and abs(value) >= _EXPONENT_FROM:
        return _exponent(value)
    text = str(value)
    return text.replace("+0000", "Z") if text.endswith(".000+0000") else text


def _exponent(value: Decimal) -> str:
    sign, digits, _ = value.normalize().as_tuple()
    mantissa = "".join(map(str, digits))
    return f"{'-' if sign else ''}{mantissa[0]}.{mantissa[1:] or '0'}E{value.adjusted()}"
