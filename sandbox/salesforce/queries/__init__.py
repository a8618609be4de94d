"""SOQL: read, resolved, executed and paged."""
