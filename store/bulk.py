"""Many rows at once, in and out.

Statements are compiled once and driven through the driver's executemany; a set of ids is one JSON parameter, so that
there is no limit to how many a query names.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import dataframely as dy
import polars as pl
import sqlalchemy as sa
from sqlalchemy.sql.compiler import SQLCompiler

from engine import frames as f

ROWS_AT_ONCE = 50_000
"""Bounds the Python objects alive at any time, whatever the size of the book."""

S = TypeVar("S", bound=f.Frame)


def execute_many(conn: sa.Connection, statement: sa.TextClause, rows: Sequence[tuple[Any, ...]]) -> None:
    """Run `statement` for each row; a row holds the values of its bind names in the order in which they appear."""
    if not rows:
        return
    compiled = statement.compile(dialect=conn.dialect)
    _drive(conn, compiled, rows)


def _drive(conn: sa.Connection, compiled: SQLCompiler, rows: Sequence[tuple[Any, ...]]) -> None:
    if compiled.positional:
        conn.exec_driver_sql(compiled.string, rows)
    else:
        names = list(compiled.bind_names.values())
        conn.exec_driver_sql(compiled.string, [dict(zip(names, row, strict=True)) for row in rows])


def among(ids: Iterable[str] | Iterable[int]) -> sa.Select[tuple[str]]:
    """The ids as a subquery, for `column.in_(...)`: one parameter, however many they are."""
    listed = sa.func.json_each(json.dumps(list(ids))).table_valued("value")
    return sa.select(listed.c.value)


def insert_frame(conn: sa.Connection, into: sa.Table, frame: pl.DataFrame) -> None:
    """Append a frame whose columns are columns of the table."""
    compiled = _insertion(into, tuple(frame.columns), conn.dialect)
    names = [column.name for column in into.columns if column.name in frame.columns]
    for part in frame.select(names).iter_slices(ROWS_AT_ONCE):
        _drive(conn, compiled, _stored(part).rows())


@lru_cache(maxsize=256)
def _insertion(into: sa.Table, columns: tuple[str, ...], dialect: sa.Dialect) -> SQLCompiler:
    return sa.insert(into).compile(dialect=dialect, column_keys=columns)


def _stored(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame in the database's types: dates as ISO text, enumerations as text, lists as JSON text."""
    lists = [
        pl.Series(name, [json.dumps(value, ensure_ascii=False) for value in frame[name].to_list()], dtype=pl.String)
        for name, kind in frame.schema.items()
        if isinstance(kind, pl.List)
    ]
    return frame.with_columns(*lists).with_columns(
        pl.col(pl.Date).dt.to_string("%Y-%m-%d"), pl.col(pl.Enum).cast(pl.String)
    )


def fetch(conn: sa.Connection, statement: sa.Select[Any]) -> Iterator[Sequence[Any]]:
    """The rows in the driver's own types, many at a time: no row objects, no conversion."""
    with conn.execute(statement) as result:
        while result.cursor is not None and (rows := result.cursor.fetchmany(ROWS_AT_ONCE)):
            yield rows


def read_frame(conn: sa.Connection, schema: type[S], statement: sa.Select[Any]) -> dy.DataFrame[S]:
    """The rows of `statement` (which selects the schema's columns) as a frame that the schema has validated."""
    wanted = schema.dtypes()
    kept = {name: _kept_as(kind) for name, kind in wanted.items()}
    ordered = statement.with_only_columns(*(statement.selected_columns[name] for name in kept))
    parts = [pl.DataFrame(rows, schema=kept, orient="row") for rows in fetch(conn, ordered)]
    if not parts:  # most tables of most companies: nothing to validate
        return schema.empty()
    frame = pl.concat(parts).with_columns(*(_restored(name, kind) for name, kind in wanted.items()))
    return schema.validate(frame)


def _kept_as(kind: pl.DataType) -> type[pl.DataType]:
    """The type in which the driver hands over a column of this kind."""
    if kind.is_integer() or kind == pl.Boolean:
        return pl.Int64
    return pl.String


def _restored(name: str, kind: pl.DataType) -> pl.Expr:
    """The inverse of `_stored` for one column."""
    column = pl.col(name)
    if kind == pl.Date:
        return column.str.to_date("%Y-%m-%d")
    if isinstance(kind, pl.List):
        return column.str.json_decode(kind)
    return column.cast(kind)
