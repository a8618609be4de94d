"""Every command as a user types it: exit codes, messages and data."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import worker
from commands import clock
from jobs.configuration import load
from jobs.problems import WAITS
from jobs.stand_in import SANDBOXES
from tests.jobs.conftest import CREDENTIALS, Company
from tests.jobs.test_cycle import credited_deal

COMMANDS = (
    "adjust", "adjustments", "approve-statements",
    "acknowledge", "approvals", "approve", "audit", "backfill", "backup", "blame", "close", "demo", "diff", "doctor",
    "explain", "export", "init", "issues", "paid", "people", "preview", "reassign", "reopen", "report", "restore",
    "run", "sandbox", "setup", "statement", "statements", "status", "summary", "sync", "verify",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _same_clock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Worker and CRM tell the same time."""
    if "company" in request.fixturenames:
        monkeypatch.setattr(clock, "now", request.getfixturevalue("company").clock)


WIDE = "200"
"""Columns of the terminal: no sentence that a test looks for is broken over two lines."""


def run(*words: str) -> Result:
    """Run a command in this process, as a shell would."""
    return CliRunner().invoke(worker.app, words, env={**CREDENTIALS, "COLUMNS": WIDE})


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
    known = (
        command.name or command.callback.__name__ for command in worker.app.registered_commands if command.callback
    )
    names = {name.replace("_", "-") for name in known}

    assert names == set(COMMANDS)


@pytest.mark.synced
def test_a_deal_that_is_held_before_its_rules_says_why(company: Company) -> None:
    """blame and explain name the issue of a deal that never got as far as a rule."""
    issues = json.loads(run_on(company, "issues", "--json").stdout)
    held = next(i["subject"].removeprefix("deal ") for i in issues if i["code"] == "missing_amount")

    for command in ("blame", "explain"):
        answer = json.loads(run_on(company, command, held, "--json").stdout)
        assert (answer["held"], answer["credits"]) == (True, [])
        assert answer["issues"]


@pytest.mark.synced
def test_people_and_preview_read_the_files_as_they_are(company: Company) -> None:
    """A row that is refused is seen before any cycle: nobody has to book to find a slip."""
    roles = company.folder / "people" / "roles.csv"
    roles.write_text(roles.read_text("utf-8") + "zoe@harbour.example,AE,territory,AMER West,2026-01-01,\n", "utf-8")

    told = json.loads(run_on(company, "people", "--json").stdout)["gaps_and_rivals"]
    ahead = json.loads(run_on(company, "preview", "--json").stdout)["issues"]

    assert told[0]["message"] == "payee: nobody is called zoe@harbour.example."
    assert told[0]["message"] in ahead[0]


@pytest.mark.synced
def test_questions_are_answered_as_data(company: Company) -> None:
    """statement, explain, blame, status, issues and preview answer in JSON that adds up."""
    deal = credited_deal(company)

    explained = json.loads(run_on(company, "explain", deal, "--json").stdout)
    payee = explained["lines"][0]["payee"]
    statement = json.loads(run_on(company, "statement", payee, explained["lines"][0]["period"], "--json").stdout)
    blamed = json.loads(run_on(company, "blame", deal, "--json").stdout)
    status = json.loads(run_on(company, "status", "--json").stdout)
    people = json.loads(run_on(company, "people", "--json").stdout)["people"]
    issues = json.loads(run_on(company, "issues", "--json").stdout)
    preview = json.loads(run_on(company, "preview", "--json").stdout)

    cents = sum(int(line["amount"].replace(",", "").replace(".", "")) for line in statement["lines"])
    assert statement["totals"] == {"USD": f"{cents // 100:,}.{cents % 100:02d}"}
    assert all(line["sentence"] for line in explained["lines"])
    assert blamed["rule"] == explained["rule"]
    assert all(person["roles"] or person["plans"] or person["reports_to"] for person in people)
    assert status["ledger"]["broken"] is None
    assert {issue["severity"] for issue in issues} <= {"holds", "warns"}
    assert (preview["payees"], preview["writes"]) == ([], [])


@pytest.mark.synced
def test_answers_are_readable_in_a_terminal(company: Company) -> None:
    """The same commands without --json."""
    deal = credited_deal(company)

    for words in (
        ("explain", deal),
        ("blame", deal),
        ("status",),
        ("issues",),
        ("preview",),
        ("doctor",),
        ("setup",),
        ("setup", "--remove"),
    ):
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


@pytest.mark.synced
def test_a_rate_change_shows_in_preview_and_waits_for_approval(company: Company) -> None:
    """A plan edit that changes most of what was shown stops before it is saved; approved, exactly it goes through."""
    company.edit("plans/ae.yaml", lambda text: text.replace("rate: 8%}", "rate: 9%}"))
    company.edit("tallystick.yaml", lambda text: text + "guard: {changed_min: 1}\n")

    preview = json.loads(run_on(company, "preview", "--json").stdout)
    stopped = run_on(company, "sync")
    change = stopped.output.split("approve ")[1].split("'")[0]
    waits = run_on(company, "approvals").output
    approved = run_on(company, "approve", change)
    synced = run_on(company, "sync")

    assert preview["payees"]
    assert stopped.exit_code == WAITS
    assert approved.exit_code == synced.exit_code == 0
    assert "1 request waits" in waits
    assert approved.output.endswith("the next sync does it.\n")
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


def test_a_trial_folder_beside_the_real_one_has_a_database_of_its_own(tmp_path: Path) -> None:
    """What was tried would else stand in the real books."""
    for name in ("config", "config-trial"):
        run("init", str(tmp_path / name))
    real, trial = (load(tmp_path / name).settings.database for name in ("config", "config-trial"))

    assert (real, trial) == ("sqlite:///tallystick.db", "sqlite:///config-trial.db")


@pytest.mark.synced
def test_only_the_change_that_waits_can_be_approved(company: Company) -> None:
    """A mistyped name would let nothing through, and nobody would notice."""
    answer = run_on(company, "approve", "3f9c2a7be01d")

    assert answer.exit_code == 1
    assert "Nothing waits for approval under 3f9c2a7be01d; 'worker.py approvals' lists what does." in answer.output


def test_a_field_that_is_not_indispensable_is_missed_with_a_warning(company: Company) -> None:
    """The mapping says so: the run goes on, and the issue names the field until it is there again."""
    company.org.hide_field("Account", "Segment__c")
    synced = run_on(company, "sync")

    issues = json.loads(run_on(company, "issues", "--json").stdout)

    assert synced.exit_code == 0
    assert [i["severity"] for i in issues if i["subject"] == "Account.Segment__c"] == ["warns"]


def test_a_crm_that_does_not_answer_is_named(company: Company) -> None:
    """The message says which address was tried and what to check."""
    company.at("http://127.0.0.1:9")

    answer = run_on(company, "doctor")

    assert answer.exit_code == 1
    assert "no answer from 127.0.0.1:9" in answer.output
    assert "Check my_domain" in answer.output


def test_the_sandbox_writes_its_companys_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Into the folder that `init` made; what a person has filled in is not written over."""
    served: list[object] = []
    silent = replace(SANDBOXES["salesforce"], serve_forever=lambda *given: served.append(given))
    monkeypatch.setitem(SANDBOXES, "salesforce", silent)
    folder = tmp_path / "config"
    words = ("sandbox", "--world", "7", "--deals", "60", "--people", str(folder))
    run("init", str(folder))

    first, again = run(*words), run(*words)
    (folder / "people/quotas.csv").write_text("payee,quota,from,until,amount\nada@x.example,new,2026-01-01,,1\n")
    refused = run(*words)

    assert (first.exit_code, again.exit_code, len(served)) == (0, 0, 2)
    assert "people/roles.csv" in first.output
    assert (folder / "people/roles.csv").read_text().count("\n") > 1
    assert refused.exit_code == 1
    assert "quotas.csv has been filled in already" in refused.output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--crm", "pipedrive"), "no sandbox for 'pipedrive'"),
        (("--world", "7", "--load", "x.json"), "exclude each other"),
        (("--people", "config"), "--world"),
        (("--load", "no-such-file.json"), "no-such-file.json cannot be read"),
    ],
)
def test_a_sandbox_that_cannot_be_served_says_why(words: tuple[str, ...], message: str) -> None:
    """Exit code 1 and a message that names what to change."""
    answer = run("sandbox", *words)

    assert answer.exit_code == 1
    assert message in answer.output


def test_a_file_in_another_encoding_is_refused_with_its_line(company: Company) -> None:
    """As an old spreadsheet saves it: the message names file and line and says what to do."""
    file = company.folder / "people/quotas.csv"
    file.write_bytes(file.read_bytes() + "jos\xe9@harbour.example,new,2026-01-01,,1\n".encode("latin-1"))

    answer = run_on(company, "plan", "check")

    assert answer.exit_code == 1
    assert f"people/quotas.csv:{len(file.read_bytes().splitlines())}: The text is not UTF-8. Save" in answer.output


def test_the_mark_that_spreadsheets_put_before_utf8_is_no_part_of_the_text(company: Company) -> None:
    """Excel's "CSV UTF-8" begins with a byte order mark."""
    before = company.configuration().people
    for file in company.folder.glob("people/*.csv"):
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())

    assert company.configuration().people == before


@pytest.mark.synced
def test_a_terminal_without_unicode_gets_an_answer(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that it cannot show are no reason to fail, and JSON stays exact."""
    company.edit("plans/ae.yaml", lambda text: text.replace("rate: 8%}", "rate: 9%}"))
    words = ("preview", "--config", str(company.folder))

    told = in_ascii(monkeypatch, *words).decode()
    data = in_ascii(monkeypatch, *words, "--json")

    names = [payee["payee"] for payee in json.loads(data)["payees"]]
    assert not all(name.isascii() for name in names)
    assert all(name.encode("ascii", "replace").decode() in told for name in names)


def in_ascii(monkeypatch: pytest.MonkeyPatch, *words: str) -> bytes:
    """What the installed command writes to a terminal that knows ASCII alone."""
    terminal = io.BytesIO()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", io.TextIOWrapper(terminal, encoding="ascii", write_through=True))
        patched.setattr(sys, "argv", ["worker.py", *words])
        with pytest.raises(SystemExit) as ended:
            worker.main()
        assert not ended.value.code
        return terminal.getvalue()


def test_a_range_of_days_the_wrong_way_round_is_wrong_usage() -> None:
    """It would read nothing and look like success."""
    answer = run("backfill", "--since", "2026-02-01", "--until", "2025-02-01")

    assert answer.exit_code == 2
    assert "--since must be a day before --until" in answer.output
