"""Metadata deploys of fields, objects and permission sets."""
