"""How an object and its fields describe themselves, with the attributes of the running user."""

from typing import TYPE_CHECKING, Any

from sandbox.salesforce.access import Right
from sandbox.salesforce.schema import NUMBERS, TEXTS, Field, SObject

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org

_SOAP = {"boolean": "xsd:boolean", "int": "xsd:int", "date": "xsd:date", "datetime": "xsd:dateTime"}
_FILLED_BY_SERVER = frozenset({"OwnerId", "Id"})
_BYTES_PER_CHARACTER = 3
# Attributes that are the same for every field of this stand-in.
_CONSTANT: dict[str, Any] = {
    "aiPredictionField": False,
    "calculatedFormula": None,
    "controllerName": None,
    "defaultValueFormula": None,
    "dependentPicklist": False,
    "deprecatedAndHidden": False,
    "displayLocationInDecimal": False,
    "encrypted": False,
    "extraTypeInfo": None,
    "filteredLookupInfo": None,
    "formulaTreatNullNumberAsZero": False,
    "highScaleNumber": False,
    "htmlFormatted": False,
    "mask": None,
    "maskType": None,
    "polymorphicForeignKey": False,
    "queryByDistance": False,
    "referenceTargetField": None,
    "restrictedDelete": False,
    "searchPrefilterable": False,
}
_URLS = {"rowTemplate": "/{ID}", "describe": "/describe", "sobject": ""}


def describe_field(org: "Org", sobject: SObject, field: Field, user: str) -> dict[str, Any]:
    """Describe one field."""
    writes = org.access.writes(sobject, field, user)
    text = field.type in TEXTS
    return {
        **_CONSTANT,
        "aggregatable": field.filterable and field.type != "boolean",
        "autoNumber": field.display_format is not None,
        "byteLength": field.length * _BYTES_PER_CHARACTER if text else field.length,
        "calculated": field.calculated,
        "cascadeDelete": field.master_detail,
        "caseSensitive": field.case_sensitive,
        "compoundFieldName": _compound(sobject, field),
        "createable": field.createable and writes,
        "custom": field.custom,
        "defaultValue": field.default,
        "defaultedOnCreate": field.default is not None or field.name in _FILLED_BY_SERVER,
        "digits": field.precision if field.type == "int" else 0,
        "externalId": field.external_id,
        "filterable": field.filterable,
        "groupable": field.filterable and field.type not in NUMBERS | {"datetime"},
        "idLookup": field.external_id or field.type == "id",
        "inlineHelpText": field.help_text,
        "label": field.label,
        "length": field.length,
        "name": field.name,
        "nameField": field.name_field,
        "namePointing": False,
        "nillable": not field.required and field.type != "boolean" and field.name not in _FILLED_BY_SERVER,
        "permissionable": field.permissionable or (not field.required and (field.createable or field.updateable)),
        "picklistValues": [_value(value) for value in field.picklist],
        "precision": field.precision if field.type in NUMBERS else 0,
        "referenceTo": list(field.reference_to),
        "relationshipName": field.relationship_name,
        "relationshipOrder": 0 if field.master_detail else None,
        "restrictedPicklist": field.restricted,
        "scale": field.scale,
        "soapType": _soap(field),
        "sortable": field.filterable,
        "type": field.type,
        "unique": field.unique,
        "updateable": field.updateable and writes,
        "writeRequiresMasterRead": False,
    }


def describe_global(sobject: SObject, version: str) -> dict[str, Any]:
    """Describe an object as the list of objects does."""
    base = f"/services/data/v{version}/sobjects/{sobject.name}"
    keeps = not sobject.setup
    return {
        "activateable": False,
        "associateEntityType": None,
        "associateParentEntity": None,
        "createable": keeps,
        "custom": sobject.custom,
        "customSetting": False,
        "deepCloneable": False,
        "deletable": keeps,
        "deprecatedAndHidden": False,
        "feedEnabled": False,
        "hasSubtypes": False,
        "isInterface": False,
        "isSubtype": False,
        "keyPrefix": sobject.prefix,
        "label": sobject.label,
        "labelPlural": sobject.plural,
        "layoutable": keeps,
        "mergeable": sobject.name == "Account",
        "mruEnabled": keeps,
        "name": sobject.name,
        "queryable": True,
        "replicateable": keeps,
        "retrieveable": True,
        "searchable": keeps,
        "triggerable": keeps,
        "undeletable": keeps,
        "updateable": keeps,
        "urls": {name: base + path for name, path in _URLS.items()},
    }


def describe_sobject(org: "Org", sobject: SObject, user: str, version: str) -> dict[str, Any]:
    """Describe an object with the fields that the user sees."""
    fields = [field for field in sobject.fields.values() if org.access.sees(sobject, field, user)]
    return {
        **describe_global(sobject, version),
        **_rights(org, sobject, user),
        "actionOverrides": [],
        "childRelationships": _children(org, sobject, user),
        "compactLayoutable": False,
        "defaultImplementation": None,
        "extendedBy": None,
        "extendsInterfaces": None,
        "fields": [describe_field(org, sobject, field, user) for field in fields],
        "implementedBy": None,
        "implementsInterfaces": None,
        "listviewable": None,
        "lookupLayoutable": None,
        "namedLayoutInfos": [],
        "networkScopeFieldName": None,
        "recordTypeInfos": [],
        "searchLayoutable": True,
        "sobjectDescribeOption": "FULL",
        "supportedScopes": [{"label": f"All {sobject.plural.lower()}", "name": "everything"}],
    }


def _rights(org: "Org", sobject: SObject, user: str) -> dict[str, bool]:
    """What the user may do with an object's records."""
    rights: dict[str, Right] = {"createable": "Create", "updateable": "Edit", "deletable": "Delete"}
    return {name: not sobject.setup and org.access.may(sobject, user, right) for name, right in rights.items()}


def _children(org: "Org", sobject: SObject, user: str) -> list[dict[str, Any]]:
    """The references to an object that the user sees."""
    return [
        _child(child, hop)
        for child, hop in org.schema.children(sobject.name)
        if org.access.may(child, user, "Read") and org.access.sees(child, hop, user)
    ]


def _child(child: SObject, hop: Field) -> dict[str, Any]:
    return {
        "cascadeDelete": hop.master_detail,
        "childSObject": child.name,
        "deprecatedAndHidden": False,
        "field": hop.name,
        "junctionIdListNames": [],
        "junctionReferenceTo": [],
        "relationshipName": f"{hop.child_name}__r" if hop.child_name else None,
        "restrictedDelete": False,
    }


def _compound(sobject: SObject, field: Field) -> str | None:
    if sobject.name == "User" and field.name in {"FirstName", "LastName"}:
        return "Name"
    address = field.name.startswith("Billing") and field.name != "BillingAddress"
    return "BillingAddress" if address else None


def _soap(field: Field) -> str:
    if field.type in NUMBERS:
        return "xsd:double"
    if field.type == "address":
        return "urn:address"
    return "tns:ID" if field.type in {"id", "reference"} else _SOAP.get(field.type, "xsd:string")


def _value(value: str) -> dict[str, Any]:
    return {"active": True, "defaultValue": False, "label": value, "validFor": None, "value": value}
