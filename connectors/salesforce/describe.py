"""What the org says of its own objects and fields, asked once a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from connectors.port import Refused
from connectors.salesforce.session import Connection
from engine.model import FieldInfo

ABSENT = frozenset({"NOT_FOUND", "INVALID_TYPE"})


class DescribedField(msgspec.Struct, frozen=True):
    """One field as the running user may see it: field-level security is already applied."""

    name: str
    type: str
    updateable: bool = False
    scale: int = 0
    length: int = 0
    permissionable: bool = False
    """Whether a permission set can grant it; required fields are open to everybody."""

    def info(self) -> FieldInfo:
        """The connector-neutral form."""
        return FieldInfo(
            self.name, self.type, readable=True, writable=self.updateable, scale=self.scale, length=self.length
        )


class Described(msgspec.Struct, frozen=True):
    """One object as the running user may see it."""

    name: str
    fields: tuple[DescribedField, ...]
    queryable: bool = True

    def by_name(self) -> Mapping[str, DescribedField]:
        """The fields by API name."""
        return {field.name: field for field in self.fields}


def describe(connection: Connection, names: Iterable[str]) -> Mapping[str, Described]:
    """Descriptions by object name; objects that this org or user does not have are not among them."""
    found: dict[str, Described] = {}
    for name in sorted(set(names)):
        try:
            found[name] = connection.get(f"sobjects/{name}/describe", Described)
        except Refused as problem:
            if problem.code not in ABSENT:
                raise
    return found
