"""Adjustments by people: inputs that survive every computation, show with their reasons, and are posted back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from commands import clock
from jobs.proof.rebuild import believed, rebuilt
from store import adjustments, closing, ledger, results
from store.chain import verify
from tests.jobs.conftest import Company
from tests.jobs.test_commands import run_on

OPEN = "2026-11"


@pytest.fixture
def line(company: Company, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The last commission of somebody who is on the plan; the company has had its first cycle."""
    monkeypatch.setattr(clock, "now", company.clock)
    with company.store().read() as conn:
        lines = results.lines_of(conn, None).filter(kind="commission", plan="ae", component="base")
    found: dict[str, Any] = lines.sort("dated_on", "source_id").row(-1, named=True)
    return found


def adjusted(company: Company, *words: str, code: int = 0) -> Any:
    company.clock.forward(minutes=1)
    answer = run_on(company, "adjust", *words, "--json")
    assert answer.exit_code == code, answer.output
    return json.loads(answer.stdout) if code != 1 else answer.output


def ledger_of(company: Company) -> dict[tuple[str, ...], int]:
    """What the ledger says by key; nothing of what came to nothing."""
    with company.store().read() as conn:
        rows = ledger.posted(conn, None).select(*ledger.KEY, "amount_micros").iter_rows()
        assert verify(conn) is None
        return {row[:-1]: row[-1] for row in rows if row[-1]}


def again_from_raw(company: Company) -> dict[tuple[str, ...], int]:
    """The same, computed again in an empty database from the inputs alone."""
    store = company.store()
    at = believed(store, company.clock())
    with rebuilt(store, at, with_ledgers=False) as again, again.store.read() as conn:
        rows = ledger.posted(conn, None).select(*ledger.KEY, "amount_micros").iter_rows()
        return {row[:-1]: row[-1] for row in rows if row[-1]}


@pytest.mark.synced
def test_an_adjustment_is_booked_shown_survives_and_is_posted_back(company: Company, line: dict[str, Any]) -> None:
    before, who, then = ledger_of(company), line["payee_id"], company.clock().isoformat()
    about = ("--for-deal", line["deal_id"], "--evidence", "ticket 812")
    done = adjusted(company, who, OPEN, "-150.00", "--reason", "paid twice in May", *about)
    component = line["component"]
    words = ("--kind", "achievement", "--component", component, "--reason", "sold before the CRM was there")
    achieved = adjusted(company, who, OPEN, "50000", *words)

    moved = {key: amount for key, amount in ledger_of(company).items() if before.get(key) != amount}
    assert {key[1]: amount for key, amount in moved.items() if key[4] == "adjustment:1"} == {"adjustment": -150_000_000}
    assert any(key[4] == "adjustment:2" and amount > 0 for key, amount in moved.items())
    said = json.loads(run_on(company, "statement", who, OPEN, "--json").stdout)
    assert [row["reason"] for row in said["corrections"]] == ["paid twice in May", "sold before the CRM was there"]
    assert any(
        "-150.00" in each["sentence"] and "paid twice in May (ticket 812)" in each["sentence"] for each in said["lines"]
    )
    assert "paid twice in May" in run_on(company, "adjustments").stdout
    (told,) = json.loads(run_on(company, "explain", line["deal_id"], "--json").stdout)["corrections"]
    assert (told["adjustment"], told["amount"], told["payee_id"]) == (1, "-150.00", who)
    assert "Adjusted by hand" in run_on(company, "explain", line["deal_id"]).stdout

    causes = json.loads(run_on(company, "diff", then, company.clock().isoformat(), "--json").stdout)["causes"]
    assert [cause["subject"] for cause in causes] == ["adjustment 1", "adjustment 2"]

    after = ledger_of(company)
    company.edit("plans/ae.yaml", lambda text: text + "\n# read everything again\n")
    assert run_on(company, "sync").exit_code == 0
    assert ledger_of(company) == again_from_raw(company) == after

    stops_and_says_that_it_is_kept(company, done["adjustment"])
    adjusted(company, "--withdraw", str(achieved["adjustment"]), "--reason", "it was right")
    assert ledger_of(company) == again_from_raw(company) == before
    assert "was withdrawn already" in adjusted(company, "--withdraw", "1", "--reason", "again", code=1)


@pytest.mark.synced
def test_a_closed_period_refuses_and_names_the_open_one(company: Company, line: dict[str, Any]) -> None:
    store = company.store()
    with store.write() as conn:
        closing.note(conn, "2026-10", "closed", "dana", second=None, reason="", now=company.clock())

    said = adjusted(company, line["payee_id"], "2026-10", "10", "--reason", "late", code=1)

    assert "2026-10 is closed" in said
    assert "2026-11" in said
    for words in (("2026-11", "0", "--reason", "x"), ("2026-11", "5"), ("FY2026", "5", "--reason", "x")):
        adjusted(company, line["payee_id"], *words, code=1)
    assert "write whole minor units" in adjusted(company, line["payee_id"], OPEN, "0", "--reason", "x", code=1)
    with store.read() as conn:
        assert adjustments.adjustments(conn) == []


def stops_and_says_that_it_is_kept(company: Company, number: int) -> None:
    """The guard stops what a withdrawal comes to: the withdrawal stays, and the next sync books it once approved."""
    before = ledger_of(company)
    company.edit("tallystick.yaml", lambda text: text + "guard: {changed_share: 0.01%, changed_min: 0}\n")
    stopped = run_on(company, "adjust", "--withdraw", str(number), "--reason", "it was right")
    assert stopped.exit_code == 3, stopped.output
    assert f"Adjustment {number} is withdrawn, but what it comes to is not booked yet." in stopped.output
    assert ledger_of(company) == before
    (asks,) = json.loads(run_on(company, "approvals", "--json").stdout)
    assert "the next sync does it" in run_on(company, "approve", asks["id"]).stdout
    company.edit("tallystick.yaml", lambda text: text[: text.index("guard:")])
    assert run_on(company, "sync").exit_code == 0
    assert ledger_of(company) != before


ACCESS = """people:
  - {login: root, name: Root, roles: [admin]}
  - {login: bo, name: Bo, roles: [finance]}
two_persons: [adjustment]
adjustment_limit: {USD: 100, EUR: 100}
"""


@pytest.mark.synced
def test_above_the_limit_a_second_person_agrees_also_in_small_steps(
    company: Company, line: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    (company.folder / "access.yaml").write_text(ACCESS, encoding="utf-8")
    before, who = ledger_of(company), line["payee_id"]
    monkeypatch.setenv("TALLYSTICK_ACTOR", "root")
    assert "waits_for" not in adjusted(company, who, OPEN, "60", "--reason", "one")
    waiting = adjusted(company, who, OPEN, "60", "--reason", "two", code=3)
    (asks,) = json.loads(run_on(company, "approvals", "--json").stdout)
    assert asks["asks"].startswith("Let adjustment 2 count: 60.00 USD of pay for ")

    assert sum(ledger_of(company).values()) - sum(before.values()) == 60_000_000
    assert run_on(company, "approve", waiting["waits_for"]).exit_code == 1
    monkeypatch.setenv("TALLYSTICK_ACTOR", "bo")
    assert run_on(company, "approve", waiting["waits_for"]).exit_code == 0
    assert run_on(company, "sync").exit_code == 0

    assert sum(ledger_of(company).values()) - sum(before.values()) == 120_000_000
    listed = json.loads(run_on(company, "adjustments", "--json").stdout)
    assert [(row["by"], row["approved_by"], row["state"]) for row in listed] == [
        ("root", "", "counted"),
        ("root", "bo", "counted"),
    ]
    assert ledger_of(company) == again_from_raw(company)
