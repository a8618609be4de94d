"""Schema changes, in order, run in process by `store/schema.py`."""
