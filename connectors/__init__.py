"""Connectors: the wire to each CRM. They turn CRM answers into records and our decisions into CRM writes."""
