"""Who may do what: object and field permissions of one user, from permission sets and from the tests' switches.

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
# Whose users may change the configuration. That of the integration user is among them only in this stand-in.
_ADMINISTRATORS = frozenset({"System Administrator", "Minimum Access - API Only Integrations"})


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
        if not self.may(found, user, "Read"):
            raise no_such_type(name)
        if not self.may(found, user, right):
            raise ApiError("INSUFFICIENT_ACCESS_OR_READONLY", f"insufficient access rights on object {found.name}")
        return found

    def may(self, sobject: SObject, user: str | None, right: Right) -> bool:
        """Whether the user has a right on an object; configuration is changed by administrators only."""
        if user is None:
            return True
        if sobject.setup and right != "Read":
            return self.administers(user)
        return not sobject.secured or right in self._granted(user).get(sobject.name, ())

    def administers(self, user: str) -> bool:
        """Whether the user may change the configuration of the org."""
        profile = self._tables["Profile"].rows.get(str(self._tables["User"].rows[user].get("ProfileId")))
        return profile is not None and profile["Name"] in _ADMINISTRATORS

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

    def has_all(self, sobject: SObject, user: str, purpose: Literal["see", "change"]) -> bool:
        """Whether a permission set lets the user see, or change, every record of the object."""
        enough = {"ModifyAllRecords"} if purpose == "change" else {"ViewAllRecords", "ModifyAllRecords"}
        return bool(enough & self._granted(user).get(sobject.name, frozenset()))

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
