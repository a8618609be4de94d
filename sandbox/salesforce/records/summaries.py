"""Roll-up summary fields: a master's field computed from its details."""

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from sandbox.salesforce.records.values import canonical
from sandbox.salesforce.schema import Field, Row, SObject, Value

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org

_FOLD: dict[str, Callable[[list[Any]], Value]] = {
    "count": len,
    "sum": lambda values: canonical(sum(values, Decimal(0))),
    "min": lambda values: min(values, default=None),
    "max": lambda values: max(values, default=None),
}
OPERATIONS = frozenset(_FOLD)


def roll_up(org: "Org", sobject: SObject, row: Row) -> None:
    """Recompute the summaries of the masters of a saved or deleted detail."""
    for hop in sobject.fields.values():
        if not hop.master_detail or not row.get(hop.name):
            continue
        master = org.schema.get(hop.reference_to[0])
        summaries = [field for field in master.fields.values() if _over(field, sobject, hop)]
        parent = org.tables[master.name].rows.get(cast("str", row[hop.name]))
        if summaries and parent is not None:
            changes = {field.name: _total(org, field, sobject, hop, parent) for field in summaries}
            if any(parent.get(name) != value for name, value in changes.items()):
                org.resave(master.name, parent, changes)


def _over(field: Field, sobject: SObject, hop: Field) -> bool:
    return field.summary is not None and field.summary[2] == f"{sobject.name}.{hop.name}"


def _total(org: "Org", field: Field, sobject: SObject, hop: Field, parent: Row) -> Value:
    operation, summed, _ = cast("tuple[str, str, str]", field.summary)
    name = summed.partition(".")[2]
    living = [row for row in org.tables[sobject.name].find(hop.name, parent["Id"]) if not row.get("IsDeleted")]
    if operation == "count":
        return len(living)
    return _FOLD[operation]([row[name] for row in living if row.get(name) is not None])
