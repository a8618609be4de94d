"""The dialects there are, by the name that a mapping file gives its CRM."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.dialect import Dialect
from connectors.hubspot.dialect import HUBSPOT
from connectors.salesforce.dialect import SALESFORCE

DIALECTS: Mapping[str, Dialect] = {"salesforce": SALESFORCE, "hubspot": HUBSPOT}
