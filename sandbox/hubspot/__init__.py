"""A stand-in HubSpot portal over HTTP."""
