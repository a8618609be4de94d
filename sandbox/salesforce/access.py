"""Who sees what: field-level security of one user, from permission sets and from the tests' switches.

Standard fields, and custom fields of a loaded document, are open to everybody, as after an administrator's set-up.
What a metadata deploy creates is closed until a permission set that is assigned to the user grants it.
"""

from typing import Literal

from sandbox.faults import Faults
from sandbox.salesforce.errors import ApiError, no_such_column, no_such_type
from sandbox.salesforce.records.tables import Tables
from sandbox.salesforce.schema import Field, Schema, SObject

Right = Literal["Read", "Create", "Edit", "Delete"]
Grants = dict[str, frozenset[str]]
ADMIN = None  # acts as the system: no field-level security


class Access:
    """Answers for a user id; `ADMIN` sees and writes everything."""

    def __init__(self, schema: Schema, tables: Tables, faults: Faults) -> None:
        self._schema, self._tables, self._faults = schema, tables, faults
        self.hidden: set[tuple[str, str]] = set()
        self.read_only: set[tuple[str, str]] = set()
        self._grants: dict[str, Grants] = {}
        tables.listeners.append(self._changed)

    def _changed(self, sobject: str, _record_id: str) -> None:
        if sobject in {"PermissionSetAssignment", "FieldPermissions", "ObjectPermissions"}:
            self._grants.clear()

    def sobject(self, name: str, user: str | None, right: Right = "Read") -> SObject:
        """Give an object by name; INVALID_TYPE when the user may not even read it."""
        found = self._schema.get(name)
        if user is None or not found.secured:
            return found
        granted = self._granted(user)
        if "Read" not in granted.get(found.name, ()):
            raise no_such_type(name)
        if right not in granted[found.name]:
            raise ApiError("INSUFFICIENT_ACCESS_OR_READONLY", f"insufficient access rights on object {found.name}")
        return found

    def field(self, sobject: SObject, name: str, user: str | None) -> Field:
        """Give a field by name; INVALID_FIELD when the user may not see it."""
        found = sobject.find(name)
        if found is None or not self.sees(sobject, found, user):
            raise no_such_column(name, sobject.name)
        return found

    def sees(self, sobject: SObject, field: Field, user: str | None) -> bool:
        """Whether the user may read the field."""
        if user is None:
            return True
        if (sobject.name, field.name) in self.hidden or self._hidden_by_fault(sobject, field):
            return False
        return not field.permissionable or "Read" in self._granted(user).get(f"{sobject.name}.{field.name}", ())

    def writes(self, sobject: SObject, field: Field, user: str | None) -> bool:
        """Whether field-level security lets the user write a field that he sees."""
        if user is None:
            return True
        if (sobject.name, field.name) in self.read_only:
            return False
        return not field.permissionable or "Edit" in self._granted(user).get(f"{sobject.name}.{field.name}", ())

    def views_all(self, sobject: SObject, user: str) -> bool:
        """Whether a permission set lets the user see every record of the object."""
        return bool({"ViewAllRecords", "ModifyAllRecords"} & self._granted(user).get(sobject.name, frozenset()))

    def _hidden_by_fault(self, sobject: SObject, field: Field) -> bool:
        return any(
            rule.args.get("object") == sobject.name and rule.args.get("field") == field.name
            for rule in self._faults.standing("hide_field")
        )

    def _granted(self, user: str) -> Grants:
        if user not in self._grants:
            self._grants[user] = self._collect(user)
        return self._grants[user]

    def _collect(self, user: str) -> Grants:
        """Add up the permission sets of a user; keys are `Object` and `Object.Field`."""
        sets = {row["PermissionSetId"] for row in self._tables["PermissionSetAssignment"].find("AssigneeId", user)}
        grants: dict[str, set[str]] = {}
        for name, key in (("ObjectPermissions", "SobjectType"), ("FieldPermissions", "Field")):
            for row in self._tables[name].rows.values():
                if row["ParentId"] in sets:
                    held = {field.removeprefix("Permissions") for field, value in row.items() if value is True}
                    grants.setdefault(str(row[key]), set()).update(held)
        return {key: frozenset(held) for key, held in grants.items()}
