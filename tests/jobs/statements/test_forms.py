"""The files of statements and their summary: the same cents in every form, and only what whoever asks may see."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from engine.money import format_amount
from jobs.access.actor import Actor
from jobs.access.visible import sight_of
from jobs.books.periods import named
from jobs.paying.dues import dues
from jobs.statements.everybody import statements, summary
from jobs.statements.forms import FORMS
from jobs.statements.summary_forms import FORMS as SUMMARY_FORMS
from jobs.statements.told import nothing_shown, statement
from store import ledger, people, results
from tests.jobs.conftest import Company, all_seen
from tests.jobs.test_commands import run_on

FORMULA = "=cmd|' /C calc'!A0"


@pytest.mark.synced
def test_every_form_adds_up_to_the_statement_and_the_summary_to_the_ledger(company: Company, tmp_path: Path) -> None:
    """CSV, workbook and statement of everybody of a busy month; the summary ties to the ledger to 0.00."""
    configuration, seen = company.configuration(), all_seen(company.configuration())
    with company.store().read() as conn:
        period = results.lines_of(conn, None)["period"].mode().sort()[0]
        every = dict(statements(conn, period, configuration, seen))
        told = summary(conn, period, configuration, seen)
        booked = ledger.booked(conn, None, period=period)
        owed = [each.due for each in dues(conn, configuration, named(period, configuration))]
        one = statement(conn, next(iter(every)), period, configuration, sight=seen)

    del one["periods"]
    assert every[next(iter(every))] == one
    for answer in every.values():
        totals = {currency: amount.replace(",", "") for currency, amount in answer["totals"].items()}
        assert {name: str(sum(amounts)) for name, amounts in csv_amounts(FORMS["csv"](answer)).items()} == totals
        assert str(sum(sheet_amounts(FORMS["xlsx"](answer), "Lines"), Decimal("0.00"))) == totals["USD"]
    assert set(every) >= set(booked["payee_id"])
    ours = format_amount(booked["delta_micros"].sum(), "USD")
    assert [row["earned"] for row in told["totals"]] == [row["earned"] for row in told["ledger"]] == [ours]
    due = [Decimal(row["due"].replace(",", "")) for row in (*told["totals"], *told["due_beside"])]
    assert (len(told["due_beside"]), format_amount(sum(owed), "USD")) == (1, f"{sum(due):,}")
    earned = sum(Decimal(row["earned"]) for row in csv.DictReader(io.StringIO(SUMMARY_FORMS["csv"](told).decode())))
    assert format_amount(int(earned * 10**6), "USD") == ours
    done = run_on(company, "statements", period, "--folder", str(tmp_path / "all"), "--form", "csv")
    assert (done.exit_code, len(list((tmp_path / "all").iterdir()))) == (0, len(every))
    (tmp_path / "taken").touch()
    refused = run_on(company, "statements", period, "--folder", str(tmp_path / "taken"))
    assert (refused.exit_code, "taken cannot be made: File exists." in refused.output) == (1, True)


def csv_amounts(content: bytes) -> dict[str, list[Decimal]]:
    """The amounts by currency."""
    found: dict[str, list[Decimal]] = {}
    for row in csv.DictReader(io.StringIO(content.decode())):
        found.setdefault(row["currency"], []).append(Decimal(row["amount"]))
    return found


def sheet_amounts(content: bytes, name: str) -> list[Decimal]:
    """The numbers of a sheet, to the cent; text is kept apart from them in a workbook."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        names = re.findall(r'<sheet name="([^"]*)"', file.read("xl/workbook.xml").decode())
        xml = file.read(f"xl/worksheets/sheet{names.index(name) + 1}.xml").decode()
    cells = re.findall(r"<c ([^>]*)><v>([^<]*)</v></c>", xml)
    return [Decimal(value).quantize(Decimal("0.01")) for told, value in cells if 't="s"' not in told]


@pytest.mark.synced
def test_a_manager_is_given_the_own_tree_alone(company: Company) -> None:
    """The sums are those of whom the manager sees, and of the same postings; a payee's summary is the own row."""
    configuration = company.configuration()
    with company.store().read() as conn:
        booked = ledger.booked(conn, None)
        shown = booked.filter(booked_in=booked["booked_in"].mode().sort()[-1])
        period, reports = shown["booked_in"][0], people.reporting(conn)
        paid = set(shown["payee_id"])
        manager = Counter(boss for who, boss, *_ in reports if {who, boss} <= paid).most_common()[-1][0]
        for role in ("manager", "payee"):
            actor = Actor(role, role, role, manager, frozenset({role}))
            sight = sight_of(actor, conn, configuration.rules.company, company.clock())
            below, told = sight.in_period(period).payees, summary(conn, period, configuration, sight)
            ours = shown.filter(pl.col("payee_id").is_in(list(below)))
            assert {row["payee_id"] for row in told["payees"]} == set(ours["payee_id"])
            assert 0 < ours.height < shown.height
            total = format_amount(ours["delta_micros"].sum(), "USD")
            assert [row["earned"] for row in told["totals"]] == [row["earned"] for row in told["ledger"]] == [total]


def test_a_workbook_computes_nothing_and_is_the_same_file_again() -> None:
    """Formulas in names are text, in CSV as in a workbook."""
    answer = hostile()
    text, book = FORMS["csv"](answer).decode(), FORMS["xlsx"](answer)

    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["deal"], row["amount"]) == (f"'{FORMULA}", "-1234.50")
    with zipfile.ZipFile(io.BytesIO(book)) as file:
        sheets = [file.read(name).decode() for name in file.namelist() if "worksheets/" in name]
        strings = file.read("xl/sharedStrings.xml").decode()
    assert not [sheet for sheet in sheets if "<f>" in sheet]
    assert "<t>=cmd" not in strings
    assert sheet_amounts(book, "Lines") == [Decimal("-1234.50")]
    assert FORMS["xlsx"](hostile()) == book


def hostile() -> dict[str, Any]:
    """A statement of one line whose texts are formulas."""
    line = {"deal_id": "1", "deal": FORMULA, "plan": FORMULA, "component": FORMULA, "kind": "commission"}
    line |= {"period": "2026-10", "dated_on": "2026-10-01", "sentence": FORMULA, "amount": "-1,234.50"}
    empty = nothing_shown({"name": FORMULA, "email": None}, "2026-10")
    return empty | {
        "lines": [line | {"currency": "USD"}],
        "totals": {"USD": "-1,234.50"},
        "changed": None,
        "payments": {"payments": []},
    }
