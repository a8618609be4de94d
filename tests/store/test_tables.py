"""Tables say what the engine's frames say, and money columns cannot hold anything else."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from engine import frames as f
from store.canonical import KEPT
from store.database import Store
from store.tables import metadata, table

RESULTS: dict[str, tuple[type[f.Frame], ...]] = {
    "classified_deal": (f.Classified,),
    "assignment": (f.Assignments,),
    "credit": (f.Credits,),
    "cohort": (f.Cohorts,),
    "line": (f.Lines,),
}
MIRRORED = {kept.name: (schema,) for kept, schema in KEPT.values()} | RESULTS


@pytest.mark.parametrize("name", MIRRORED)
def test_columns_are_those_of_the_frames(name: str) -> None:
    schemas = MIRRORED[name]

    expected = {column: kind.nullable for schema in schemas for column, kind in schema.columns().items()}

    assert {c.name: c.nullable for c in table(name).columns if c.name != "row_id"} == expected


@pytest.mark.parametrize("name", MIRRORED)
def test_primary_keys_are_those_of_the_frames(name: str) -> None:
    expected = set(MIRRORED[name][0].primary_key()) or {"row_id"}

    assert {column.name for column in table(name).primary_key} == expected


def test_every_integer_of_a_frame_is_guarded() -> None:
    unguarded = [
        f"{name}.{column}"
        for name, schemas in MIRRORED.items()
        for schema in schemas
        for column, kind in schema.columns().items()
        if kind.dtype.is_integer() and f"typeof({column})" not in _checks(table(name))
    ]

    assert unguarded == []


def _checks(of: sa.Table) -> str:
    return " ".join(str(c.sqltext) for c in of.constraints if isinstance(c, sa.CheckConstraint))


def test_nothing_with_money_is_deleted_by_a_cascade() -> None:
    assert [key for t in metadata.tables.values() for key in t.foreign_keys if key.ondelete is not None] == []


@pytest.mark.parametrize("wrong", [12.5, "abc", b"1"])
def test_an_amount_that_is_no_integer_is_refused_by_the_database(store: Store, wrong: object) -> None:
    insert = "INSERT INTO quota (person_id, quota, from_on, until_on, amount_micros) VALUES ('p', 'q', '', '', ?)"

    with store.write() as conn, pytest.raises(sa.exc.IntegrityError, match="whole_numbers"):
        conn.exec_driver_sql(insert, (wrong,))


@pytest.mark.parametrize("amount", [-(2**63), 9_007_199_254_740_993, 2**63 - 1])
def test_an_amount_beyond_a_float_comes_back_digit_by_digit(store: Store, amount: int) -> None:
    insert = "INSERT INTO quota (person_id, quota, from_on, until_on, amount_micros) VALUES ('p', 'q', '', '', ?)"
    with store.write() as conn:
        conn.exec_driver_sql(insert, (amount,))

    with store.read() as conn:
        assert conn.scalar(sa.select(table("quota").c.amount_micros)) == amount
