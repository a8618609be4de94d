"""What every test leaves behind as it found it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """A command that was tried points the logs at a stream that is closed with it: later tests must not write there."""
    yield
    structlog.reset_defaults()
