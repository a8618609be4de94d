"""Secrets come from the environment or from files that others cannot read."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs.settings import SettingsProblem, secret


def test_a_secret_file_is_read_where_only_its_owner_and_group_can(tmp_path: Path) -> None:
    """0600 is what a person writes, 0440 what a service manager hands over."""
    for mode in (0o600, 0o440):
        file = tmp_path / f"key{mode}"
        file.write_text("s3cret\n", encoding="utf-8")
        file.chmod(mode)

        found = secret("SF_CONSUMER_SECRET", {"TALLYSTICK_SF_CONSUMER_SECRET_FILE": str(file)})

        assert found is not None
        assert found.get_secret_value() == "s3cret"
        assert "s3cret" not in repr(found)


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o602])
def test_a_secret_file_that_others_can_read_or_change_is_refused(tmp_path: Path, mode: int) -> None:
    """The message names the variable and the remedy, never the secret."""
    file = tmp_path / "key"
    file.write_text("s3cret", encoding="utf-8")
    file.chmod(mode)

    with pytest.raises(SettingsProblem, match="chmod 600") as refused:
        secret("SF_CONSUMER_SECRET", {"TALLYSTICK_SF_CONSUMER_SECRET_FILE": str(file)})
    assert "s3cret" not in str(refused.value)


def test_a_secret_given_twice_is_refused() -> None:
    """Nobody knows which of the two is meant."""
    with pytest.raises(SettingsProblem, match="both set"):
        secret("SF_CONSUMER_KEY", {"TALLYSTICK_SF_CONSUMER_KEY": "a", "TALLYSTICK_SF_CONSUMER_KEY_FILE": "b"})
