"""Reassign: what a change of hands does is shown first, and only then written into the people files."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import pytest

from engine.documents.company.people import payee_reader
from engine.documents.engagement.reassignment import Change, read_reassignment
from jobs.reports.reassign import reassign, role_moved
from jobs.reports.show_reassign import show_reassignment
from jobs.settings import SettingsProblem
from tests.engine.builders import book
from tests.jobs.conftest import Company

HEADER = "on,change,role,scope,value,from,to"
ROLES = (
    "payee,role,scope,value,from,until\nada,AE,territory,West,2026-01-01,\nbo,AE,territory,East,2026-07-01,2027-01-01\n"
)


def change(**written: str) -> Change:
    cells = ["2026-07-01", *(written.get(name, "") for name in HEADER.split(",")[1:])]
    found = read_reassignment(f"{HEADER}\n{','.join(cells)}\n", "c.csv")
    assert found.rows is not None, found.issues
    return found.rows.changes[0]


def moved(texts: dict[str, str], **written: str) -> list[str]:
    people = book(people=[{"person_id": name} for name in ("ada", "bo", "cay")]).people
    return role_moved(change(change="role", **written), texts, payee_reader(people)).splitlines()[1:]


def test_a_holding_ends_where_the_next_begins() -> None:
    rows = moved(
        {"people/roles.csv": ROLES}, role="AE", scope="territory", value="West", **{"from": "ada", "to": "cay"}
    )

    assert rows == [
        "ada,AE,territory,West,2026-01-01,2026-07-01",
        "bo,AE,territory,East,2026-07-01,2027-01-01",
        "cay,AE,territory,West,2026-07-01,",
    ]


def test_a_holding_that_would_begin_that_day_goes_and_its_end_is_taken_over() -> None:
    rows = moved({"people/roles.csv": ROLES}, role="AE", scope="territory", value="East", **{"from": "bo", "to": "cay"})

    assert rows[1:] == ["cay,AE,territory,East,2026-07-01,2027-01-01"]


@pytest.mark.parametrize(
    ("texts", "giver", "words"),
    [
        (
            {"people/roles.csv": ROLES},
            "cay",
            "cay does not hold AE of territory West on 2026-07-01; see people/roles.csv",
        ),
        ({}, "ada", "there is no people/roles.csv: roles come from titles in the CRM"),
    ],
)
def test_what_cannot_be_passed_on_is_told_with_the_file(texts: dict[str, str], giver: str, words: str) -> None:
    with pytest.raises(SettingsProblem, match=words):
        moved(texts, role="AE", scope="territory", value="West", **{"from": giver, "to": "bo"})


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (
            "2026-07-01,rolle,AE,company,,ada,bo",
            "c.csv:2: changes[1].change: rolle is not a choice here. Did you mean role?",
        ),
        ("2026-07-01,role,AE,company,,,", "c.csv:2: changes[1]: changes nothing. Write from, to, or both."),
        ("2026-07-01,account,,,,x,y", "c.csv:2: changes[1]: an account changes lists, not roles."),
        ("07/01/2026,role,AE,company,,ada,bo", "c.csv:2: on: "),
    ],
)
def test_a_wrong_line_is_named(line: str, problem: str) -> None:
    assert str(read_reassignment(f"{HEADER}\n{line}\n", "c.csv").issues[0]).startswith(problem)


@pytest.mark.synced
def test_a_look_shows_books_and_pay_and_writes_nothing_until_it_is_meant(
    company: Company, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configuration, store = company.configuration(), company.store()
    roles = company.folder / "people" / "roles.csv"
    before = roles.read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(StringIO(before)) if row["role"] == "AE" and not row["until"]]
    giver, taker = rows[0], rows[1]
    file = tmp_path / "changes.yaml"
    file.write_text(
        f"changes: [{{on: 2026-02-01, change: role, role: AE, scope: {giver['scope']}, value: {giver['value']}, "
        f"from: {giver['payee']}, to: {taker['payee']}}},\n"
        f"  {{on: 2026-02-01, change: role, role: AE, scope: territory, value: Nowhere, to: {taker['payee']}}}]\n"
    )

    look = reassign(configuration, store, file, company.clock, dry_run=True)
    show_reassignment(look, as_json=False)

    moved_books = [book for payee in look["payees"] for book in payee["books"] if book["role"] == "AE"]
    assert sum(book["accounts"]["new"] - book["accounts"]["old"] for book in moved_books) == 0
    assert any(book["accounts"]["new"] < book["accounts"]["old"] for book in moved_books)
    assert (look["files"], look["written"], roles.read_text(encoding="utf-8")) == (["people/roles.csv"], False, before)
    said = " ".join(capsys.readouterr().out.split())
    assert "Would change people/roles.csv" in said
    assert "! new: role AE of territory Nowhere: is held for a territory that neither the rules nor any account" in said

    assert reassign(configuration, store, file, company.clock, dry_run=False)["written"]
    assert f"{taker['payee']},AE,{giver['scope']},{giver['value']},2026-02-01" in roles.read_text(encoding="utf-8")
