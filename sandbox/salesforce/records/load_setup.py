"""The configuration part of a document: organization, currencies, custom fields, stages."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sandbox.salesforce.errors import ApiError, LoadProblem
from sandbox.salesforce.records.beginnings import add_stage
from sandbox.salesforce.records.values import stored
from sandbox.salesforce.schema import Field, label_of
from sandbox.salesforce.standard import enable_multi_currency

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org

Record = Mapping[str, Any]
SETUP_KEYS = ("organization", "multi_currency", "currencies", "dated_rates", "custom_fields")
# In this order, for a record can only point at what is there.
SECTIONS = {
    "user_roles": "UserRole",
    "users": "User",
    "accounts": "Account",
    "products": "Product2",
    "contracts": "Contract",
    "opportunities": "Opportunity",
}
CHILDREN = {
    "Opportunity": {"Lines": "OpportunityLineItem", "Splits": "OpportunitySplit", "Team": "OpportunityTeamMember"}
}
_CURRENCY_DEFAULTS = {"DecimalPlaces": 2, "IsCorporate": False, "IsActive": True}
_LENGTHS = {"string": 255, "picklist": 255, "email": 80, "url": 255, "phone": 40, "textarea": 32_000}
_FIELD_KEYS = frozenset(
    {
        "name",
        "type",
        "label",
        "length",
        "precision",
        "scale",
        "values",
        "restricted",
        "reference_to",
        "external_id",
        "unique",
    }
)


def load_setup(org: "Org", document: Record) -> None:
    """Configure the org as the document says."""
    _organization(org, document.get("organization") or {})
    if document.get("multi_currency"):
        org.multi_currency = True
        enable_multi_currency(org.schema)
        _rates(org, document)
    elif document.get("currencies") or document.get("dated_rates"):
        raise LoadProblem("currencies and dated_rates need `multi_currency: true`")
    for sobject, fields in (document.get("custom_fields") or {}).items():
        for declared in fields:
            org.schema.add_field(sobject, _custom_field(sobject, declared))


def _organization(org: "Org", values: Record) -> None:
    table = org.tables["Organization"]
    old = org.organization
    new = dict(old)
    for name, value in values.items():
        field = table.sobject.fields.get(name)
        if field is None:
            raise LoadProblem(f"organization: {name} is no field of Organization")
        new[name] = stored(field, value)
    table.remove(str(old["Id"]))
    org.tables.load("Organization", [new])
    org.corporate_currency = str(new.get("DefaultCurrencyIsoCode") or org.corporate_currency)


def _rates(org: "Org", document: Record) -> None:
    for section, name in (("currencies", "CurrencyType"), ("dated_rates", "DatedConversionRate")):
        sobject = org.schema.get(name)
        defaults = _CURRENCY_DEFAULTS if name == "CurrencyType" else {}
        for place, record in enumerate(document.get(section) or ()):
            try:
                values = {key: stored(sobject.fields[key], value) for key, value in {**defaults, **record}.items()}
            except (ApiError, KeyError) as problem:
                raise LoadProblem(f"{section}[{place}]: {problem}") from None
            org.tables.load(name, [org.born(name, values)])
    corporate = org.tables["CurrencyType"].find("IsCorporate", value=True)
    if corporate:
        org.corporate_currency = str(corporate[0]["IsoCode"])


def _custom_field(sobject: str, declared: Record) -> Field:
    name, kind = str(declared.get("name", "")), str(declared.get("type", ""))
    if not name.endswith("__c") or set(declared) - _FIELD_KEYS:
        raise LoadProblem(
            f"custom_fields.{sobject}: {dict(declared)}: expected a name ending in __c and {sorted(_FIELD_KEYS)}"
        )
    target = declared.get("reference_to")
    return Field(
        name=name,
        type=kind,
        label=str(declared.get("label") or label_of(name)),
        length=int(declared.get("length", 18 if target else _LENGTHS.get(kind, 0))),
        precision=int(declared.get("precision", 18)),
        scale=int(declared.get("scale", 0)),
        reference_to=(str(target),) if target else (),
        relationship_name=name.removesuffix("c") + "r" if target else None,
        picklist=tuple(declared.get("values", ())),
        restricted=bool(declared.get("restricted")),
        external_id=bool(declared.get("external_id")),
        unique=bool(declared.get("unique")),
        default=False if kind == "boolean" else None,
    )


def take_stages(org: "Org", stages: Iterable[Record], opportunities: Iterable[Record]) -> None:
    """Add the stages that the document declares, then those that its records show; a contradiction is refused."""
    for stage in stages:
        _stage(org, str(stage.get("MasterLabel") or stage["ApiName"]), stage)
    for place, record in enumerate(opportunities):
        label = record.get("StageName")
        if label is None:
            continue
        known = org.tables["OpportunityStage"].find("MasterLabel", label)
        if not known:
            if "IsClosed" not in record or "IsWon" not in record:
                raise LoadProblem(f"opportunities[{place}]: stage {label!r} is unknown: declare it in `stages`")
            _stage(org, str(label), record)
        elif any(bool(record.get(name, known[0][name])) != known[0][name] for name in ("IsClosed", "IsWon")):
            raise LoadProblem(
                f"opportunities[{place}] ({record.get('Id', 'no Id')}): IsClosed or IsWon contradict stage {label!r}"
            )


def _stage(org: "Org", label: str, given: Record) -> None:
    table = org.tables["OpportunityStage"]
    for old in table.find("MasterLabel", label):
        table.remove(str(old["Id"]))
    closed, won = bool(given.get("IsClosed")), bool(given.get("IsWon"))
    category = "Closed" if won else "Omitted" if closed else "Pipeline"
    probability = "100" if won else "0" if closed else "50"
    add_stage(
        org,
        label,
        closed=closed,
        won=won,
        category=str(given.get("ForecastCategory") or category),
        probability=str(given.get("DefaultProbability", given.get("Probability")) or probability),
    )
