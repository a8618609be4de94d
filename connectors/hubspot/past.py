"""The history of deals: HubSpot tells, of each property asked for, every value it had, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from connectors.histories import HISTORY, TOLD, Change, changes, recorded
from connectors.hubspot.describe import Described
from connectors.hubspot.records import Received
from connectors.hubspot.selection import Selection
from connectors.mapping import CrmMapping
from engine.model import RawRecord

DEPTH = 20
"""Values of a property that are said to be kept; `worker.py doctor` finds out how many it is here."""


def selected(deals: Described, mapping: CrmMapping) -> Selection:
    """What to ask for: nothing but the past of the properties that rules can look back at."""
    return Selection(HISTORY, deals.path, {}, (), (), tuple(properties(mapping).values()))


def properties(mapping: CrmMapping) -> Mapping[str, str]:
    """The portal's property behind each field whose past is kept."""
    fields = mapping.objects["deals"].fields
    return {name: fields[name].field for name in TOLD}


def history(deal: Received, mapping: CrmMapping) -> RawRecord:
    """The past of one deal. HubSpot keeps about `DEPTH` values of a property; older ones are told by no call."""
    told = {name: _changes(deal, kept) for name, kept in properties(mapping).items()}
    return recorded(deal.id, datetime.fromisoformat(deal.updatedAt), told, deleted=deal.archived)


def _changes(deal: Received, name: str) -> list[Change]:
    versions = deal.propertiesWithHistory.get(name, [])
    return changes((each.timestamp, each.value or None) for each in reversed(versions))
