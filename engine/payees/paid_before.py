"""What windows to date were paid before: taken off, kept, and told as one with what they count (DESIGN 5.4)."""

from __future__ import annotations

import json
import re
from typing import Any

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.documents.plans.component import Component

TO_DATE = "to-date:"
"""How the rows of a window to date are called: 2 counts, 1 takes off what the windows before were paid for."""
_SIDE = ":[12]$"
PAID_BEFORE = "paid before"
"""How the window is called of what the windows before were paid for."""


def both_sides(source_id: str) -> str:
    """What the two rows of a window are called together; any other source is called as it is."""
    return re.sub(_SIDE, "", source_id) if source_id.startswith(TO_DATE) else source_id


def as_one(rows: pl.DataFrame, component: Component, source: str = "source_id") -> pl.DataFrame:
    """Rows of a component as those see it that read it: both rows of a window are one earning, of that window."""
    if component.to_date is None:
        return rows
    sides = pl.col(source).str.starts_with(f"{TO_DATE}{component.id}:")
    found = {source: pl.when(sides).then(pl.col(source).str.replace(_SIDE, "")).otherwise(source)}
    if "window" in rows.columns:
        found["window"] = pl.col("window").str.strip_suffix(f" {PAID_BEFORE}")
    return rows.with_columns(**found)


def unknown_from(told: pl.DataFrame) -> pl.DataFrame:
    """The rows with `stuck`, where a window is, for the windows after it in its year: nobody knows what it was paid."""
    since = pl.col("cohort").str.json_path_match("$.since")
    return told.with_columns(stuck=pl.col("stuck").forward_fill().over("payee_id", since))


def paid_before(rows: dy.DataFrame[f.Attained]) -> dy.DataFrame[f.Attained]:
    """The rows with those that take off what the window before was paid for, by its factors too, as it was counted."""
    found: list[dict[str, Any]] = []
    paid: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows.iter_rows(named=True):
        told = json.loads(row["cohort"])
        year = row["payee_id"], told["since"]
        if told["counts"]:
            found.append(row)
            paid[year] = row
        elif year in paid:
            found.append(_less(paid.pop(year), row))
    return f.Attained.cast(pl.DataFrame(found, schema=rows.schema))


def kept(rows: dy.DataFrame[f.Attained], lines: dy.DataFrame[f.Lines]) -> dy.DataFrame[f.Attained]:
    """The rows of a component that takes nothing back: a window that is worth no more than was paid has none.

    What was paid is what the best window before it in its year was worth, by its own quota and target; a year that is
    worth less than nothing so far takes nothing, either.
    """
    worth = {(payee, source): amount for payee, source, amount in lines.select(_LINE).iter_rows()}
    best: dict[tuple[str, str], tuple[int, dict[str, Any]]] = {}
    found: list[dict[str, Any]] = []
    for row in rows.iter_rows(named=True):
        told = json.loads(row["cohort"])
        year, now = (row["payee_id"], told["since"]), worth.get((row["payee_id"], row["credit_id"]), 0)
        paid, of = best.get(year, (0, None))
        if not told["counts"] or now < paid or (of is not None and now == paid):
            continue
        found += [_less(of, row)] if of is not None else []
        found.append(row)
        best[year] = now, row
    return f.Attained.cast(pl.DataFrame(found, schema=rows.schema))


_LINE = ("payee_id", "source_id", "amount_micros")


def _less(paid: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """What a window was paid for, taken off in a later one."""
    back = {"base_micros": -paid["base_micros"], "before_micros": paid["after_micros"], "after_micros": 0}
    of_now = {name: row[name] for name in ("dated_on", "period")} | {"credit_id": row["credit_id"][:-1] + "1"}
    cohort = json.dumps(json.loads(paid["cohort"]) | {"counts": False})
    window = f"{row['window'].removesuffix(PAID_BEFORE).rstrip()} {PAID_BEFORE}"
    return {**paid, **back, **of_now, "window": window, "cohort": cohort}
