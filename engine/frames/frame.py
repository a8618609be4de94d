"""`Frame`: the base of every schema, quick for the small frames of plan tests and single accounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Self, overload

import dataframely as dy
import polars as pl


class Frame(dy.Schema):
    """A schema; frames are never changed in place: one empty frame of each is enough, and what fits is not copied."""

    @classmethod
    @cache
    def dtypes(cls) -> pl.Schema:
        """The columns in their order, with their types."""
        return pl.Schema({name: column.dtype for name, column in cls.columns().items()})

    @classmethod
    @cache
    def empty(cls) -> dy.DataFrame[Self]:
        """No rows."""
        return super().create_empty()

    @classmethod
    def filled(cls, rows: Iterable[Mapping[str, Any]]) -> dy.DataFrame[Self]:
        """These rows; columns that a row does not name are null."""
        nothing = dict.fromkeys(cls.dtypes())
        whole = [{**nothing, **row} for row in rows]
        return cls.cast(pl.DataFrame(whole, schema=cls.dtypes())) if whole else cls.empty()

    @overload
    @classmethod
    def cast(cls, df: pl.DataFrame, /) -> dy.DataFrame[Self]: ...

    @overload
    @classmethod
    def cast(cls, df: pl.LazyFrame, /) -> dy.LazyFrame[Self]: ...

    @classmethod
    def cast(cls, df: Any, /) -> Any:
        """The frame with these columns and types; as it is, where it has them already."""
        return df if isinstance(df, pl.DataFrame) and df.schema == cls.dtypes() else super().cast(df)
