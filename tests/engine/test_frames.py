"""What every schema can do: rows filled up, columns put in order, and nothing copied that fits."""

from __future__ import annotations

import polars as pl
import pytest

from engine import frames as f

ROW = {"plan": "ae", "component": "growth", "payee_id": "ada", "source_id": "d1"}


def test_what_fits_is_not_copied() -> None:
    held = f.HeldSources.filled([ROW])

    assert f.HeldSources.cast(held) is held


def test_columns_are_put_in_order_and_others_left_out() -> None:
    turned = pl.DataFrame([dict(reversed(ROW.items())) | {"note": "mine"}])

    assert f.HeldSources.cast(turned).rows(named=True) == [ROW]
    assert f.HeldSources.cast(turned).columns == list(ROW)


def test_columns_that_a_row_does_not_name_are_null() -> None:
    assert f.DealEvents.filled([{"deal_id": "d1"}]).null_count().row(0).count(1) == len(f.DealEvents.dtypes()) - 1
    assert f.HeldSources.filled([]) is f.HeldSources.empty()


def test_another_type_is_cast_or_refused() -> None:
    row = f.FxRates.filled([{"currency": "EUR", "rate_num": 11, "rate_den": 10}])

    assert f.FxRates.cast(row.with_columns(pl.selectors.integer().cast(pl.Int32))).equals(row)
    with pytest.raises(pl.exceptions.InvalidOperationError):
        f.FxRates.cast(row.with_columns(pl.lit("no number").alias("rate_num")))
