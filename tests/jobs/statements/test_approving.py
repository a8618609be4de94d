"""Approving statements: exactly their figures, by who may, and asked for before a period is closed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from commands import clock
from store import audit, canonical, ledger, people, results
from store.chain import verify
from tests.jobs.conftest import Company
from tests.jobs.test_books import BOOK, DIRT
from tests.jobs.test_commands import run_on

ACCESS = """people:
  - {{login: root, name: Root, roles: [admin]}}
  - {{login: fin, name: Fin, email: {payee}, roles: [finance, payee]}}
  - {{login: mara, name: Mara, email: {manager}, roles: [manager, auditor]}}
statements_approved_by: [manager, finance]
"""


@dataclass
class Month:
    """The first month of a company, a manager in it, and somebody whom they manage and whose pay a deal moves."""

    company: Company
    patch: pytest.MonkeyPatch
    period: str
    manager: str
    payee: str
    deal: str

    def run(self, login: str, *words: str) -> Any:
        self.patch.setenv("TALLYSTICK_ACTOR", login)
        self.company.clock.forward(minutes=1)
        return run_on(self.company, *words)

    def approve(self, login: str, *words: str) -> list[dict[str, Any]]:
        answer = self.run(login, "approve-statements", self.period, *words, "--json")
        assert answer.exit_code == 0, answer.output
        found: list[dict[str, Any]] = json.loads(answer.stdout)
        return found

    def refused(self, login: str, *words: str) -> str:
        answer = self.run(login, "approve-statements", self.period, *words)
        assert answer.exit_code == 1, answer.output
        return str(answer.output)

    def said(self, *words: str) -> str:
        """What the statement says of its approval."""
        answer = self.run("root", "statement", self.payee, self.period, *words)
        return next((line for line in answer.stdout.splitlines() if "pproved by" in line or "Not appr" in line), "")

    def close(self) -> dict[str, Any]:
        answer = self.run("root", "close", self.period, "--accept-issues", DIRT, "--json")
        found: dict[str, Any] = json.loads(answer.stdout[answer.stdout.index("{") :])
        return found

    def move(self, factor: Decimal) -> None:
        """Multiply the deal, read it and compute."""
        record = self.company.crm(self.deal)
        amounts = {name: record[name] * factor for name in ("ACV__c", "Amount")}
        self.company.org.update("Opportunity", self.deal, amounts)
        assert self.run("root", "sync").exit_code == 0


@pytest.fixture
def month(company: Company, monkeypatch: pytest.MonkeyPatch) -> Month:
    """Two persons beside the admin: finance, who is the payee as well, and the payee's manager."""
    monkeypatch.setattr(clock, "now", company.clock)
    company.edit("tallystick.yaml", lambda text: text + BOOK + "guard: {changed_share: 100%, money_share: 100%}\n")
    with company.store().read() as conn:
        period = min(ledger.periods(conn))
        managers = {person: manager for person, manager, _, _ in people.reporting(conn)}
        lines = results.lines_of(conn, None).filter(period=period, component="base", kind="commission")
        line = next(row for row in lines.iter_rows(named=True) if row["payee_id"] in managers)
        emails = dict(canonical.whole(conn, "people").select("person_id", "email").iter_rows())
    payee, manager = line["payee_id"], managers[line["payee_id"]]
    text = ACCESS.format(payee=emails[payee], manager=emails[manager])
    (company.folder / "access.yaml").write_text(text, encoding="utf-8")
    return Month(company, monkeypatch, period, manager, payee, line["deal_id"])


@pytest.mark.synced
def test_a_statement_is_approved_by_who_may_and_never_by_its_payee(month: Month) -> None:
    mine = {one["payee_id"] for one in month.approve("mara", "--all")}
    assert month.payee in mine
    assert month.manager not in mine
    others = {one["payee_id"] for one in month.approve("fin", "--all")}
    assert month.payee not in others
    assert others > mine - {month.payee}

    assert "must be approved by somebody else" in month.refused("fin", month.payee)
    assert "No payee that you may see" in month.refused("mara", min(others - mine - {month.manager}))
    assert "shows figures" in month.refused("mara", month.payee, "--figures", "0" * 12)
    month.company.edit("access.yaml", lambda text: text.replace("[manager, finance]", "[manager]", 1))
    assert "no statement" in month.refused("fin", "--all").lower() or "finance" in month.refused("fin", "--all")
    month.company.edit("access.yaml", lambda text: text[: text.index("statements_approved_by")])
    assert "Nobody is asked to approve statements" in month.refused("root", "--all")


@pytest.mark.synced
def test_closing_asks_for_it_and_a_later_change_makes_it_void(month: Month) -> None:
    assert month.said().startswith("Not approved (figures ")
    empty = run_on(month.company, "statement", month.payee, "2031-01", "--json")
    assert json.loads(empty.stdout)["approval"] is None
    folder = month.company.folder / "nothing"
    assert run_on(month.company, "statements", "2031-01", "--folder", str(folder)).exit_code == 1
    assert not folder.exists()
    (mine,) = month.approve("mara", month.payee)
    figures = mine["approval"]["figures"]
    assert month.said().startswith("Approved by mara on ")
    before = month.close()
    open_ = [point for point in before["open"] if point["code"] == "unapproved_statement"]
    assert before["refused"] == month.period
    assert open_
    assert not any(month.payee in point["remedy"] for point in open_)

    month.move(Decimal(2))
    assert month.said().startswith("Not approved: mara approved other figures on ")
    (point,) = [each for each in month.close()["open"] if month.payee in each["remedy"]]
    assert "mara approved other figures, and it has changed since" in point["message"]
    month.move(Decimal("0.5"))
    assert f"(figures {figures})" in month.said()
    assert month.said().startswith("Approved by mara on ")

    month.approve("root", "--all")
    page = month.company.folder / "page.html"
    month.run("root", "statement", month.payee, month.period, "--html", str(page))
    assert "Approved by mara on " in page.read_text(encoding="utf-8")
    rows = json.loads(month.run("root", "summary", month.period, "--json").stdout)["payees"]
    assert {row["approved"].partition(" ")[0] for row in rows} == {"mara", "root"}
    assert "mara on 2026-11-20" in month.run("root", "summary", month.period).stdout
    approved_at = month.company.clock().isoformat()
    (done,) = month.close()["closed"]
    assert done["period"] == month.period
    assert month.said().startswith("Approved by mara on ")
    assert month.said("--as-of", approved_at).startswith("Approved by mara on ")
    assert "is closed" in month.refused("mara", month.payee)
    assert month.run("root", "verify", month.payee, month.period).exit_code == 0
    with month.company.store().read() as conn:
        entry = next(e for e in audit.entries(conn, f"{month.period} {month.payee}") if e.action == "approve statement")
        assert (entry.login, entry.before["state"], entry.after["state"]) == ("mara", "not_approved", "approved")
        assert verify(conn) is None
