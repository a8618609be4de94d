"""From what is payable to what was paid: the payroll export, recording it, and balances that are carried forward."""

from __future__ import annotations

import csv
import json
import sqlite3
from contextlib import closing as closed_after
from decimal import Decimal
from pathlib import Path

import pytest

from commands import clock
from jobs.books.close import periods_to_close
from jobs.exports.files import csv_text
from jobs.statements.told import statement
from store import audit, closing, ledger, payments
from store.chain import verify
from store.database import Store
from tests.jobs.conftest import Company, all_seen
from tests.jobs.statements.test_forms import sheet_amounts
from tests.jobs.test_books import BOOK, close_all, parse
from tests.jobs.test_commands import run_on

PAID = "payee,period,amount,currency,paid_on,reference,reason"


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of an export."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def told(company: Company, *words: str) -> str:
    """What a command that works prints."""
    answer = run_on(company, *words)
    assert answer.exit_code == 0, answer.output
    return answer.output


def refused(company: Company, *words: str) -> str:
    """What a command that is refused says."""
    answer = run_on(company, *words)
    assert answer.exit_code == 1, answer.output
    return answer.output


def payable(store: Store, months: list[str]) -> int:
    """What shows as earned in these months; the company's plans pay at once."""
    with store.read() as conn:
        return sum(each.micros for each in ledger.sums(conn, ledger.EARNED) if each.booked_in in months)


@pytest.fixture
def paying(company: Company, monkeypatch: pytest.MonkeyPatch) -> Company:
    """A company whose late changes are booked without a question, with its first month closed."""
    monkeypatch.setattr(clock, "now", company.clock)
    company.edit("tallystick.yaml", lambda text: text + BOOK)
    company.cycle()
    close_all(company, months(company)[0])
    return company


def months(company: Company) -> list[str]:
    """The months in which something shows and that are open, oldest first."""
    return periods_to_close(company.configuration(), company.store(), "2026-10")


@pytest.mark.synced
def test_a_closed_month_is_paid_exactly_as_exported_and_once(paying: Company, tmp_path: Path) -> None:
    """No payroll of open months but a marked one; no payment beside the export, none twice; all of it on record."""
    first, second = labels(paying)
    out = [str(tmp_path / f"{number}.csv") for number in range(3)]
    assert "not closed" in refused(paying, "export", "payroll", second, "--out", out[0])
    told(paying, "export", "payroll", second, "--out", out[0], "--preliminary")
    assert {row["status"] for row in rows_of(Path(out[0]))} == {"PRELIMINARY"}
    assert "never exported" in refused(paying, "paid", first, "--reference", "RUN-1")

    assert "0.00" in told(paying, "export", "payroll", first, "--out", out[1])
    exported = rows_of(Path(out[1]))
    assert Path(out[1]).stat().st_mode & 0o777 == 0o600
    assert sum(parse(row["due"]) for row in exported) == payable(paying.store(), [first]) > 0
    assert all(row["seal"] and row["status"] == "final" for row in exported)
    assert "exists already" in refused(paying, "export", "payroll", first, "--out", out[1])
    book = tmp_path / "payroll.xlsx"
    told(paying, "export", "payroll", first, "--out", str(book))
    assert {Decimal(row["due"]) for row in exported} <= set(sheet_amounts(book.read_bytes(), "payroll"))

    done = json.loads(told(paying, "paid", first, "--reference", "RUN-1", "--on", "2026-11-10", "--json"))
    assert done["recorded"] == len(exported)
    assert "recorded already" in refused(paying, "paid", first, "--reference", "RUN-1")
    assert "Nothing is due" in refused(paying, "paid", first, "--reference", "RUN-2")
    told(paying, "export", "payroll", first, "--out", out[2])
    assert rows_of(Path(out[2])) == []
    store = paying.store()
    with store.read() as conn:
        actions = [entry.action for entry in audit.entries(conn, first)][:4]
        assert actions == ["export payroll", "paid", "export payroll", "export payroll"]
        assert verify(conn) is None
    for number in ("3", "4"):
        told(paying, "export", "journal", first, "--out", str(tmp_path / number))
    assert (tmp_path / "3").read_bytes() == (tmp_path / "4").read_bytes()
    assert "not closed" in refused(paying, "export", "journal", second, "--out", str(tmp_path / "5"))
    assert "only an export can be --preliminary" in refused(paying, "paid", second, "--reference", "RUN-3")
    told(paying, "export", "journal", "2026-11", "--out", str(tmp_path / "6"), "--preliminary")
    bank = [row for row in rows_of(tmp_path / "6") if row["role"] == "cash"]
    assert [(row["date"], row["reference"], row["about"]) for row in bank] == [("2026-11-10", "RUN-1", first)]
    assert sum(parse(row["credit"]) for row in bank) == paid_in_all(store)
    with closed_after(sqlite3.connect(store.path)) as raw, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        raw.execute("UPDATE payment SET amount_micros = 1")


@pytest.mark.synced
def test_what_was_paid_too_much_is_taken_from_the_next_payment(paying: Company, tmp_path: Path) -> None:
    """After a late change the balance is below zero: nothing is due, nothing is paid back, the statement says so."""
    first, second = labels(paying)
    told(paying, "export", "payroll", first, "--out", str(tmp_path / "1.csv"))
    told(paying, "paid", first, "--reference", "RUN-1")
    payee = rows_of(tmp_path / "1.csv")[0]
    store, configuration = paying.store(), paying.configuration()
    with store.read() as conn:
        deals = ledger.booked(conn, [payee["payee_id"]], period=first)["deal_id"].drop_nulls().unique().sort()
    for deal in deals:
        paying.org.update("Opportunity", deal, {"Amount": "1.00", "ACV__c": "1.00"})
    paying.clock.forward(minutes=15)
    told(paying, "sync")
    close_all(paying, second)
    told(paying, "export", "payroll", second, "--out", str(tmp_path / "2.csv"))

    after = {row["payee_id"]: row for row in rows_of(tmp_path / "2.csv")}
    summed = json.loads(told(paying, "summary", second, "--json"))["payees"]
    in_all = {row["payee_id"]: row["due"].replace(",", "") for row in summed}
    assert in_all == {payee_id: after[payee_id]["due"] if payee_id in after else "0.00" for payee_id in in_all}
    paid_month = json.loads(told(paying, "summary", first, "--json"))["totals"]
    assert [(row["due"], row["payout"] == row["paid"] != "0.00") for row in paid_month] == [("0.00", True)]
    total = sum(parse(row["due"]) + parse(row["carried_forward"]) for row in after.values())
    assert total == payable(store, [first, second]) - paid_in_all(store)
    assert any(parse(row["carried_forward"]) < 0 and row["due"] == "0.00" for row in after.values())
    with store.read() as conn:
        seen = all_seen(configuration)
        then, now = (
            statement(conn, payee["payee_id"], label, configuration, sight=seen)["payments"]
            for label in (first, second)
        )
        assert [paid["amount"].replace(",", "") for paid in then["payments"]] == [payee["due"]]
        assert [(of["due"], of["carried_forward"]) for of in then["balances"]] == [("0.00", "0.00")]
        row = after[payee["payee_id"]]
        [rebuilt] = json.loads(told(paying, "statement", payee["payee_id"], first, "--as-of", "2026-12-31", "--json"))[
            "payments"
        ]["payments"]
        assert rebuilt == then["payments"][0]
        assert now["balances"][0]["carried_forward"].replace(",", "") == row["carried_forward"]


def labels(company: Company) -> tuple[str, str]:
    """The closed month and the one after it."""
    with company.store().read() as conn:
        (shut,) = closing.closed(conn)
    return shut, months(company)[0]


def paid_in_all(store: Store) -> int:
    """Everything recorded as paid."""
    with store.read() as conn:
        return sum(payments.paid_sums(conn).values())


@pytest.mark.synced
def test_a_file_of_payments_is_recorded_whole_or_not_at_all(
    company: Company, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each bad row is named by file and line; a correction takes back what was paid, with a reason, and no more."""
    monkeypatch.setattr(clock, "now", company.clock)
    with company.store().read() as conn:
        payee = sorted(ledger.payees_in(conn, "2026-10"))[0]
    good = [f"{payee},2026-10,100.50,USD,2026-11-10,RUN-1,", f"{payee},2026-10,-20.50,USD,2026-11-11,FIX-1,bounced"]
    bad = {
        "nobody,2026-10,1.00,USD,2026-11-10,R,": "no people",
        f"{payee},2026-1,1.00,USD,2026-11-10,R,": "label of no period",
        f"{payee},2026-10,1.005,USD,2026-11-10,R,": "minor units",
        f"{payee},2026-10,1.00,XXD,2026-11-10,R,": "not a currency",
        f"{payee},2026-10,1.00,USD,2026-12-10,R,": "still to come",
        f"{payee},2026-10,1.00,USD,10.11.2026,R,": "isoformat",
        f"{payee},2026-10,1.00,USD,2026-11-10,,": "needs the reference",
        f"{payee},2026-10,-1.00,USD,2026-11-10,R,": "needs a reason",
        f"{payee},2026-10,-80.01,USD,2026-11-10,R,too much": "only 80.00 was paid",
        f"{payee},2026-10,1.00,USD,2026-11-10,RUN-1,": "recorded already",
    }
    file = tmp_path / "paid.csv"
    file.write_text("\n".join([PAID, *good, *bad]), encoding="utf-8")
    said = refused(company, "paid", "--file", str(file))
    for line, problem in enumerate(bad.values(), start=4):
        assert any(f"paid.csv:{line}: " in row and problem in row for row in said.splitlines()), (line, problem, said)
    assert paid_in_all(company.store()) == 0

    file.write_text("\n".join([PAID, *good]), encoding="utf-8")
    told(company, "paid", "--file", str(file))
    assert paid_in_all(company.store()) == parse("80.00")
    assert "paid.csv:2: reference RUN-1 is recorded already" in refused(company, "paid", "--file", str(file))


def test_cells_that_a_spreadsheet_would_compute_are_text() -> None:
    """Names are not trusted; amounts are numbers, also below zero."""
    text = csv_text(("name", "due"), [('=HYPERLINK("x")', "-1.00"), ("\uff0b1", "2.00"), ("O'Neil", "3.00")], ("due",))

    assert text == 'name,due\n"\'=HYPERLINK(""x"")",-1.00\n\'\uff0b1,2.00\nO\'Neil,3.00\n'
