"""What every test leaves behind as it found it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings

# In make test the same examples every time, whatever the machine's speed; make fuzz looks for new ones.
CALM = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("test", derandomize=True, **CALM)
settings.register_profile("fuzz", max_examples=2_000, print_blob=True, **CALM)
settings.load_profile("test")


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """A command that was tried points the logs at a stream that is closed with it: later tests must not write there."""
    yield
    structlog.reset_defaults()
