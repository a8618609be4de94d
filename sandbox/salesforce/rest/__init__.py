"""The REST resources and sessions: paths and wire format."""
