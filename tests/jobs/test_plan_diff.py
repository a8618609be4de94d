"""`plan diff`: two configurations over the same stored history."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store import ledger
from tests.jobs.conftest import Company
from tests.jobs.test_commands import run, run_on

pytestmark = [pytest.mark.synced, pytest.mark.usefixtures("same_clock")]


def changed(company: Company, tmp_path: Path, **edits: Callable[[str], str]) -> Path:
    """A copy of the config folder with some plans edited."""
    folder = tmp_path / "next"
    shutil.copytree(company.folder, folder, ignore=shutil.ignore_patterns("*.db*"))
    for name, edit in edits.items():
        path = folder / "plans" / f"{name}.yaml"
        path.write_text(edit(path.read_text(encoding="utf-8")), encoding="utf-8")
    return folder


def compared(company: Company, folder: Path, *words: str) -> dict[str, Any]:
    """The comparison as data."""
    answer = run_on(company, "plan", "diff", str(folder), "--json", *words)
    assert answer.exit_code == 0, answer.output
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def cents(amount: str) -> int:
    """`1,234.50` as 123450."""
    return int(amount.replace(",", "").replace(".", ""))


def test_a_pure_refactoring_differs_by_nothing(company: Company, tmp_path: Path) -> None:
    """Other titles and another order of keys: 0.00 for everybody, nobody in another tier."""

    def reordered(text: str) -> str:
        moved = text.replace("    quota: new_acv ", "    #").replace(
            "    tiers: marginal", "    quota: new_acv\n    tiers: marginal"
        )
        return moved.replace("title: Commission on new annual contract value", "title: New business")

    found = compared(company, changed(company, tmp_path, ae=reordered))

    assert found["payees"]
    assert {row["difference"] for row in (*found["payees"], *found["components"], *found["totals"])} == {"0.00"}
    assert (found["tiers"], found["held"], found["no_longer_held"]) == ([], [], [])


def test_a_raised_rate_costs_what_the_payees_gain(company: Company, tmp_path: Path) -> None:
    """Rows add up to the total; only the component that was edited differs."""
    found = compared(company, changed(company, tmp_path, ae=lambda text: text.replace("rate: 8%}", "rate: 9%}")))

    total = found["totals"][0]
    assert cents(total["difference"]) == sum(cents(row["difference"]) for row in found["payees"]) > 0
    assert cents(total["new"]) - cents(total["old"]) == cents(total["difference"])
    assert {(row["plan"], row["component"]) for row in found["components"] if row["difference"] != "0.00"} <= {
        ("ae", "base"),
        ("manager", "override"),
    }


def test_the_old_side_is_what_was_posted(company: Company, tmp_path: Path) -> None:
    """A replay from nothing comes to the ledger's cents."""
    found = compared(company, changed(company, tmp_path))
    with company.store().read() as conn:
        posted = int(ledger.posted(conn, None)["amount_micros"].sum())

    assert sum(cents(row["old"]) for row in found["totals"]) * 10_000 == posted


def test_months_narrow_the_comparison(company: Company, tmp_path: Path) -> None:
    """The months of the year add up to the year; nonsense is refused with a remedy."""
    folder = changed(company, tmp_path, ae=lambda text: text.replace("rate: 8%}", "rate: 9%}"))
    whole, halves = (
        [compared(company, folder, "--over", over)["totals"] for over in spans]
        for spans in (["FY2026"], ["2025-02..2025-07", "2025-08..2026-01"])
    )

    assert cents(whole[0][0]["difference"]) == sum(cents(half[0]["difference"]) for half in halves)
    for over, said in (
        ("2026", "is the label of no period; write one such as 2026-03, FY2026-Q1, FY2026-H1 or FY2026, or --over"),
        ("2026-03..2026-02", "ends before it begins"),
    ):
        refused = run_on(company, "plan", "diff", str(folder), "--over", over)
        assert refused.exit_code == 1
        assert said in refused.output


def test_who_changes_tiers_is_named(company: Company, tmp_path: Path) -> None:
    """A threshold that falls from 100 % to 1 % of quota lifts payees over it."""
    edit = changed(company, tmp_path, ae=lambda text: text.replace("{from: 100%, rate: 12%}", "{from: 1%, rate: 12%}"))

    tiers = compared(company, edit)["tiers"]
    shown = run_on(company, "plan", "diff", str(edit))

    assert {(row["old"], row["new"]) for row in tiers if row["plan"] == "ae"} == {("from 0 %", "from 1 %")}
    assert tiers[0]["payee"] in shown.stdout
    assert "Nothing was changed." in shown.stdout


def test_old_and_new_may_be_named_one_after_the_other(company: Company, tmp_path: Path) -> None:
    """As `NEW --config OLD`; three folders are one too many."""
    new = changed(company, tmp_path, ae=lambda text: text.replace("rate: 8%}", "rate: 9%}"))
    words = ("plan", "diff", str(company.folder), str(new), "--json")
    answer = run(*words)

    assert json.loads(answer.stdout) == compared(company, new)
    assert "plan diff OLD NEW" in run(*words, str(new)).output


def test_nothing_is_changed(company: Company, tmp_path: Path) -> None:
    """After a comparison the next cycle has nothing to do."""
    compared(company, changed(company, tmp_path, ae=lambda text: text.replace("rate: 8%}", "rate: 9%}")))

    assert "0 deals and 0 payees computed; 0 postings; CRM records: 0 written" in run_on(company, "sync").stdout


def test_a_broken_plan_on_either_side_is_refused(company: Company, tmp_path: Path) -> None:
    """With its file and line."""
    folder = changed(company, tmp_path, ae=lambda text: text.replace("rate: 8%}", "rate: eight}"))

    answer = run("plan", "diff", str(folder), "--config", str(company.folder))

    assert answer.exit_code == 1
    assert "next/plans/ae.yaml:" in answer.output


def test_a_plan_file_in_place_of_a_folder_is_told(company: Company) -> None:
    """Two plan files say too little: a plan is compared in the configuration around it."""
    answer = run_on(company, "plan", "diff", str(company.folder / "plans" / "ae.yaml"))

    assert answer.exit_code != 0
    assert "This is a file. Name the config folder it is in." in " ".join(answer.output.split())
