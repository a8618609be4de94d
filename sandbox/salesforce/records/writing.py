"""Saves records: checks as the API makes them, the platform's own automation, the org's rules, stamps."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from sandbox.salesforce.errors import ApiError, RowError, bad_reference, entity_is_deleted
from sandbox.salesforce.ids import id18, looks_like_id
from sandbox.salesforce.records.automation import after_save, before_save, ignored
from sandbox.salesforce.records.selling_teams import FIXED, check_split_owner, member_already
from sandbox.salesforce.records.summaries import roll_up
from sandbox.salesforce.records.values import stored
from sandbox.salesforce.schema import Field, Row, SObject
from sandbox.salesforce.sharing import check_change, check_owner, check_seen

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org

Values = Mapping[str, Any]
_NOT_FIELDS = frozenset({"attributes", "id"})


def insert(org: "Org", sobject: SObject, values: Values, *, user: str | None) -> str:
    """Create a record and give its id."""
    org.access.sobject(sobject.name, user, "Create")
    written = _checked(org, sobject, values, user=user, creating=True)
    twin = member_already(org, sobject.name, written)
    if twin is not None:
        update(org, sobject, str(twin["Id"]), {k: v for k, v in written.items() if k not in FIXED}, user=user)
        return str(twin["Id"])
    check_split_owner(org, sobject.name, written)
    new = org.born(sobject.name, _defaults(org, sobject, user) | written, user=user)
    _save(org, sobject, None, new)
    return cast("str", new["Id"])


def update(org: "Org", sobject: SObject, record_id: str, values: Values, *, user: str | None) -> None:
    """Change a record. A save without a change still moves SystemModstamp, as in Salesforce."""
    org.access.sobject(sobject.name, user, "Edit")
    old = living(org, sobject, record_id)
    check_change(org, sobject, old, user)
    written = _checked(org, sobject, values, user=user, creating=False)
    new = old | {name: value for name, value in written.items() if name not in ignored(sobject.name, old)}
    org.touch(new, user=user)
    _save(org, sobject, old, new)


def upsert(
    org: "Org", sobject: SObject, key: Field, value: Any, values: Values, *, user: str | None
) -> tuple[str, bool]:
    """Update the record that holds an external id, or create it; tells which."""
    if key.type == "id":
        if value in (None, ""):
            return insert(org, sobject, values, user=user), True
        update(org, sobject, str(value), values, user=user)
        return id18(str(value)), False
    if value in (None, ""):
        raise RowError("MISSING_ARGUMENT", f"{key.name} not specified", fields=())
    rest = {name: each for name, each in values.items() if name.lower() != key.name.lower()}
    matching = living_matches(org, sobject, key, value)
    if len(matching) > 1:
        raise RowError(
            "DUPLICATE_EXTERNAL_ID", f"{key.name}: more than one record found for external id field", status=300
        )
    if matching:
        record_id = cast("str", matching[0]["Id"])
        update(org, sobject, record_id, rest, user=user)
        return record_id, False
    return insert(org, sobject, {**rest, key.name: value}, user=user), True


def living_matches(org: "Org", sobject: SObject, key: Field, value: Any) -> list[Row]:
    """Give the records, not deleted, that hold a value in an external id field."""
    found = org.tables[sobject.name].find(key.name, stored(key, value))
    return [row for row in found if not row.get("IsDeleted")]


def external_key(org: "Org", sobject: SObject, name: str, *, user: str | None) -> Field:
    """Give the field by which records are upserted; NOT_FOUND when it is not an external id."""
    field = sobject.find(name)
    if field is None or not org.access.sees(sobject, field, user) or not (field.external_id or field.type == "id"):
        message = f"Provided external ID field does not exist or is not accessible: {name}"
        raise ApiError("NOT_FOUND", message, status=404)
    return field


def living(org: "Org", sobject: SObject, record_id: str) -> Row:
    """Give a record that can be changed; RowError when the id is malformed, unknown or in the recycle bin."""
    if not looks_like_id(record_id):
        raise RowError("MALFORMED_ID", f"{sobject.label} ID: id value of incorrect type: {record_id}", fields=("Id",))
    row = org.tables[sobject.name].rows.get(id18(record_id))
    if row is None:
        raise bad_reference()
    if row.get("IsDeleted"):
        raise entity_is_deleted()
    return row


def resave(org: "Org", sobject: SObject, row: Row, changes: Row) -> None:
    """Let the platform itself change a record: no field-level security, no rules."""
    new = row | changes
    org.touch(new)
    before_save(org, sobject.name, row, new)
    org.tables.put(sobject.name, new)
    after_save(org, sobject.name, row, new)
    roll_up(org, sobject, new)


def _save(org: "Org", sobject: SObject, old: Row | None, new: Row) -> None:
    locked(org, new)
    before_save(org, sobject.name, old, new)
    for flow in org.flows.get(sobject.name, ()):
        new |= {name: stored(sobject.fields[name], value) for name, value in flow(dict(new), old).items()}
        before_save(org, sobject.name, old, new)
    _required(sobject, new)
    for predicate, code, message, fields in org.refusals.get(sobject.name, ()):
        if predicate(new):
            raise RowError(code, message, fields=fields)
    _unique(org, sobject, new)
    org.tables.put(sobject.name, new)
    after_save(org, sobject.name, old, new)
    roll_up(org, sobject, new)


def locked(org: "Org", row: Row) -> None:
    """Strike with fault `lock_row`: the record, its account or its opportunity is held by somebody else."""
    holding = {row.get("Id"), row.get("AccountId"), row.get("OpportunityId")}
    for rule in org.faults.standing("lock_row"):
        if id18(str(rule.args.get("id"))) in holding:
            rule.strike()
            message = f"unable to obtain exclusive access to this record or 1 records: {rule.args['id']}"
            raise RowError("UNABLE_TO_LOCK_ROW", message, fields=())


def _defaults(org: "Org", sobject: SObject, user: str | None) -> Row:
    row = dict(sobject.defaults)
    if "OwnerId" in sobject.fields:
        row["OwnerId"] = user or org.integration_user
    if "CurrencyIsoCode" in sobject.fields:
        row["CurrencyIsoCode"] = org.corporate_currency
    return row


def _checked(org: "Org", sobject: SObject, values: Values, *, user: str | None, creating: bool) -> Row:
    """Turn what a client wrote into stored values, all of them checked."""
    row: Row = {}
    refused: list[str] = []
    for name, value in values.items():
        if name.lower() in _NOT_FIELDS:
            continue
        field, given = _meant(org, sobject, name, value, user)
        may_ever = field.createable if creating else field.updateable
        if not may_ever or not org.access.writes(sobject, field, user):
            refused.append(field.name)
        else:
            row[field.name] = stored(field, given)
    if refused:
        message = (
            f"Unable to create/update fields: {', '.join(refused)}. Please check the security settings of this field "
            "and verify that it is read/write for your profile or permission set."
        )
        raise RowError("INVALID_FIELD_FOR_INSERT_UPDATE", message, fields=tuple(refused))
    _references(org, sobject, row, user)
    return row


def _meant(org: "Org", sobject: SObject, name: str, value: Any, user: str | None) -> tuple[Field, Any]:
    """Give the field and value; `Payee__r: {External_Key__c: …}` means the record that holds this external id."""
    field = sobject.relationships.get(name.lower())
    if field is None or not isinstance(value, Mapping):
        return org.access.field(sobject, name, user), value
    parent = org.access.sobject(field.reference_to[0], user)
    keys = {key: each for key, each in value.items() if key != "attributes"}
    if len(keys) != 1:
        raise ApiError("INVALID_FIELD", f"{name}: exactly one external id field must be given")
    ((key_name, key_value),) = keys.items()
    matching = living_matches(org, parent, external_key(org, parent, key_name, user=user), key_value)
    if len(matching) != 1:
        message = f"Foreign key external ID: {key_value} not found for field {key_name} in entity {parent.name}"
        raise RowError("INVALID_FIELD", message, fields=())
    return field, matching[0]["Id"]


def _references(org: "Org", sobject: SObject, row: Row, user: str | None) -> None:
    for name, value in row.items():
        field = sobject.fields[name]
        if field.type != "reference" or value is None:
            continue
        target = org.schema.get(field.reference_to[0])
        if not str(value).startswith(target.prefix):
            message = f"{field.label}: id value of incorrect type: {value}"
            raise RowError("FIELD_INTEGRITY_EXCEPTION", message, fields=(name,))
        found = org.tables[target.name].rows.get(str(value))
        if found is None or found.get("IsDeleted"):
            raise bad_reference(name)
        if name == "OwnerId" and not found.get("IsActive"):
            message = "operation performed with inactive user [" + str(value) + "] as owner of " + sobject.label.lower()
            raise RowError("INACTIVE_OWNER_OR_USER", message, fields=(name,))
        if name == "OwnerId":
            check_owner(org, sobject, str(value))
        check = check_change if field.master_detail and sobject.sharing == "ControlledByParent" else check_seen
        check(org, target, found, user)


def _required(sobject: SObject, new: Row) -> None:
    missing = [field.name for field in sobject.fields.values() if field.required and new.get(field.name) is None]
    if missing:
        message = f"Required fields are missing: [{', '.join(missing)}]"
        raise RowError("REQUIRED_FIELD_MISSING", message, fields=tuple(missing))


def _unique(org: "Org", sobject: SObject, new: Row) -> None:
    for field in sobject.fields.values():
        value = new.get(field.name)
        if field.unique and value is not None:
            _refuse_twin(org.tables[sobject.name].find(field.name, value), field, new)
    if sobject.name == "PermissionSetAssignment":
        twins = org.tables[sobject.name].find("AssigneeId", new["AssigneeId"])
        same = [row for row in twins if row["PermissionSetId"] == new["PermissionSetId"]]
        _refuse_twin(same, sobject.fields["PermissionSetId"], new)


def _refuse_twin(found: Iterable[Row], field: Field, new: Row) -> None:
    for twin in found:
        if twin["Id"] != new["Id"] and not twin.get("IsDeleted"):
            message = f"duplicate value found: {field.name} duplicates value on record with id: {str(twin['Id'])[:15]}"
            raise RowError("DUPLICATE_VALUE", message, fields=())
