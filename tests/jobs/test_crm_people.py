"""What the CRM says of people is dated by when it was read; people files decide about whom they mention."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from jobs.crm_people import crm_people, for_the_company, tell_people
from jobs.guard import ChangeHeld
from store.database import open_store
from tests.jobs.conftest import Company
from tests.jobs.test_commands import run_on

ROLES = {"Account Executive": "AE", "Sales Manager": "MANAGER"}
ADA = {"title": "Account Executive", "active": True, "manager": "mia", "email": "ada@x.example", "pay": None}


@pytest.fixture
def conn(tmp_path: Path) -> Any:
    """A database of its own."""
    store = open_store(f"sqlite:///{tmp_path / 't.db'}", lambda: datetime.now(UTC))
    with store.write() as connection:
        yield connection
    store.close()


def read(conn: Connection, day: str, **changes: Any) -> None:
    """Ada's record, read on a day."""
    said, today, now = ADA | changes, date.fromisoformat(day), datetime.fromisoformat(f"{day}T12:00:00+00:00")
    row = ("ada", "ada", "Ada", said["email"], said["title"], said["active"], said["manager"], None)
    pay = [("ada", *said["pay"])] if isinstance(said["pay"], tuple) else []
    tell_people(conn, {"people": [row], "compensation": pay}, today, now)


def spans(rows: list[tuple[Any, ...]], *of: int) -> list[list[str]]:
    return [[str(row[each]) for each in of] for row in rows]


def test_what_was_read_first_counts_from_the_beginning_and_the_rest_from_its_day(conn: Connection) -> None:
    read(conn, "2026-03-01", pay=(1, 2, 3, None))
    read(conn, "2026-05-01")  # nothing is news, but for the pay, which this mapping did not read
    read(conn, "2026-06-01", manager="max", title="Sales Manager", pay=(2, 2, 4, None))
    read(conn, "2026-06-01", manager="max", title="Account Executive", email="Ada.New@x.example")
    read(conn, "2026-08-01", manager=None, title="Sales Manager", email="Ada.New@x.example")
    read(conn, "2026-11-01", manager="mia", title="Sales Manager", active=False)

    found = crm_people(conn, ROLES)

    assert spans(found.roles, 1, 4, 5) == [
        ["AE", "0001-01-01", "2026-08-01"],
        ["MANAGER", "2026-08-01", "2026-11-01"],
    ]
    assert spans(found.managers, 1, 2, 3) == [
        ["mia", "0001-01-01", "2026-06-01"],
        ["max", "2026-06-01", "2026-08-01"],
        ["mia", "2026-11-01", "None"],
    ]
    assert spans(found.pay, 1, 2, 3, 5) == [["0001-01-01", "2026-06-01", "1", "3"], ["2026-06-01", "None", "2", "4"]]
    assert found.emails == {"ada@x.example": {"ada"}, "ada.new@x.example": {"ada"}}


def test_who_had_left_when_first_read_held_a_role_until_then_at_most(conn: Connection) -> None:
    read(conn, "2026-03-01", active=False)

    assert spans(crm_people(conn, ROLES).roles, 1, 2, 4, 5) == [["AE", "owned", "0001-01-01", "2026-03-01"]]


def test_a_title_is_held_for_the_company_by_who_has_it_alone_and_by_members_of_a_pool() -> None:
    days = [date(2026, month, 1) for month in (1, 3, 5, 7)]
    first, second = (
        ("ada", "AE", "owned", None, days[0], days[2], None),
        ("bo", "AE", "owned", None, days[1], None, None),
    )

    alone = list(for_the_company([first, second], (), ()))

    assert spans(alone, 0, 2, 4, 5) == [
        ["ada", "company", "2026-01-01", "2026-03-01"],
        ["bo", "company", "2026-05-01", "None"],
    ]
    assert not list(for_the_company([first, second], {"AE"}, ()))
    assert spans(list(for_the_company([first, second], {"AE"}, {"AE"})), 0, 4) == [
        ["ada", "2026-01-01"],
        ["bo", "2026-03-01"],
    ]


def told(company: Company) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(run_on(company, "people", "--json").stdout)["gaps_and_rivals"]
    return found


@pytest.mark.synced
@pytest.mark.usefixtures("same_clock")
def test_another_address_or_manager_in_the_crm_takes_nothing_back_and_is_told(company: Company) -> None:
    file = company.folder / "people" / "reporting.csv"
    payee, manager, *_ = file.read_text().splitlines()[-1].split(",")
    user = next(each for each in company.world.document["users"] if each["Email"] == payee)
    other = next(each["Id"] for each in company.world.document["users"] if each["Email"] not in (payee, manager))
    company.org.update("User", user["Id"], {"Email": "renamed@harbour.example", "ManagerId": other})

    changed = company.cycle()
    company.nothing_more()

    messages = {issue["subject"]: issue["message"] for issue in told(company)}
    assert (changed.computed.full, changed.computed.postings.height) == (True, 0)
    line = len(file.read_text().splitlines())
    assert messages[f"{file}:{line}"] == f"payee: {payee} is the former address of renamed@harbour.example."
    assert any(message.startswith("reports to ") and message.endswith(" in the CRM.") for message in messages.values())


@pytest.mark.synced
@pytest.mark.usefixtures("same_clock")
def test_a_slip_in_a_people_file_takes_nothing_back_by_itself(company: Company) -> None:
    file = company.folder / "people" / "enrolments.csv"
    before = file.read_text()
    payee = next(row.split(",")[0] for row in before.splitlines() if ",ae," in row)
    file.write_text(before.replace(payee, "ad@harbour.example"))

    with pytest.raises(ChangeHeld, match=r"while a row of the people files is refused \(.*enrolments\.csv:\d+"):
        company.cycle()

    file.write_text(before)
    company.nothing_more()


@pytest.mark.synced
@pytest.mark.usefixtures("same_clock")
def test_who_is_not_mentioned_reports_to_the_manager_in_the_crm(company: Company) -> None:
    file = company.folder / "people" / "reporting.csv"
    header, *rows = file.read_text().splitlines()
    payee = rows[-1].split(",")[0]
    others = [header, *(row for row in rows if not row.startswith(payee))]
    file.write_text("\n".join([*others, f"{payee},nobody,2020-01-01,"]))
    refused = json.loads(run_on(company, "people", "--json").stdout)["people"]
    file.write_text("\n".join(others))
    left_out = json.loads(run_on(company, "people", "--json").stdout)["people"]

    user = next(each for each in company.world.document["users"] if each["Email"] == payee)
    boss = next(each["Name"] for each in company.world.document["users"] if each["Id"] == user["ManagerId"])
    assert [each["reports_to"] for found in (refused, left_out) for each in found if each["name"] == user["Name"]] == [
        [],
        [boss],
    ]


def test_before_the_first_cycle_people_says_so_once_and_not_of_every_row(company: Company) -> None:
    assert [(issue["subject"], issue["remedy"]) for issue in told(company)] == [
        ("people of the CRM", "Run worker.py sync first.")
    ]
