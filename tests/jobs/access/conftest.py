"""The same real SQLite store as the store's own tests."""

from tests.store.conftest import empty, path, store

__all__ = ["empty", "path", "store"]
