"""The engine and the reference engine, on books and plans by lot: no line may differ."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.reference.comparing import differences
from tests.reference.made.world import kept_world, world

DEALS = 500
"""In one book."""
SHARE_OF_EXAMPLES = 5
"""One example is worth many: 20 books, 10,000 deals in make test, and twenty times as many in make fuzz."""
SECONDS_MAX = 1_800
"""A machine that is busy with the rest of make test takes a while; make fuzz longer."""


@pytest.mark.timeout(SECONDS_MAX)
@settings(max_examples=settings().max_examples // SHARE_OF_EXAMPLES, phases=[Phase.generate])
@given(seed=st.integers(0, 2**32), parts=st.integers(1, 4))
def test_no_line_differs(seed: int, parts: int) -> None:
    made = world(seed, DEALS, parts)

    assert differences(made) == [], (seed, parts, made)


@pytest.mark.timeout(SECONDS_MAX)
@settings(max_examples=settings().max_examples // SHARE_OF_EXAMPLES // 2, phases=[Phase.generate])
@given(seed=st.integers(0, 2**32))
def test_no_rate_of_retention_differs(seed: int) -> None:
    made = kept_world(seed)

    assert differences(made) == [], (seed, made)
