"""Finds what a query's names mean to the running user, and how to get a named value from a record."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from sandbox.salesforce.access import Access
from sandbox.salesforce.errors import ApiError
from sandbox.salesforce.queries.soql_tokens import pointing
from sandbox.salesforce.queries.soql_tree import Path
from sandbox.salesforce.records.tables import Tables
from sandbox.salesforce.schema import Field, Row, SObject, Value

Getter = Callable[[Row], Value]


@dataclass(frozen=True, slots=True)
class Target:
    """A field found: the references to follow from the record, then the field."""

    hops: tuple[Field, ...]
    sobject: SObject
    field: Field

    @property
    def names(self) -> tuple[str, ...]:
        """The path in the schema's own spelling."""
        return (*(str(hop.relationship_name) for hop in self.hops), self.field.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolver:
    """Resolves the names of one query."""

    access: Access
    user: str | None
    text: str

    def target(self, sobject: SObject, path: Path) -> Target:
        """Find a path; INVALID_FIELD when the user sees no such relationship or field."""
        hops: list[Field] = []
        here = sobject
        for part in path.parts[:-1]:
            hop = here.relationships.get(part.lower())
            if hop is None or not self.access.sees(here, hop, self.user):
                raise self._no_relationship(part, here, path)
            hops.append(hop)
            here = self.access.sobject(hop.reference_to[0], self.user)
        field = here.find(path.parts[-1])
        if field is None or not self.access.sees(here, field, self.user):
            raise self._no_column(path.parts[-1], here, path)
        return Target(tuple(hops), here, field)

    def _no_column(self, name: str, sobject: SObject, path: Path) -> ApiError:
        message = (
            f"No such column '{name}' on entity '{sobject.name}'. If you are attempting to use a custom field, be sure "
            "to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the "
            "appropriate names."
        )
        return pointing(self.text, path.column, message, "INVALID_FIELD")

    def _no_relationship(self, name: str, sobject: SObject, path: Path) -> ApiError:
        message = (
            f"Didn't understand relationship '{name}' in field path of entity '{sobject.name}'. If you are attempting "
            "to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please "
            "reference your WSDL or the describe call for the appropriate names."
        )
        return pointing(self.text, path.column, message, "INVALID_FIELD")


def parent_of(tables: Tables, hop: Field, row: Row) -> Row | None:
    """Follow one reference."""
    return tables[hop.reference_to[0]].rows.get(cast("str", row.get(hop.name)))


def getter(tables: Tables, target: Target) -> Getter:
    """Make the function that gets a target's value from a record; null where a parent is missing."""
    name = target.field.name
    if not target.hops:
        return lambda row: row.get(name)

    def follow(row: Row) -> Value:
        for hop in target.hops:
            parent = parent_of(tables, hop, row)
            if parent is None:
                return None
            row = parent
        return row.get(name)

    return follow
