"""People files: rows that are right become frames, every other row is an issue with its line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import frames as f
from engine.documents.company.people import (
    read_compensation,
    read_enrolments,
    read_events,
    read_leave,
    read_list,
    read_quotas,
    read_reporting,
    read_results,
    read_roles,
)
from engine.model import MICROS, Found
from tests.engine.builders import frame

ANN = {"person_id": "ann", "user_id": "005000000000001AAA", "email": "Ann@example.com"}
BOB = {"person_id": "bob", "user_id": "005000000000002AAA", "email": "bob@example.com"}
EVE = {"person_id": "eve", "user_id": "005000000000003AAA", "email": "shared@example.com"}
EVA = {"person_id": "eva", "user_id": "005000000000004AAA", "email": "shared@example.com"}
PEOPLE = frame(f.People, [ANN, BOB, EVE, EVA])
ACCOUNTS = frame(f.Accounts, [{"account_id": "001000000000001AAA"}, {"account_id": "house"}])
READERS: dict[str, Callable[[str], Found]] = {
    "roles": partial(read_roles, file="f.csv", people=PEOPLE, accounts=ACCOUNTS["account_id"]),
    "reporting": partial(read_reporting, file="f.csv", people=PEOPLE),
    "enrolments": partial(read_enrolments, file="f.csv", people=PEOPLE, plans=["ae"]),
    "quotas": partial(read_quotas, file="f.csv", people=PEOPLE, quotas=["new_acv"]),
    "compensation": partial(read_compensation, file="f.csv", people=PEOPLE),
    "leave": partial(read_leave, file="f.csv", people=PEOPLE),
    "results": partial(read_results, file="f.csv", people=PEOPLE, results=["nps"]),
    "events": partial(read_events, file="f.csv"),
    "list": partial(read_list, file="f.csv", name="named", accounts=ACCOUNTS),
}
HEADERS = {
    "roles": "payee,role,scope,value,from,until",
    "reporting": "payee,manager,from,until",
    "enrolments": "payee,plan,from,until",
    "quotas": "payee,quota,from,until,amount",
    "compensation": "payee,from,until,base_salary,ote,variable,currency",
    "leave": "payee,from,until,protected",
    "results": "payee,result,from,until,value",
    "events": "deal,event,on,amount",
    "list": "account,from,until",
}
BAD_ROWS = (Path(__file__).parent / "bad_rows.txt").read_text().strip().split("\n\n")[1:]


def issues(kind: str, *rows: str) -> list[str]:
    return [str(issue) for issue in READERS[kind]("\n".join([HEADERS[kind], *rows])).issues]


@pytest.mark.parametrize("payee", ["ann", "ANN@example.COM", "005000000000001AAA", "005000000000001", " ann "])
def test_a_payee_is_found_by_email_person_id_and_user_id(payee: str) -> None:
    found = READERS["enrolments"](f"payee,plan,from,until\n{payee},ae,2026-02-01,\n")

    assert found.issues == ()
    assert found.rows.rows() == [("ann", "ae", date(2026, 2, 1), None)]


def test_accents_of_an_address_may_be_written_in_either_way() -> None:
    people = frame(f.People, [ANN | {"email": "\u00c8ve@example.com"}])

    found = read_enrolments("payee,plan,from,until\ne\u0300VE@example.com,ae,2026-02-01,\n", "f.csv", people)

    assert (found.issues, found.rows["person_id"].to_list()) == ((), ["ann"])


def test_roles_hold_for_the_company_or_for_a_named_part_of_it() -> None:
    rows = "ann,AE,company,,2026-02-01,2026-03-01\nbob,CSM,territory,West,2026-02-01,\n"

    found = READERS["roles"](f"{HEADERS['roles']}\n{rows}")

    assert found.issues == ()
    assert found.rows.rows() == [
        ("ann", "AE", "company", None, date(2026, 2, 1), date(2026, 3, 1), None),
        ("bob", "CSM", "territory", "West", date(2026, 2, 1), None, None),
    ]


def test_holdings_may_state_a_capacity() -> None:
    rows = "ann,CSM,company,,2026-02-01,,40\nbob,CSM,company,,2026-02-01,,\neva,CSM,company,,2026-02-01,,4.5\n"

    found = READERS["roles"](f"{HEADERS['roles']},capacity\n{rows}")

    assert found.rows["capacity"].to_list() == [40, None]
    assert [str(issue) for issue in found.issues] == [
        "f.csv:4: capacity: 4.5 is not a number of accounts. Write a whole number, such as 40."
    ]


def test_leave_is_not_protected_unless_it_says_so() -> None:
    bare = READERS["leave"]("payee,from,until\nann,2026-02-01,2026-03-01\n")
    found = READERS["leave"](f"{HEADERS['leave']}\nann,2026-02-01,2026-03-01,\nbob,2026-02-01,,yes\n")

    assert not (*bare.issues, *found.issues)
    assert (bare.rows["protected"].to_list(), found.rows["protected"].to_list()) == ([False], [False, True])


def test_quotas_are_exact_micro_units_and_columns_come_in_any_order() -> None:
    found = READERS["quotas"]("amount,payee,from,until,quota\n12000.50,bob,2026-02-01,2026-03-01,new_acv\n")

    assert found.issues == ()
    assert found.rows.rows() == [("bob", "new_acv", date(2026, 2, 1), date(2026, 3, 1), 12_000_500_000)]
    assert found.rows["amount_micros"][0] == 12_000 * MICROS + MICROS // 2


def test_results_are_numbers_or_percentages() -> None:
    rows = "ann,nps,2026-02-01,2026-03-01,45.5\nann,nps,2026-03-01,2026-04-01,92.5%\nbob,nps,2026-02-01,2026-03-01,-3\n"

    found = READERS["results"](f"{HEADERS['results']}\n{rows}")

    assert found.issues == ()
    assert found.rows.select("person_id", "value_micros", "in_percent").rows() == [
        ("ann", 45_500_000, False),
        ("ann", 925_000, True),
        ("bob", -3_000_000, False),
    ]


def test_events_of_deals_have_an_amount_or_are_about_all_of_it() -> None:
    found = READERS["events"](f"{HEADERS['events']}\nD1,refunded,2026-02-01,250.50\nD2,unpaid,2026-03-01,\n")

    assert found.issues == ()
    assert found.rows.rows() == [
        ("D1", "refunded", date(2026, 2, 1), 250_500_000),
        ("D2", "unpaid", date(2026, 3, 1), None),
    ]


def test_invoices_and_payments_are_rows_and_a_start_has_no_amount() -> None:
    rows = ("D1,payment,2026-02-01,250.50", "D1,payment,2026-03-01,", "D1,go_live,2026-03-01,5", "D1,paid,2026-03-01,")
    found = READERS["events"]("\n".join([HEADERS["events"], *rows]))

    assert found.rows["kind"].to_list() == ["payment", "payment"]
    start, unknown = (str(issue) for issue in found.issues)
    assert start == "f.csv:4: amount: go_live is of the whole deal. Leave it empty."
    assert unknown == "f.csv:5: event: no event is called paid. Did you mean payment?"


def test_a_list_takes_the_15_character_ids_of_reports_and_open_ends() -> None:
    found = READERS["list"]("account,from,until\n001000000000001,,\nhouse,2026-02-01,\n")

    assert found.issues == ()
    assert found.rows.rows() == [
        ("named", "001000000000001AAA", None, None),
        ("named", "house", date(2026, 2, 1), None),
    ]


def test_windows_that_touch_do_not_overlap() -> None:
    assert issues("enrolments", "ann,ae,2026-02-01,2026-03-01", "ann,ae,2026-03-01,") == []


def test_good_rows_are_read_beside_bad_ones() -> None:
    found = READERS["enrolments"]("payee,plan,from,until\nnobody,ae,2026-02-01,\nbob,ae,2026-02-01,\n")

    assert found.rows["person_id"].to_list() == ["bob"]
    assert len(found.issues) == 1


@pytest.mark.parametrize("case", BAD_ROWS, ids=lambda case: case.splitlines()[-1].strip())
def test_a_bad_row_is_named_with_its_line_and_remedy(case: str) -> None:
    kind, *rows, expected = (line.strip() for line in case.splitlines())

    assert issues(kind, *rows) == [expected]


def test_a_circle_of_managers_is_refused_where_it_closes() -> None:
    rows = ["ann,bob,2026-02-01,", "bob,eve,2026-02-01,2026-06-01", "bob,ann,2026-06-01,"]

    assert issues("reporting", *rows) == [
        "f.csv:4: manager: bob is above himself on 2026-06-01. Mend the manager of one of those in the circle."
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["f.csv:1: the file is empty. Write the header payee,plan,from,until."]),
        (
            "payee;plan;from;until\n",
            ["f.csv:1: columns are not separated by commas. Save the file as CSV with commas."],
        ),
        (
            "\n\npayee,plan,from,untl\n",
            [
                "f.csv:3: unknown column untl. Did you mean until?",
                "f.csv:3: column until is missing. The header is payee,plan,from,until.",
            ],
        ),
        ("payee,plan,from,until,plan\n", ["f.csv:1: column plan is there twice. Keep one of them."]),
        (
            'payee,plan,from,until\n"ann"x,ae,,\n',
            ["f.csv:2: not CSV: ',' expected after '\"'. Check the quotes on and above this line."],
        ),
    ],
)
def test_a_file_that_is_no_table_of_ours_is_named(text: str, expected: list[str]) -> None:
    assert [str(issue) for issue in READERS["enrolments"](text).issues] == expected


@settings(deadline=None)  # other work on the machine is no failure
@given(
    text=st.text(st.one_of(st.sampled_from(',"\n\r;0-'), st.characters()), max_size=80),
    kind=st.sampled_from([*READERS]),
)
def test_no_text_raises(text: str, kind: str) -> None:
    READERS[kind](text)
    READERS[kind](f"{HEADERS[kind]}\n{text}")


@pytest.mark.parametrize("cells", ["90000,150000,", "90000,,60000", ",150000,60000", "90000,150000,60000"])
def test_of_base_salary_ote_and_variable_one_follows_from_two(cells: str) -> None:
    found = READERS["compensation"](f"{HEADERS['compensation']}\nann,2026-02-01,,{cells},EUR\n")

    amounts = found.rows.select("base_salary_micros", "ote_micros", "variable_micros").row(0)
    assert amounts == (90_000_000_000, 150_000_000_000, 60_000_000_000)
    assert found.rows["currency"].to_list() == ["EUR"]
