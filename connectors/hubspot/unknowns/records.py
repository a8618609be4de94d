"""What records do: how far their past reaches back, what moves their stamps, which frequencies line items know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from connectors.answers import json_reader
from connectors.check import Check
from connectors.hubspot.associations import associations
from connectors.hubspot.lists import by_id
from connectors.hubspot.past import DEPTH
from connectors.hubspot.selection import PAGE_WITH_HISTORY, STAMP, Selection
from connectors.hubspot.session import Connection
from connectors.hubspot.unknowns.finding import Finding, found_out

STAGE = "dealstage"
LINES, LINES_READ = "line_items", 50
TOGETHER = timedelta(seconds=5)
FREQUENCY = "/crm/v3/properties/line_items/recurringbillingfrequency"
KNOWN = frozenset(
    {"weekly", "biweekly", "monthly", "quarterly", "per_six_months", "annually"}
    | {f"per_{years}_years" for years in ("two", "three", "four", "five")}
)
FEW = 5
"""Shorter pasts say nothing: a day of creation may have been set by hand."""

ONCE = timedelta(minutes=1)


class _Version(msgspec.Struct):
    timestamp: datetime


class _Deal(msgspec.Struct):
    made: datetime = msgspec.field(name="createdAt")
    properties: dict[str, list[_Version]] = msgspec.field(name="propertiesWithHistory", default_factory=dict)

    @property
    def past(self) -> list[_Version]:
        """Newest first."""
        return self.properties.get(STAGE, [])

    @property
    def cut(self) -> bool:
        """A deal has a stage from the beginning: a past of stages that begins later has lost something."""
        return bool(self.past) and self.past[-1].timestamp > self.made + ONCE


class _Deals(msgspec.Struct):
    results: list[_Deal]


class _Line(msgspec.Struct):
    id: str
    made: datetime = msgspec.field(name="createdAt")
    changed: datetime = msgspec.field(name="updatedAt")


class _Lines(msgspec.Struct):
    results: list[_Line]


class _Option(msgspec.Struct):
    value: str


class _Options(msgspec.Struct):
    options: list[_Option]


def record_unknowns(connection: Connection, deals: str) -> Iterator[Check]:
    """Found out by reading alone."""
    yield found_out("depth of histories", lambda: _depth(connection, deals))
    yield found_out("stamp of a deal whose line item changes", lambda: _line_bump(connection, deals))
    yield found_out("billing frequencies", lambda: _frequencies(connection))


def _depth(connection: Connection, deals: str) -> Finding:
    """As long as the longest past that was cut."""
    api = connection.hubspot.crm.objects.basic_api
    given = {"limit": PAGE_WITH_HISTORY, "properties_with_history": [STAGE]}
    deals_read = connection.ask(api.get_page, deals, read=json_reader(_Deals), **given).results
    longest = max((len(deal.past) for deal in deals_read), default=0)
    cut = max((len(deal.past) for deal in deals_read if deal.cut), default=0)
    found, assumed = f"{cut} values are kept", f"about {DEPTH} are kept"
    if cut < FEW:
        found = f"no stage's history is cut, of {len(deals_read)} deals; the longest has {longest} values"
        same = False if longest > DEPTH else None
    else:
        same = cut == DEPTH
    return Finding(found, assumed, same, "Rules that look back (`history: true`) see no more of a deal than that.")


def _line_bump(connection: Connection, deals: str) -> Finding:
    """A line item that was changed and is younger than its deal has not moved it."""
    lines = _changed_lines(connection)
    owners = associations(connection, LINES, deals, sorted(lines, key=int)) if lines else {}
    pairs = [(stamp, str(deal["id"])) for line, stamp in lines.items() for deal in owners.get(line, ())]
    stamps = _stamps(connection, deals, sorted({deal for _, deal in pairs}, key=int))
    gaps = [stamps[deal] - stamp for stamp, deal in pairs if deal in stamps]
    left, moved = sum(gap < -TOGETHER for gap in gaps), sum(abs(gap) <= TOGETHER for gap in gaps)
    found = f"of the {len(gaps)} line items changed last, {left} are younger than their deal and {moved} as old"
    same = True if left else False if moved and moved == len(gaps) else None
    meaning = "Nothing hangs on it: line items are read by their own stamps, and associations once a day."
    return Finding(found, "a changed line item leaves its deal's stamp", same, meaning)


def _changed_lines(connection: Connection) -> Mapping[str, datetime]:
    """Of the line items with the latest stamps, those that were changed after they were made."""
    latest = {"propertyName": STAMP, "direction": "DESCENDING"}
    request = {"sorts": [latest], "limit": LINES_READ, "properties": [STAMP]}
    search = connection.hubspot.crm.objects.search_api.do_search
    found = connection.ask(search, LINES, request, read=json_reader(_Lines))
    return {each.id: each.changed for each in found.results if each.changed > each.made + ONCE}


def _stamps(connection: Connection, deals: str, ids: Sequence[str]) -> Mapping[str, datetime]:
    found = by_id(connection, Selection(deals, deals, {}, (), ()), ids)
    return {each.id: datetime.fromisoformat(each.updatedAt) for each in found}


def _frequencies(connection: Connection) -> Finding:
    options = sorted(option.value for option in connection.get(FREQUENCY, _Options).options)
    new = [option for option in options if option not in KNOWN]
    found = f"line items know {', '.join(options) or 'no frequency'}"
    meaning = "The worker reads no frequency: what a deal is worth is what the mapped properties say."
    return Finding(found, f"only {', '.join(sorted(KNOWN))}", not new, meaning)
