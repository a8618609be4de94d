"""The book in the store: what goes in comes out as valid frames, account by account."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any

import polars as pl
import pytest
from dataframely.exc import ValidationError

from engine.book import Book
from store.canonical import KEPT, accounts_of, lines_of, load_book, replace_all, replace_rows
from store.database import Store
from tests.engine.builders import book

HOUSE = {
    "deals": [
        {"deal_id": "D1", "account_id": "A1", "amount_micros": 2**60, "starts_on": "2024-02-29"},
        {"deal_id": "D2", "account_id": "A2", "name": "Ünï 🎋", "is_won": False},
        {"deal_id": "D3", "account_id": None, "amount_micros": None},
    ],
    "deal_lines": [{"deal_id": "D1"}, {"deal_id": "D2"}, {"deal_id": "D3"}],
    "splits": [{"deal_id": "D1", "user_id": "u-bo", "share_num": 1, "share_den": 3}],
    "team_members": [{"deal_id": "D3", "user_id": "u-bo", "role": "SE"}],
    "contracts": [{"contract_id": "K1", "account_id": "A1"}, {"contract_id": "K2", "account_id": "A2"}],
    "role_holdings": [{"person_id": "ada", "role": "AE", "scope": "territory", "value": "West"}],
    "reporting_lines": [{"person_id": "ada", "manager_id": "cy"}],
    "enrolments": [{"person_id": "ada", "plan": "ae"}],
    "quotas": [
        {"person_id": "ada", "quota": "acv", "from_on": "2026-02-01", "until_on": "2026-03-01", "amount_micros": 5}
    ],
    "compensation": [{"person_id": "ada", "from_on": "2026-02-01", "base_salary_micros": 5, "currency": "USD"}],
    "leaves": [{"person_id": "ada", "from_on": "2026-02-01", "protected": True}],
    "imported_results": [
        {"person_id": "ada", "result": "nps", "from_on": "2026-02-01", "until_on": "2026-03-01", "value_micros": 5}
    ],
    "fx_rates": [{"currency": "EUR", "from_on": "2026-01-01", "rate_num": 11, "rate_den": 10}],
    "list_entries": [{"list": "named", "account_id": "A1"}],
}


@pytest.fixture
def whole() -> Book:
    return book(**HOUSE)


@pytest.fixture
def filled(store: Store, whole: Book) -> Store:
    with store.write() as conn:
        for name in KEPT:
            replace_all(conn, name, getattr(whole, name))  # type: ignore[arg-type]
    return store


def _same(one: pl.DataFrame, other: pl.DataFrame) -> bool:
    return one.sort(one.columns).equals(other.sort(other.columns))


def test_the_whole_book_comes_back(filled: Store, whole: Book) -> None:
    with filled.read() as conn:
        loaded = load_book(conn, None)

    assert [f.name for f in fields(Book) if not _same(getattr(loaded, f.name), getattr(whole, f.name))] == []


def test_an_empty_store_gives_an_empty_book(store: Store) -> None:
    with store.read() as conn:
        loaded = load_book(conn, None)

    assert all(getattr(loaded, f.name).is_empty() for f in fields(Book))


def test_a_part_of_the_book_holds_whole_accounts_and_all_people_data(filled: Store, whole: Book) -> None:
    with filled.read() as conn:
        part = load_book(conn, ["A1"], ["D3"])

    assert part.accounts["account_id"].to_list() == ["A1"]
    assert sorted(part.deals["deal_id"]) == ["D1", "D3"]
    assert sorted(part.deal_lines["deal_id"]) == ["D1", "D3"]
    assert part.splits["deal_id"].to_list() == ["D1"]
    assert part.team_members["deal_id"].to_list() == ["D3"]
    assert part.contracts["contract_id"].to_list() == ["K1"]
    assert _same(part.people, whole.people)
    assert _same(part.quotas, whole.quotas)


def test_no_accounts_is_not_all_accounts(filled: Store) -> None:
    with filled.read() as conn:
        part = load_book(conn, [])

    assert part.deals.is_empty()
    assert not part.people.is_empty()


def test_more_ids_than_a_statement_may_name(filled: Store) -> None:
    many = [f"A{number}" for number in range(100_000)]

    with filled.read() as conn:
        assert sorted(load_book(conn, many).deals["deal_id"]) == ["D1", "D2"]
        assert accounts_of(conn, [f"D{number}" for number in range(100_000)]) == {"A1", "A2"}


def test_rows_of_the_keys_are_replaced_and_others_stay(filled: Store) -> None:
    changed = dict.fromkeys(KEPT["deal_lines"][1].column_names()) | {"line_id": "L9", "deal_id": "D1"}
    with filled.write() as conn:
        replace_rows(conn, "deal_lines", "deal_id", ["D1", "D2"], [changed])
        lines = load_book(conn, None).deal_lines

    assert sorted(lines.select("deal_id", "line_id").rows()) == [("D1", "L9"), ("D3", "line_id-2")]


def test_rows_may_be_tuples_in_the_schemas_order(store: Store) -> None:
    with store.write() as conn:
        replace_rows(conn, "splits", "split_id", ["S1"], [("S1", "D1", "u-bo", 1, 3)])

        assert load_book(conn, None).splits.rows() == [("S1", "D1", "u-bo", 1, 3)]


@pytest.mark.parametrize("row", [{"split_id": "S1"}, {**dict.fromkeys(KEPT["splits"][1].column_names()), "typo": 1}])
def test_an_unknown_or_missing_column_is_never_a_null(store: Store, row: dict[str, Any]) -> None:
    with store.write() as conn, pytest.raises(ValueError, match="a row of Splits has unknown or missing columns"):
        replace_rows(conn, "splits", "split_id", ["S1"], [row])


def test_a_row_against_the_schema_is_refused(store: Store) -> None:
    with store.write() as conn, pytest.raises(ValidationError, match="share_den"):
        replace_rows(conn, "splits", "split_id", ["S1"], [("S1", "D1", "u-bo", 1, 0)])


def test_replacing_a_frame_tells_whether_anything_differs(store: Store) -> None:
    one, two = ("EUR", date(2026, 1, 1), None, 11, 10), ("GBP", date(2026, 1, 1), date(2026, 2, 1), 13, 10)

    with store.write() as conn:
        answers = [replace_all(conn, "fx_rates", rows) for rows in ([one, two], [two, one], [one], [one], [])]

    assert answers == [True, False, True, False, True]


def test_lines_of_deals_are_found_whatever_account_they_are_of(filled: Store) -> None:
    with filled.read() as conn:
        found = lines_of(conn, {"D1", "D3", "D9"})

    assert sorted(found["deal_id"]) == ["D1", "D3"]
