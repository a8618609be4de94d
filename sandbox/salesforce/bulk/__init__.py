"""Bulk 2.0 jobs."""
