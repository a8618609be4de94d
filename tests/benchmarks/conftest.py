"""Smoke runs of many cold processes run by name (`pytest -m slow tests/benchmarks`), not in `make test`."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what is marked slow unless marks were chosen."""
    if config.getoption("markexpr"):
        return
    for item in items:
        if item.get_closest_marker("slow") and "benchmarks" in item.nodeid:
            item.add_marker(pytest.mark.skip(reason="starts many processes: run with -m slow"))
