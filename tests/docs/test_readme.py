"""The README tells what really happens."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

import worker
from docs.readme import README, shown, told
from jobs.stand_in import SANDBOXES

WORKER = README.with_name("worker.py")
TEXT = README.read_text(encoding="utf-8")
SANDBOX = SANDBOXES["salesforce"]


def test_the_demo_tells_the_story_in_the_readme() -> None:
    """The output shown is the output of the demo; `make docs` renews it."""
    assert told() == shown(TEXT)


def tour() -> list[list[str]]:
    """The worker's commands of the tour that need no CRM."""
    section = TEXT.partition("## A five-minute tour")[2].partition("## Connect your org")[0]
    lines = re.findall(r"^\$ \.venv/bin/python worker\.py (.*)$", section, flags=re.MULTILINE)
    return [shlex.split(line.partition("#")[0]) for line in lines]


@contextmanager
def serving(words: list[str]) -> Iterator[str]:
    """The sandbox as a process of its own, as in another terminal; answers its address."""
    with subprocess.Popen(  # noqa: S603
        [sys.executable, str(WORKER), *words, "--port", "0"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield re.search(r"http://[0-9.:]+", process.stdout.readline())[0]  # type: ignore[index]
        finally:
            process.terminate()


def test_the_tours_commands_work_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order of the README, on the folder that the demo left; the sandbox on a port that is free."""
    monkeypatch.chdir(tmp_path)
    for name, value in SANDBOX.credentials.items():
        monkeypatch.setenv(name, value)
    assert CliRunner().invoke(worker.app, ["demo", "--deals", "120"]).exit_code == 0
    commands = tour()
    serve = next(words for words in commands if words[0] == "sandbox")
    commands.remove(serve)
    settings = tmp_path / "demo/config/tallystick.yaml"
    with serving(serve) as address:
        text = settings.read_text(encoding="utf-8").replace(SANDBOX.address, address)
        settings.write_text(text, encoding="utf-8")
        for words in commands:
            answer = CliRunner().invoke(worker.app, words)
            assert answer.exit_code == 0, (words, answer.output)


def test_every_command_and_every_page_is_in_the_readme() -> None:
    """What is not told there is found by nobody."""
    commands = [command.name or command.callback.__name__ for command in worker.app.registered_commands]  # type: ignore[union-attr]
    groups = [str(group.name) for group in worker.app.registered_groups]
    names = (each.replace("_", "-") for each in (*commands, *groups))
    pages = (path.relative_to(README.parent).as_posix() for path in (README.parent / "docs").rglob("*.md"))

    assert [name for name in names if not re.search(rf"(worker\.py |`){name}\b", TEXT)] == []
    assert [page for page in pages if f"({page}" not in TEXT] == []
