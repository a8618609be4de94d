"""The examples of the language come out as they say, and `plan test` says what it finds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jobs.plans.test import as_answer, judge_all
from worker import app

EXAMPLES = Path(__file__).parents[2] / "config" / "examples"
TEN_PERCENT = """scenario: Ten percent
plan: {components: [{rate: 10%}]}
deals: [{payee: ada, amount: 1_000}]
expect: {totals: {ada: AMOUNT}}
"""


@pytest.mark.parametrize("path", sorted(EXAMPLES.rglob("*.yaml")), ids=lambda path: path.stem)
def test_every_example_comes_out_as_it_says(path: Path) -> None:
    (verdict,) = as_answer(judge_all([path]))["scenarios"]
    assert verdict["passed"], (verdict["problems"], verdict["failures"])


def test_a_folder_is_searched_to_any_depth_and_a_failure_is_exit_code_1(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "right.yaml").write_text(TEN_PERCENT.replace("AMOUNT", "100.00"))
    (tmp_path / "wrong.yaml").write_text(TEN_PERCENT.replace("AMOUNT", "100.01"))
    ran = CliRunner().invoke(app, ["plan", "test", str(tmp_path)])
    assert ran.exit_code == 1
    assert "1 passed, 1 failed." in ran.stdout
    assert "expected 100.01\n       found    100.00 USD" in ran.stdout
    assert "slice from 0.00: 1,000.00 x 0.1 = 100.00" in ran.stdout


def test_json_has_lines_facts_and_verdicts(tmp_path: Path) -> None:
    (tmp_path / "right.yaml").write_text(TEN_PERCENT.replace("AMOUNT", "100.00"))
    ran = CliRunner().invoke(app, ["plan", "test", str(tmp_path), "--json"])
    answer = json.loads(ran.stdout)
    assert (ran.exit_code, answer["passed"], answer["failed"]) == (0, 1, 0)
    (line,) = answer["scenarios"][0]["lines"]
    assert (line["payee"], line["amount"], line["facts"]["slices"][0]["rate"]) == ("ada", "100.00", "1/10")


def test_a_failure_says_what_the_engine_warned_of(tmp_path: Path) -> None:
    """A deal without a term has no unearned part: nothing is taken back, which explains the total."""
    (tmp_path / "clawback.yaml").write_text("""scenario: Two months of three are served
plan:
  components: [{rate: 10%}]
  clawback: {when: {cancelled: {within_days: 90}}, takes_back: unearned, applies_to: [base]}
deals: [{amount: 12_000, on: 2026-01-15, cancelled_on: 2026-03-16}]
expect: {totals: {rep: 800}}
""")
    ran = CliRunner().invoke(app, ["plan", "test", str(tmp_path)])
    assert (ran.exit_code, "without a term nobody can say what was unearned" in ran.stdout) == (1, True)


def test_nothing_to_test_is_a_failure(tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["plan", "test", str(tmp_path)])
    assert (ran.exit_code, ran.stdout.splitlines()[0]) == (1, "There is no scenario file there.")


def test_a_path_without_a_file_is_named(tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["plan", "test", str(tmp_path / "none.yaml")])
    assert ran.exit_code == 1
    assert "There is no such file of up to 1 MiB of text." in ran.stdout


def test_a_plan_by_path_is_read_beside_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text("""plan: ae
currency: USD
effective: {from: 2026-01-01}
measures: {sales: {sum: amount}}
components: [{id: base, kind: commission, measure: sales, rate: 10%}]
""")
    (tmp_path / "test.yaml").write_text(
        (TEN_PERCENT.replace("AMOUNT", "100.00")).replace("{components: [{rate: 10%}]}", "plan.yaml")
    )
    (verdict,) = judge_all([tmp_path / "test.yaml"])
    assert verdict.passed
