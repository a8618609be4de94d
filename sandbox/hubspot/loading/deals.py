"""Opportunities of the document: deals with their line items, splits and collaborators."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sandbox.hubspot.clock import iso
from sandbox.hubspot.errors import LoadProblem
from sandbox.hubspot.loading.setup import DEAL, RENEWALS, add_options, add_property
from sandbox.hubspot.loading.taking import Taking
from sandbox.hubspot.loading.texts import internal, local_instant, number_text, property_name
from sandbox.hubspot.records.tables import Record
from sandbox.hubspot.schema import Property

Given = Mapping[str, Any]
LINE = "0-8"
PRIMARY_COMPANY, LINE_ITEM = 5, 19
_STANDARD = {"Name": "dealname", "Amount": "amount", "Description": "description", "NextStep": "hs_next_step"}
_HANDLED = frozenset(
    {"AccountId", "StageName", "IsClosed", "IsWon", "CloseDate", "Type", "LeadSource", "Lines", "Splits", "Team"}
)
_LINE_KEYS = {"Product2Id", "Quantity", "TotalPrice"}
_PRICE_DIGITS = 6


def take_deals(taking: Taking, opportunities: Iterable[Given]) -> None:
    """Make deals and all that hangs on them."""
    deals = list(opportunities)
    _prepare(taking, deals)
    kind, records = taking.portal.schema.get(DEAL), []
    lines: list[Record] = []
    splits: dict[int, list[Record]] = {}
    for place, given in enumerate(deals):
        where = f"opportunities[{place}] ({given['Id']})"
        number = taking.numbers.of("opportunities", given["Id"], where)
        values = taking.values(where, kind, given, _STANDARD, _HANDLED) | _stage_values(taking, given, number, where)
        own_lines = _lines(taking, given, number, where)
        values |= _derived(taking, given, own_lines, where)
        record = taking.record(number, values, given, where)
        _date_stage(record)
        records.append(record)
        lines += own_lines
        _associate(taking, given, number, where)
        if given.get("Splits"):
            splits[number] = _splits(taking, given, record, where)
    taking.portal.tables[DEAL].fill(records)
    taking.portal.tables[LINE].fill(lines)
    for deal, own in splits.items():
        taking.portal.splits.keep(deal, own)


def _prepare(taking: Taking, deals: list[Given]) -> None:
    """Make the options and properties that the deals need."""
    portal = taking.portal
    kind, now = portal.schema.get(DEAL), portal.now_ms()
    types = sorted({str(deal["Type"]) for deal in deals if deal.get("Type")})
    add_options(kind, "dealtype", [(internal(each), each) for each in types])
    add_property(kind, "lead_source", "Lead source", "picklist", now)
    sources = sorted({str(deal["LeadSource"]) for deal in deals if deal.get("LeadSource")})
    add_options(kind, "lead_source", [(source, source) for source in sources])
    roles = {str(member["TeamMemberRole"]) for deal in deals for member in deal.get("Team") or ()}
    for role in sorted(roles):
        kind.add(
            Property(
                name=role_property(role),
                label=f"{role} of the deal",
                type="enumeration",
                field_type="checkbox",
                group="dealinformation",
                owner=True,
                created_ms=now,
                changed_ms=now,
            )
        )


def role_property(role: str) -> str:
    """Name the property that holds the owner ids of a team role; HubSpot's collaborators have no roles.

    >>> role_property("SDR"), role_property("Sales Engineer")
    ('team_sdr', 'team_sales_engineer')
    """
    return f"team_{property_name(role)}"


def _stage_values(taking: Taking, given: Given, number: int, where: str) -> dict[str, str]:
    """Pipeline, stage and dates. Renewals have a pipeline of their own."""
    values: dict[str, str] = {}
    label = given.get("StageName")
    if label is not None:
        pipeline = taking.portal.pipelines.get(RENEWALS if given.get("Type") == "Renewal" else "default")
        stage = next(stage for stage in pipeline.stages.values() if stage.label == label)
        values |= {"pipeline": pipeline.id, "dealstage": stage.id}
    if given.get("CloseDate"):
        try:
            day = date.fromisoformat(str(given["CloseDate"]))
        except ValueError:
            raise LoadProblem(f"{where}: CloseDate {given['CloseDate']!r} is no day") from None
        values["closedate"] = iso(local_instant(day, number, taking.portal.zone))
    return values


def _derived(taking: Taking, given: Given, lines: list[Record], where: str) -> dict[str, str]:
    values: dict[str, str] = {}
    if given.get("Type"):
        values["dealtype"] = internal(str(given["Type"]))
    if given.get("LeadSource"):
        values["lead_source"] = str(given["LeadSource"])
    if given.get("CurrencyIsoCode"):
        values["deal_currency_code"] = str(given["CurrencyIsoCode"])
    if lines and "Amount" not in given:
        values["amount"] = f"{sum((Decimal(line.values['amount']) for line in lines), Decimal(0)):f}"
    team: dict[str, list[str]] = {}
    for member in given.get("Team") or ():
        owner = str(taking.numbers.of("users", member["UserId"], where))
        team.setdefault(role_property(str(member["TeamMemberRole"])), []).append(owner)
    if team:
        values["hs_all_collaborator_owner_ids"] = ";".join(dict.fromkeys(each for ids in team.values() for each in ids))
    return values | {name: ";".join(ids) for name, ids in team.items()}


def _date_stage(record: Record) -> None:
    """Say when the deal entered its stage: a closed one on its close date, an open one when it was made."""
    stage = record.values.get("dealstage")
    if stage:
        closed = record.values.get("closedate") if stage.startswith("closed") else None
        record.values[f"hs_v2_date_entered_{stage}"] = closed or iso(record.created_ms)


def _lines(taking: Taking, given: Given, deal: int, where: str) -> list[Record]:
    portal, made = taking.portal, []
    for place, line in enumerate(given.get("Lines") or ()):
        here = f"{where}.Lines[{place}]"
        if unknown := set(line) - _LINE_KEYS - taking.ignore:
            raise LoadProblem(f"{here}: {sorted(unknown)} have no place in a portal: list them in `ignore`")
        values = _line_values(taking, line, here)
        if given.get("CurrencyIsoCode"):
            values["hs_line_item_currency_code"] = str(given["CurrencyIsoCode"])
        record = taking.record(portal.mint(LINE), values, given, here)
        portal.links.link(portal.links.label(LINE_ITEM), deal, record.id)
        made.append(record)
    return made


def _line_values(taking: Taking, line: Given, where: str) -> dict[str, str]:
    """The amount is the document's; the price of one follows from it, to six decimals."""
    amount, quantity = number_text(line["TotalPrice"], where), number_text(line.get("Quantity") or 1, where)
    price = round(Decimal(amount) / Decimal(quantity), _PRICE_DIGITS)
    values = {"amount": amount, "quantity": quantity, "price": f"{price.normalize():f}"}
    if line.get("Product2Id"):
        product = taking.numbers.of("products", line["Product2Id"], where)
        named = taking.portal.tables["0-7"].live[product].values
        values |= {"hs_product_id": str(product), "name": named.get("name", ""), "hs_sku": named.get("hs_sku", "")}
    return {name: text for name, text in values.items() if text}


def _associate(taking: Taking, given: Given, deal: int, where: str) -> None:
    if given.get("AccountId"):
        links = taking.portal.links
        company = taking.numbers.of("accounts", given["AccountId"], where)
        links.link(links.label(PRIMARY_COMPANY), deal, company)


def _splits(taking: Taking, given: Given, deal: Record, where: str) -> list[Record]:
    """Percentages of the document are of a hundred, those of a portal of one."""
    made = []
    for split in given["Splits"]:
        owner = str(taking.numbers.of("users", split["SplitOwnerId"], where))
        share = Decimal(number_text(split["SplitPercentage"], where)) / 100
        record = taking.portal.splits.made(owner, f"{share.normalize():f}", deal.updated_ms)
        made.append(record)
    return made
