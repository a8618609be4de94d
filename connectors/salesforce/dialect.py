"""How Salesforce writes values."""

from __future__ import annotations

from typing import Any

from connectors import reading
from connectors.canonical import Kind
from connectors.dialect import Dialect
from connectors.salesforce.ids import id18
from connectors.salesforce.rates import RATE_OBJECTS, exchange_rates


def record_id(value: Any) -> str:
    """An 18-character record id."""
    return id18(reading.text(value))


SALESFORCE = Dialect(
    crm="Salesforce",
    parsers={**reading.PARSERS, Kind.ID: record_id},
    rate_objects=RATE_OBJECTS,
    exchange_rates=exchange_rates,
)
