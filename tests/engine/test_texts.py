import polars as pl
import pytest

from engine.texts import text


def test_columns_and_expressions_fill_the_places():
    rows = pl.DataFrame({"name": ["ada", None], "number": [1, 2]})
    found = rows.select(text("<{}> has {} of {}", "name", pl.col("number") * 10, pl.lit("x"))).to_series()

    assert found.to_list() == ["<ada> has 10 of x", None]


def test_columns_in_several_chunks_are_joined_row_by_row():
    first, rest = pl.Series("id", ["D1"]), pl.Series("id", ["D2", "D3"])
    chunked = pl.DataFrame([first.append(rest), pl.Series("role", ["AE", "AM", "CSM"])])

    assert chunked.select(text("{}:{}", "id", "role")).to_series().to_list() == ["D1:AE", "D2:AM", "D3:CSM"]


def test_a_place_without_a_part_is_refused():
    with pytest.raises(ValueError, match="has 2 places for 1 parts"):
        text("{} {}", "a")
