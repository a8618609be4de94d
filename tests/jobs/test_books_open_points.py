"""What keeps a month open, what goes on while it is closed, and opening it again."""

from __future__ import annotations

import json

import pytest

from commands import clock
from jobs.books.checks import open_points
from jobs.books.close import close, periods_to_close, reopen
from jobs.books.refusals import NotOpened, NotYet
from jobs.settings import SettingsProblem
from store import approvals, audit, closing, ledger, results, statements
from store.chain import verify
from tests.jobs.conftest import Company
from tests.jobs.test_books import BOOK, DIRT, Dana, close_all, sign
from tests.jobs.test_commands import run_on
from tests.jobs.test_cycle import credited_deal
from tests.jobs.test_payables import paid, pay_on_cash


def codes(company: Company, label: str, accepts_issues: str = DIRT) -> set[str]:
    """Why a period cannot be closed."""
    with pytest.raises(NotYet) as refused:
        close(company.configuration(), company.store(), label, sign, accepts_issues=accepts_issues)
    return {point.code for point in refused.value.points}


def tells_what_it_closed_before_a_refusal(company: Company) -> None:
    """The month that still runs is refused; the one before it was closed, and is told."""
    onward = run_on(company, "close", "2026-11", "--with-earlier", "--accept-issues", DIRT)
    assert (onward.exit_code, "2026-11 cannot be closed yet" in onward.output) == (1, True)
    assert "2026-10 is closed" in onward.output


def test_what_is_open_is_listed_releases_go_on_and_reopening_goes_back_in_order(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refusals name what is open; later payments leave the closed month alone; seals stay beside new ones."""
    monkeypatch.setattr(clock, "now", company.clock)
    company.edit("tallystick.yaml", lambda text: text + BOOK)
    pay_on_cash(company)
    assert {"not_computed", "not_read_since"} <= codes(company, "2026-10")
    company.cycle()
    assert codes(company, "2026-11") == {"period_not_over", "earlier_period_open"}
    deal = credited_deal(company)
    with company.store().read() as conn:
        line = results.lines_of(conn, None, [deal]).filter(component="base", kind="commission").row(0, named=True)
        amount = results.classified_of(conn, [deal])["amount_micros"].item()
    (*_, before, last) = close_all(company, line["period"])
    assert codes(company, last["period"]) == {"period_closed"}
    with company.store().read() as conn:
        earned = ledger.head(conn)

    paid(company, [f"{deal},payment,2026-11-02,{amount // 10**6}"])
    company.cycle()

    company.nothing_more()
    configuration, store = company.configuration(), company.store()
    with store.read() as conn:
        released = ledger.booked(conn, None, ledger.PAYABLE).filter(deal_id=deal)
        assert set(released["booked_in"]) == set(released["period"]) == {"2026-11"}
        assert ledger.head(conn) == earned
        seals = statements.sealed(conn, last["closing"])
    with pytest.raises(NotOpened, match=f"{last['period']} come after it"):
        reopen(configuration, store, before["period"], sign, reason="a wrong rate")
    with pytest.raises(SettingsProblem, match="needs a reason"):
        reopen(configuration, store, last["period"], sign, reason=" ")
    assert "names nobody" in run_on(company, "reopen", last["period"], "--reason", "a wrong rate").output
    reopen(configuration, store, last["period"], sign, reason="a wrong rate")
    assert periods_to_close(configuration, store, last["period"]) == [last["period"]]
    again = run_on(company, "close", last["period"], "--accept-issues", DIRT, "--json")
    with store.read() as conn:
        (done,) = json.loads(again.stdout[again.stdout.index("{") :])["closed"]
        assert [each.action for each in closing.closings(conn, last["period"])] == ["closed", "reopened", "closed"]
        assert statements.sealed(conn, last["closing"]) == seals
        assert len(statements.sealed(conn, done["closing"])) == len(seals)
        assert [entry.action for entry in audit.entries(conn, last["period"])][:1] == ["close"]
        assert verify(conn) is None
    tells_what_it_closed_before_a_refusal(company)


TWO = """people:
  - {login: root, name: Root, roles: [admin]}
  - {login: bo, name: Bo, roles: [finance]}
"""


@pytest.mark.synced
def test_later_months_are_reopened_with_one_request_that_names_each(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All or none, the last one first; another closing in between needs another agreement."""
    monkeypatch.setattr(clock, "now", company.clock)
    company.edit("tallystick.yaml", lambda text: text + BOOK)
    with company.store().read() as conn:
        months = sorted(ledger.periods(conn))[:3]
    close_all(company, months[-1])
    (company.folder / "access.yaml").write_text(TWO, encoding="utf-8")
    monkeypatch.setenv("TALLYSTICK_ACTOR", "root")
    words = ("reopen", months[0], "--with-later", "--reason", "a wrong rate")

    assert run_on(company, *words).exit_code == 3
    (asks,) = json.loads(run_on(company, "approvals", "--json").stdout)
    assert asks["asks"] == f"Open {', '.join(months)} again: a wrong rate."
    monkeypatch.setenv("TALLYSTICK_ACTOR", "bo")
    assert run_on(company, "approve", asks["id"]).exit_code == 0
    monkeypatch.setenv("TALLYSTICK_ACTOR", "root")
    assert run_on(company, "reopen", months[0], "--reason", "a wrong rate").exit_code == 1
    assert run_on(company, "reopen", months[1], "--with-later", "--reason", "a wrong rate").exit_code == 3
    assert ", ".join(months) in run_on(company, *words).stdout

    with company.store().read() as conn:
        opened = [(each.period, each.second) for each in closing.closings(conn) if each.action == "reopened"]
        assert opened == [(month, "bo") for month in reversed(months)]
        assert closing.closed(conn) == {}
        assert verify(conn) is None
    for subject, keeps_open in (("owners", False), ("change", True)):
        with company.store().write() as conn:
            approvals.add_request(conn, Dana(), "breaker", subject, {"why": []}, now=company.clock(), by_run=True)
            points = open_points(conn, company.configuration(), months[0], company.clock())
        assert ("waits_for_approval" in {point.code for point in points}) == keeps_open


@pytest.mark.synced
def test_a_label_that_no_plan_pays_by_is_not_closed(company: Company) -> None:
    """A quarter where every plan pays by the month would be closed with nothing in it."""
    with pytest.raises(SettingsProblem, match=r"FY2026-Q1 is a quarter, .* plans pay by: month"):
        close(company.configuration(), company.store(), "FY2026-Q1", sign)
