"""The same real SQLite store as the store's own tests."""

from tests.store.conftest import path, store

__all__ = ["path", "store"]
