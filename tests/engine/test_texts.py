import polars as pl
import pytest

from engine.texts import text


def test_columns_and_expressions_fill_the_places():
    rows = pl.DataFrame({"name": ["ada", None], "number": [1, 2]})
    found = rows.select(text("<{}> has {} of {}", "name", pl.col("number") * 10, pl.lit("x"))).to_series()

    assert found.to_list() == ["<ada> has 10 of x", None]


def test_columns_with_empty_chunks_are_fine():
    """`pl.format` panics on these, which is why this module exists; when it no longer does, remove the module."""
    row = pl.DataFrame({"id": ["D1"], "role": ["AE"]})
    left = pl.concat([row.filter(id="x"), row.filter(id="y"), row], rechunk=False)
    chunked = pl.DataFrame([row["id"], left["role"]])

    assert chunked.select(text("{}:{}", "id", "role")).to_series().to_list() == ["D1:AE"]


def test_a_place_without_a_part_is_refused():
    with pytest.raises(ValueError, match="has 2 places for 1 parts"):
        text("{} {}", "a")
