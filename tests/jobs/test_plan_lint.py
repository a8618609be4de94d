"""`plan lint` as a command: what it prints, as data too, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands import clock
from tests.jobs.conftest import TEMPLATES, Company
from tests.jobs.test_commands import run, run_on

CLIFF = """plan: growth
currency: USD
effective: {from: 2026-01-01, until: 2027-01-01}
measures: {sales: {sum: amount}}
components:
  - id: base
    kind: commission
    measure: sales
    quota: sales
    accumulates: year
    tiers: whole
    brackets: [{from: 0%, rate: 8%}, {from: 100%, rate: 4%}]
"""


def written(folder: Path, text: str) -> str:
    """The plan in a file of a config folder."""
    path = folder / "plans" / "growth.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_warning_fails_until_it_is_accepted(tmp_path: Path) -> None:
    """With its place, its sentence and a plan test that passes when it is saved beside the plans."""
    found = run("plan", "lint", written(tmp_path, CLIFF), "--json")
    finding = next(each for each in json.loads(found.stdout)["findings"] if each["id"] == "more-pays-less")
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "fall.yaml").write_text(finding["example"], encoding="utf-8")
    accepted = run("plan", "lint", written(tmp_path, CLIFF + 'accepted: {more-pays-less: "Agreed"}\n'))

    assert (found.exit_code, accepted.exit_code) == (1, 0)
    assert finding["where"].endswith("plans/growth.yaml:6")
    assert run("plan", "test", str(tmp_path / "examples")).exit_code == 0
    assert "Accepted: Agreed" in accepted.stdout
    assert "0 open warnings" in accepted.stdout


def test_the_plans_that_are_shipped_have_no_open_warning() -> None:
    """What they do on purpose is accepted in them, with the reason."""
    answer = run("plan", "lint", str(TEMPLATES))

    assert answer.exit_code == 0, answer.output


def test_what_is_no_plan_is_a_message(tmp_path: Path) -> None:
    """A broken plan with its line, a folder without plans."""
    broken = run("plan", "lint", written(tmp_path, CLIFF.replace("8%", "eight")))
    nothing = run("plan", "lint", str(tmp_path / "plans"))

    assert (broken.exit_code, nothing.exit_code) == (1, 1)
    assert "plans/growth.yaml:12" in broken.output
    assert "neither a document nor a config folder" in nothing.output


def test_the_history_of_the_store_shows_what_nobody_sells(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """A measure of a motion that is never sold; without a history nothing is said of it."""
    monkeypatch.setattr(clock, "now", company.clock)
    company.edit(
        "plans/csm.yaml", lambda text: text.replace("[upsell, cross_sell]", "[upsell, cross_sell], country: XX")
    )
    assert run_on(company, "sync").exit_code == 0

    plan = str(company.folder / "plans" / "csm.yaml")
    found = json.loads(run_on(company, "plan", "lint", plan, "--history", "--json").stdout)["findings"]
    without = json.loads(run_on(company, "plan", "lint", plan, "--json").stdout)["findings"]

    assert [each["part"] for each in found if each["id"] == "no-deal-matches"] == ["expansion_acv"]
    assert [each for each in without if each["id"] == "no-deal-matches"] == []
