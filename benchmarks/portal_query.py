"""What every contender of a HubSpot pull asks for: the same properties, company and window as the connector."""

from __future__ import annotations

from datetime import timedelta

PROPERTIES = (
    "acv",
    "amount",
    "closedate",
    "createdate",
    "deal_currency_code",
    "dealname",
    "dealstage",
    "dealtype",
    "hs_lastmodifieddate",
    "hs_merged_object_ids",
    "hs_num_associated_deal_splits",
    "hubspot_owner_id",
    "lead_source",
    "pipeline",
    "prior_opportunity",
    "renewed_contract",
    "start_date",
    "term_months",
)
TOKEN = "sandbox-token"
LIST_PAGE, SEARCH_PAGE, ASSOCIATIONS = 100, 200, 1_000
"""Records a call, as HubSpot allows."""

CHANGED, SINCE = timedelta(hours=3), timedelta(hours=5)
"""How long ago all deals were changed, by one import, and from when on a search is to find them."""

FREE, PACED = "free", "paced"
"""A portal without rate limits, on which we do not wait for them, and one with those of a usual account."""
