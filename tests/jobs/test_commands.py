"""Every command as a user types it: exit codes, messages and data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import worker
from jobs.demo import CREDENTIALS
from tests.jobs.conftest import Company
from tests.jobs.test_cycle import credited_deal

COMMANDS = (
    "approve", "backfill", "blame", "demo", "doctor", "explain", "init", "issues", "preview", "run", "sandbox", "setup",
    "statement", "status", "sync",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _same_clock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Worker and CRM tell the same time."""
    if "company" in request.fixturenames:
        monkeypatch.setattr(worker, "now", request.getfixturevalue("company").clock)


def run(*words: str) -> Result:
    """Run a command in this process, as a shell would."""
    return CliRunner().invoke(worker.app, words, env=CREDENTIALS)


def run_on(company: Company, *words: str) -> Result:
    """Run a command on the company's config folder."""
    return run(*words, "--config", str(company.folder))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_helps_with_an_example(command: str) -> None:
    """`--help` of each command shows how it is used."""
    answer = run(command, "--help")

    assert answer.exit_code == 0
    assert f"Example: worker.py {command}" in answer.output


def test_the_list_of_commands_is_complete() -> None:
    """A new command must be listed here, and so have a help text with an example."""
    names = {
        command.name or command.callback.__name__ for command in worker.app.registered_commands if command.callback
    }

    assert names == set(COMMANDS)


def test_questions_are_answered_as_data(company: Company) -> None:
    """statement, explain, blame, status, issues and preview answer in JSON that adds up."""
    assert run_on(company, "sync").exit_code == 0
    deal = credited_deal(company)

    explained = json.loads(run_on(company, "explain", deal, "--json").stdout)
    payee = explained["lines"][0]["payee"]
    statement = json.loads(run_on(company, "statement", payee, explained["lines"][0]["period"], "--json").stdout)
    blamed = json.loads(run_on(company, "blame", deal, "--json").stdout)
    status = json.loads(run_on(company, "status", "--json").stdout)
    issues = json.loads(run_on(company, "issues", "--json").stdout)
    preview = json.loads(run_on(company, "preview", "--json").stdout)

    cents = sum(int(line["amount"].replace(",", "").replace(".", "")) for line in statement["lines"])
    assert statement["totals"] == {"USD": f"{cents // 100:,}.{cents % 100:02d}"}
    assert all(line["sentence"] for line in explained["lines"])
    assert blamed["rule"] == explained["rule"]
    assert status["ledger"]["broken"] is None
    assert {issue["severity"] for issue in issues} <= {"holds", "warns"}
    assert (preview["payees"], preview["writes"]) == ([], [])


def test_answers_are_readable_in_a_terminal(company: Company) -> None:
    """The same commands without --json."""
    run_on(company, "sync")
    deal = credited_deal(company)

    for words in (("explain", deal), ("blame", deal), ("status",), ("issues",), ("preview",), ("doctor",), ("setup",)):
        answer = run_on(company, *words)
        assert answer.exit_code == 0, answer.output
        assert answer.stdout.strip()


def test_an_unknown_deal_or_payee_is_said_to_be_unknown(company: Company) -> None:
    """A message, exit code 1, and no traceback."""
    for words in (
        ("explain", "006000000000000AAA"),
        ("blame", "006000000000000AAA"),
        ("statement", "nobody@x.example"),
    ):
        answer = run_on(company, *words)
        assert answer.exit_code == 1
        assert words[1] in answer.output
        assert "Traceback" not in answer.output


def test_a_malformed_plan_is_refused_with_its_line(company: Company) -> None:
    """Every command that computes names file and line of a gap in a plan's tiers, and computes nothing."""
    company.edit("plans/ae.yaml", lambda text: text.replace("{from: 0%, rate: 8%}", "{from: 20%, rate: 8%}"))

    answer = run_on(company, "sync")

    line = next(
        n for n, text in enumerate((company.folder / "plans/ae.yaml").read_text().splitlines(), 1) if "20%" in text
    )
    assert answer.exit_code == 1
    assert f"plans/ae.yaml:{line}:" in answer.output
    assert "does not begin at 0%" in answer.output


def test_malformed_yaml_is_refused_with_its_line(company: Company) -> None:
    """Broken syntax names file and line, too."""
    company.edit("company.yaml", lambda text: text + "\n  zone: [\n")

    answer = run_on(company, "plan", "check")

    assert answer.exit_code == 1
    assert "company.yaml:" in answer.output


def test_a_rate_change_shows_in_preview_and_waits_for_approval(company: Company) -> None:
    """A plan edit that changes most of what was shown stops before it is saved; approved, exactly it goes through."""
    run_on(company, "sync")
    company.edit("plans/ae.yaml", lambda text: text.replace("rate: 8%}", "rate: 9%}"))
    company.edit("tallystick.yaml", lambda text: text + "guard: {changed_min: 1}\n")

    preview = json.loads(run_on(company, "preview", "--json").stdout)
    stopped = run_on(company, "sync")
    change = stopped.output.split("approve ")[1].split("'")[0]
    approved = run_on(company, "approve", change)
    synced = run_on(company, "sync")

    assert preview["payees"]
    assert stopped.exit_code == worker.EXIT_WAITS
    assert approved.exit_code == synced.exit_code == 0
    assert json.loads(run_on(company, "preview", "--json").stdout)["payees"] == []


def test_credentials_that_are_missing_are_named(company: Company) -> None:
    """Without the environment variable, the message says which one, and where it may come from."""
    words = ["doctor", "--config", str(company.folder)]
    answer = CliRunner().invoke(worker.app, words, env=dict.fromkeys(CREDENTIALS))

    assert answer.exit_code == 1
    assert "TALLYSTICK_SF_CONSUMER_KEY" in answer.output


def test_a_misspelt_variable_is_refused(company: Company) -> None:
    """A variable with our prefix that means nothing is not ignored."""
    answer = CliRunner().invoke(
        worker.app, ["status", "--config", str(company.folder)], env={"TALLYSTICK_SF_CONSUMER_KEI": "x"}
    )

    assert answer.exit_code == 1
    assert "TALLYSTICK_SF_CONSUMER_KEI" in answer.output


def test_init_writes_a_folder_that_only_needs_people(tmp_path: Path) -> None:
    """The written folder is valid as it is; a second init over it is refused."""
    folder = tmp_path / "config"

    assert run("init", str(folder)).exit_code == 0
    assert run("plan", "check", "--config", str(folder)).exit_code == 0
    assert run("init", str(folder)).exit_code == 1
