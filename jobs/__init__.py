"""Jobs: what the worker does, composed from connectors, engine and store."""
