"""What requests hold. Members that are not named here are ignored, as HubSpot does, unless a type forbids them."""

from decimal import Decimal
from typing import Any, Literal

from msgspec import Struct, field

Text = str | int
"""Ids come as texts and as numbers."""
Values = dict[str, Any]


class Ref(Struct):
    """A record."""

    id: Text


class Spec(Struct, rename="camel"):
    """A kind of association."""

    association_category: str
    association_type_id: int


class NewLink(Struct):
    """An association of a new record."""

    to: Ref
    types: list[Spec]


class Save(Struct):
    """One record to make or change."""

    properties: Values
    associations: list[NewLink] | None = None


class Row(Struct, rename="camel"):
    """One input of a batch."""

    id: Text = ""
    id_property: str | None = None
    object_write_trace_id: str | None = None
    properties: Values | None = None
    associations: list[NewLink] | None = None
    after: Text | None = None

    @property
    def text(self) -> str:
        """The id as text."""
        return str(self.id)

    @property
    def values(self) -> Values:
        """The properties to write."""
        return self.properties or {}


class Batch(Struct, rename="camel"):
    """Many records; without `inputs` there is nothing to do, which is no error."""

    inputs: list[Row] | None = None
    properties: list[str] | None = None
    properties_with_history: list[str] | None = None
    id_property: str | None = None


class Merge(Struct, rename="camel"):
    """Two records to become one."""

    primary_object_id: Text
    object_id_to_merge: Text


class Pair(Struct):
    """Two records to associate."""

    source: Ref = field(name="from")
    to: Ref
    types: list[Spec] = []


class Pairs(Struct):
    """Many pairs."""

    inputs: list[Pair] | None = None


class Fan(Struct):
    """A record and many others."""

    source: Ref = field(name="from")
    to: list[Ref]


class Fans(Struct):
    """Many records, each with others."""

    inputs: list[Fan] | None = None


class LabelBody(Struct, rename="camel"):
    """A kind of association to make."""

    name: str
    label: str


class Share(Struct, rename="camel"):
    """One person's share of a deal."""

    owner_id: Text
    percentage: Decimal


class Shares(Struct):
    """A deal's shares."""

    id: Text
    splits: list[Share] = []


class SharesOfMany(Struct):
    """Many deals' shares."""

    inputs: list[Shares] | None = None


class Filter(Struct, rename="camel"):
    """One condition of a search."""

    property_name: str
    operator: str
    value: Any = None
    high_value: Any = None
    values: list[Text] | None = None


class FilterGroup(Struct):
    """Conditions that must all hold."""

    filters: list[Filter] = []


class Sort(Struct, rename="camel"):
    """The order of what is found."""

    property_name: str
    direction: str = "ASCENDING"


class Search(Struct, rename="camel", forbid_unknown_fields=True):
    """A search."""

    filter_groups: list[FilterGroup] | None = None
    filters: list[Filter] | None = None
    sorts: list[str | Sort] | None = None
    query: str | None = None
    properties: list[str] | None = None
    limit: int | None = None
    after: Text | None = None


class ExportSearch(Struct):
    """Which records to export."""

    filters: list[Filter] | None = None
    sorts: list[str] | None = None
    query: str | None = None


class Export(Struct, rename="camel"):
    """A file to make."""

    export_type: str
    format: str
    export_name: str
    object_type: str
    language: str
    object_properties: list[str]
    export_internal_values_options: list[Literal["NAMES", "VALUES"]] | None = None
    associated_object_type: str | None = None
    list_id: Text | None = None
    public_crm_search_request: ExportSearch | None = None


class OptionBody(Struct, rename="camel"):
    """One option of an enumeration."""

    label: str
    value: str
    display_order: int = -1
    hidden: bool = False
    description: str | None = None


class PropertyBody(Struct, rename="camel", forbid_unknown_fields=True):
    """A property to make."""

    name: str
    label: str
    type: str
    field_type: str
    group_name: str = ""
    description: str | None = None
    options: list[OptionBody] | None = None
    display_order: int = -1
    has_unique_value: bool = False
    external_options: bool = False
    referenced_object_type: str | None = None
    hidden: bool = False
    form_field: bool = False
    number_display_hint: str | None = None
    show_currency_symbol: bool = False
    data_sensitivity: str | None = None
    calculation_formula: str | None = None


class PropertyChange(Struct, rename="camel", forbid_unknown_fields=True):
    """What may be changed of a property."""

    label: str | None = None
    type: str | None = None
    field_type: str | None = None
    group_name: str | None = None
    description: str | None = None
    options: list[OptionBody] | None = None
    display_order: int | None = None
    hidden: bool | None = None
    form_field: bool | None = None


class Name(Struct):
    """The name of a property."""

    name: str


class Names(Struct):
    """Many names."""

    inputs: list[Name] | None = None
    archived: bool = False


class Definitions(Struct):
    """Many properties to make."""

    inputs: list[PropertyBody] | None = None


class GroupBody(Struct, rename="camel"):
    """A group to make."""

    name: str
    label: str
    display_order: int = -1


class GroupChange(Struct, rename="camel"):
    """What may be changed of a group."""

    label: str | None = None
    display_order: int | None = None


class StageMetadata(Struct, rename="camel"):
    """What a stage means."""

    probability: str | None = None
    is_closed: str | bool | None = None


class StageBody(Struct, rename="camel"):
    """A stage to make or change."""

    label: str | None = None
    display_order: int | None = None
    metadata: StageMetadata = field(default_factory=StageMetadata)


class PipelineBody(Struct, rename="camel"):
    """A pipeline to make."""

    label: str
    stages: list[StageBody]
    display_order: int = 0


class PipelineChange(Struct, rename="camel"):
    """What may be changed of a pipeline."""

    label: str | None = None
    display_order: int | None = None


class Labels(Struct):
    """What a type is called."""

    singular: str
    plural: str


class SchemaBody(Struct, rename="camel", forbid_unknown_fields=True):
    """A custom type to make."""

    name: str
    labels: Labels
    primary_display_property: str
    required_properties: list[str] = []
    searchable_properties: list[str] = []
    secondary_display_properties: list[str] = []
    properties: list[PropertyBody] = []
    associated_objects: list[str] = []
    description: str | None = None
    allows_sensitive_properties: bool = False


class SchemaChange(Struct, rename="camel", forbid_unknown_fields=True):
    """What may be changed of a custom type."""

    labels: Labels | None = None
    primary_display_property: str | None = None
    required_properties: list[str] | None = None
    searchable_properties: list[str] | None = None
    secondary_display_properties: list[str] | None = None
    description: str | None = None


class AssociationBody(Struct, rename="camel"):
    """A type that a custom type may be associated with."""

    to_object_type_id: str
    name: str | None = None
