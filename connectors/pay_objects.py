"""The objects for statements and lines, by the name that a mapping file gives its CRM."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.hubspot.pay_records import PAY_RECORDS as HUBSPOT
from connectors.pay_records import PayRecords
from connectors.salesforce.pay_records import PAY_RECORDS as SALESFORCE

PAY_OBJECTS: Mapping[str, PayRecords] = {"salesforce": SALESFORCE, "hubspot": HUBSPOT}
