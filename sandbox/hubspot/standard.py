"""The standard object types, one line a property, written from what the published references name.

A type's line: id, singular, plural, label. `defaults`, `required`, `search`: lists. A property's line: name, type,
field type (default by type), flags: `ro` not writable; `calc` worked out by HubSpot, not writable; `unique`; `owner`
holds owner ids; `money`; `=value:Label|…` options.
"""

from sandbox.hubspot.schema import ALWAYS, ObjectType, Option, Property, Schema, label_of

_FIELD_TYPES = {
    "string": "text",
    "number": "number",
    "date": "date",
    "datetime": "date",
    "enumeration": "select",
    "bool": "booleancheckbox",
}
_EVERYWHERE = """
  hs_createdate datetime ro
  hs_lastmodifieddate datetime ro
  hs_object_id number ro
  hs_merged_object_ids enumeration checkbox ro
  hs_object_source string ro
  hs_object_source_id string ro
  hs_object_source_label string ro
  hs_unique_creation_key string ro
  hs_read_only bool ro
  hs_updated_by_user_id number ro
  hs_created_by_user_id number ro
"""
_DATED = """
  createdate datetime ro
"""
_OWNED = """
  hubspot_owner_id enumeration select owner
  hubspot_owner_assigneddate datetime ro
  hubspot_team_id enumeration select calc
  hs_all_owner_ids enumeration checkbox calc
"""
_STANDARD = """
type 0-3 deal deals Deal
defaults amount,closedate,createdate,dealname,dealstage,hs_lastmodifieddate,hs_object_id,pipeline
required dealname,dealstage
search dealname,pipeline,dealstage,description,dealtype
  dealname string
  description string textarea
  amount number money
  closedate datetime
  pipeline enumeration
  dealstage enumeration radio
  dealtype enumeration radio =newbusiness:New Business|existingbusiness:Existing Business
  deal_currency_code enumeration
  closed_won_reason string textarea
  closed_lost_reason string textarea
  hs_next_step string
  hs_priority enumeration select =low:Low|medium:Medium|high:High
  hs_manual_forecast_category enumeration select =OMIT:Omit|PIPELINE:Pipeline|BEST_CASE:Best|COMMIT:Commit|CLOSED:Closed
  hs_forecast_probability number
  hs_deal_amount_calculation_preference string
  hs_all_collaborator_owner_ids enumeration checkbox owner
  hs_cross_sell_opportunity string
  hs_is_closed bool calc
  hs_is_closed_won bool calc
  hs_is_closed_lost bool calc
  hs_is_closed_count number calc
  hs_is_open_count number calc
  hs_deal_stage_probability number calc
  hs_forecast_amount number calc money
  hs_projected_amount number calc money
  hs_closed_amount number calc money
  hs_closed_amount_in_home_currency number calc money
  hs_closed_won_date datetime calc
  amount_in_home_currency number calc money
  hs_exchange_rate number calc
  days_to_close number calc
  hs_primary_associated_company number calc
  hs_num_of_associated_line_items number calc
  hs_num_associated_deal_splits number calc
  hs_is_deal_split bool calc
  hs_all_deal_split_owner_ids enumeration checkbox calc
  hs_user_ids_of_all_owners enumeration checkbox calc
  hs_acv number calc money
  hs_arr number calc money
  hs_mrr number calc money
  hs_tcv number calc money
type 0-2 company companies Company
defaults createdate,domain,hs_lastmodifieddate,hs_object_id,name
search name,domain,phone
  name string
  domain string
  description string textarea
  phone string
  website string
  industry enumeration
  type enumeration select =PROSPECT:Prospect|PARTNER:Partner|RESELLER:Reseller|VENDOR:Vendor|OTHER:Other
  lifecyclestage enumeration radio =lead:Lead|opportunity:Opportunity|customer:Customer|other:Other
  address string
  city string
  state string
  zip string
  country string
  numberofemployees number
  annualrevenue number money
  hs_parent_company_id number calc
  hs_num_open_deals number calc
  num_associated_deals number calc
type 0-1 contact contacts Contact
defaults createdate,email,firstname,hs_object_id,lastmodifieddate,lastname
search firstname,lastname,email,phone,company
  email string unique
  firstname string
  lastname string
  phone string
  company string
  jobtitle string
  lastmodifieddate datetime ro
type 0-8 line_item line_items Line item
defaults createdate,hs_lastmodifieddate,hs_object_id,hs_product_id,name,quantity
search name,hs_sku
  name string
  description string textarea
  hs_product_id number
  hs_sku string
  quantity number
  price number money
  amount number money
  discount number money
  hs_discount_percentage number
  hs_total_discount number calc money
  hs_cost_of_goods_sold number money
  hs_line_item_currency_code enumeration
  recurringbillingfrequency enumeration select =monthly:Monthly|quarterly:Quarterly|annually:Annually
  hs_recurring_billing_period string
  hs_recurring_billing_start_date date
  hs_recurring_billing_number_of_payments number
  hs_term_in_months number
  hs_acv number calc money
  hs_arr number calc money
  hs_mrr number calc money
  hs_tcv number calc money
type 0-7 product products Product
defaults createdate,description,hs_lastmodifieddate,hs_object_id,name,price
search name,hs_sku
  name string
  description string textarea
  hs_sku string
  price number money
  hs_cost_of_goods_sold number money
type 0-46 note notes Note
defaults hs_createdate,hs_lastmodifieddate,hs_object_id
required hs_timestamp
search hs_note_body
  hs_timestamp datetime
  hs_note_body string textarea
type 0-74 goal_target goal_targets Goal
defaults createdate,hs_lastmodifieddate,hs_object_id
search hs_goal_name
  hs_goal_name string
  hs_target_amount number money
  hs_start_datetime datetime
  hs_end_datetime datetime
  hs_assignee_user_id number
  hs_assignee_team_id number
  hs_kpi_display_unit string
type 0-115 user users User
defaults hs_createdate,hs_lastmodifieddate,hs_object_id
search hs_given_name,hs_family_name,hs_email
  hs_given_name string ro
  hs_family_name string ro
  hs_email string ro
  hs_internal_user_id number ro
  hs_job_title string
  hs_standard_time_zone string
  hs_deactivated bool ro
type 0-72 deal_split deal_splits Deal split
defaults hs_deal_split_percentage,hs_object_id,hubspot_owner_id
search
  hs_deal_split_percentage number ro
"""
_GROUPS = {"deal": "dealinformation", "company": "companyinformation", "contact": "contactinformation"}
_MODIFIED = {"0-1": "lastmodifieddate"}


def modified_name(kind: ObjectType) -> str:
    """The property that says when a record was last changed: contacts have a name of their own for it."""
    return _MODIFIED.get(kind.id, ALWAYS[1])


def standard_schema() -> Schema:
    """Give the standard types."""
    schema = Schema()
    for text in _STANDARD.split("\ntype ")[1:]:
        kind = _type(text)
        schema.add(kind)
    return schema


def _type(text: str) -> ObjectType:
    head, *lines = text.splitlines()
    identity, singular, plural, label = head.split(" ", 3)
    lists = {line.split(" ")[0]: tuple(filter(None, line.split(" ")[1:])) for line in lines if line[0] != " "}
    listed = {name: tuple(found[0].split(",")) if found else () for name, found in lists.items()}
    kind = ObjectType(
        id=identity,
        singular=singular,
        plural=plural,
        label=label,
        defaults=listed.get("defaults", ()),
        required=listed.get("required", ()),
        searchable=listed.get("search", ()),
    )
    own = [line for line in lines if line[0] == " "]
    for line in (*own, *_shared()):
        kind.add(property_of(line, _GROUPS.get(singular, f"{singular}information")))
    return kind


def _shared() -> list[str]:
    return [line for line in (_EVERYWHERE + _DATED + _OWNED).splitlines() if line]


def furnish_custom(kind: ObjectType) -> None:
    """Give a customer's type the properties that every type has."""
    for line in _shared():
        kind.add(property_of(line, f"{kind.singular}_information"))


def property_of(line: str, group: str) -> Property:
    """Read one property's line."""
    written, _, options = line.strip().partition(" =")
    name, kind, *rest = written.split(" ")
    flags = {"ro", "calc", "unique", "owner", "money"} & set(rest)
    field_types = [each for each in rest if each not in flags]
    return Property(
        name=name,
        label=label_of(name),
        type=kind,
        field_type=field_types[0] if field_types else _FIELD_TYPES[kind],
        group=group,
        options=tuple(_option(place, text) for place, text in enumerate(filter(None, options.split("|")))),
        hubspot_defined=True,
        calculated="calc" in flags,
        read_only=bool({"ro", "calc"} & flags),
        unique="unique" in flags,
        owner="owner" in flags,
        currency="money" in flags,
    )


def _option(place: int, text: str) -> Option:
    value, _, label = text.partition(":")
    return Option(value=value, label=label, order=place)
