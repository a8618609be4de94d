"""Turns the metadata of a custom field into a field of the schema; ValueError says what is wrong with it."""

from xml.etree.ElementTree import Element

from sandbox.salesforce.deploying.metadata_zip import NAMESPACE
from sandbox.salesforce.records.summaries import OPERATIONS
from sandbox.salesforce.schema import Field, Schema

_TYPES = {
    "AutoNumber": "string",
    "Checkbox": "boolean",
    "Currency": "currency",
    "Date": "date",
    "DateTime": "datetime",
    "Email": "email",
    "Html": "textarea",
    "LongTextArea": "textarea",
    "Lookup": "reference",
    "MasterDetail": "reference",
    "MultiselectPicklist": "multipicklist",
    "Number": "double",
    "Percent": "percent",
    "Phone": "phone",
    "Picklist": "picklist",
    "Summary": "double",
    "Text": "string",
    "TextArea": "textarea",
    "Url": "url",
}
_LENGTHS = {"Email": 80, "Url": 255, "Phone": 40, "TextArea": 255, "Picklist": 255, "MultiselectPicklist": 4_099}
_SIZED = frozenset({"Text", "LongTextArea", "Html"})
_NUMBERS = frozenset({"Currency", "Number", "Percent"})
_LONGEST_TEXT, _MOST_DIGITS = 255, 18


def text_of(element: Element, tag: str) -> str | None:
    """Give the text of a child element."""
    return element.findtext(f"{NAMESPACE}{tag}")


def flag_of(element: Element, tag: str) -> bool:
    """Give the truth of a child element."""
    return (text_of(element, tag) or "").strip().lower() == "true"


def read_field(element: Element, schema: Schema) -> Field:
    """Make the field."""
    name, kind = text_of(element, "fullName") or "", text_of(element, "type") or ""
    if not name.endswith("__c"):
        raise ValueError(f"{name}: the name of a custom field ends in __c")
    if kind not in _TYPES:
        raise ValueError(f"{name}: field type {kind!r} is not supported here")
    if not text_of(element, "label"):
        raise ValueError(f"Required field is missing: label of {name}")
    target, summary = _target(element, kind, name, schema), _summary(element, kind, name)
    precision, scale = _digits(element, kind, name)
    read_only = kind in {"AutoNumber", "Summary"}
    return Field(
        name=name,
        type=_TYPES[kind],
        label=str(text_of(element, "label")),
        length=18 if target else _length(element, kind, name),
        precision=precision,
        scale=scale,
        createable=not read_only,
        updateable=not read_only and not (kind == "MasterDetail" and not flag_of(element, "reparentableMasterDetail")),
        required=flag_of(element, "required") or kind == "MasterDetail",
        reference_to=(target,) if target else (),
        relationship_name=name.removesuffix("c") + "r" if target else None,
        child_name=text_of(element, "relationshipName"),
        picklist=_values(element),
        restricted=flag_of(element, f"valueSet/{NAMESPACE}restricted"),
        external_id=flag_of(element, "externalId"),
        unique=flag_of(element, "unique"),
        case_sensitive=flag_of(element, "caseSensitive"),
        display_format=text_of(element, "displayFormat") if kind == "AutoNumber" else None,
        default=flag_of(element, "defaultValue") if kind == "Checkbox" else _default(element),
        master_detail=kind == "MasterDetail",
        calculated=kind == "Summary",
        summary=summary,
        help_text=text_of(element, "inlineHelpText"),
        secured=True,
    )


def _target(element: Element, kind: str, name: str, schema: Schema) -> str | None:
    if kind not in {"Lookup", "MasterDetail"}:
        return None
    target = text_of(element, "referenceTo") or ""
    if target not in schema:
        raise ValueError(f"referenceTo value of '{target}' does not resolve to a valid sObject type for field {name}")
    if not text_of(element, "relationshipName"):
        raise ValueError(f"Must specify 'relationshipName' for a CustomField of type {kind}: {name}")
    return schema.get(target).name


def _summary(element: Element, kind: str, name: str) -> tuple[str, str, str] | None:
    if kind != "Summary":
        return None
    operation, master = text_of(element, "summaryOperation") or "", text_of(element, "summaryForeignKey") or ""
    if operation not in OPERATIONS or "." not in master:
        raise ValueError(f"{name}: summaryOperation and summaryForeignKey must be given")
    return operation, text_of(element, "summarizedField") or "", master


def _digits(element: Element, kind: str, name: str) -> tuple[int, int]:
    if kind == "Summary":
        return _MOST_DIGITS, 2
    if kind not in _NUMBERS:
        return 0, 0
    precision, scale = (int(text_of(element, tag) or -1) for tag in ("precision", "scale"))
    if not 0 < precision <= _MOST_DIGITS or not 0 <= scale <= precision:
        raise ValueError(f"Must specify 'precision' and 'scale' for a CustomField of type {kind}: {name}")
    return precision, scale


def _length(element: Element, kind: str, name: str) -> int:
    if kind not in _SIZED:
        return _LENGTHS.get(kind, 30 if kind == "AutoNumber" else 0)
    length = int(text_of(element, "length") or 0)
    if length < 1 or (kind == "Text" and length > _LONGEST_TEXT):
        raise ValueError(f"Must specify 'length' for a CustomField of type {kind}: {name}")
    return length


def _values(element: Element) -> tuple[str, ...]:
    path = f"{NAMESPACE}valueSet/{NAMESPACE}valueSetDefinition/{NAMESPACE}value"
    return tuple(text_of(value, "fullName") or "" for value in element.findall(path))


def _default(element: Element) -> str | None:
    path = f"{NAMESPACE}valueSet/{NAMESPACE}valueSetDefinition/{NAMESPACE}value"
    return next((text_of(value, "fullName") for value in element.findall(path) if flag_of(value, "default")), None)
