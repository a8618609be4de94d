"""What a comparison of two configurations says in a terminal."""

from __future__ import annotations

from typing import Any

import pytest

from jobs.plans.show_diff import show_diff

EMPTY: dict[str, Any] = {name: [] for name in ("payees", "components", "totals", "tiers", "held", "no_longer_held")}
SAME = {"old": "5.00", "new": "5.00", "difference": "0.00", "currency": "USD"}


def test_no_difference_of_nothing_is_told_from_no_difference(capsys: pytest.CaptureFixture[str]) -> None:
    show_diff(EMPTY, as_json=False)
    of_nothing = capsys.readouterr().out
    show_diff({**EMPTY, "totals": [SAME]}, as_json=False)

    assert "Neither pays anything there" in of_nothing
    assert "Neither pays anything there" not in capsys.readouterr().out
