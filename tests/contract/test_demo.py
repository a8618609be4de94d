"""The demo tells the same story on HubSpot."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import worker


def test_the_demo_is_told_on_hubspot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From set-up to the correction, and the same cycle again does nothing."""
    monkeypatch.chdir(tmp_path)
    told = CliRunner().invoke(worker.app, ["demo", "--crm", "hubspot", "--deals", "60"])

    assert told.exit_code == 0, told.output
    assert "create property deals.commission_value_owner" in told.output
    assert "deals.commission_status = credited" in told.output
    assert "0 postings; CRM records: 0 written" in told.output
    assert "changed: " in told.output
    assert "sandbox --crm hubspot --state" in told.output
