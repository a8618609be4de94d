"""The report of a period, from what the store holds as of the last cycle."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl
from sqlalchemy import Connection

from engine.calendar import period_named, period_of
from engine.documents.company.company import Company
from engine.money import minor_unit_micros, round_ratio
from engine.reporting.report import report
from engine.reporting.table import Cell, Money, Span, Table, Unit
from engine.telling.wording import money, number, percent, plain
from jobs.canonical import deals_as_read
from jobs.configuration import Configuration
from jobs.settings import SettingsProblem
from store import canonical, results

NOTHING = "-"
"""In place of a share of nothing."""
TENTHS = 10


def asked(
    conn: Connection, configuration: Configuration, period: str | None, today: date, goal: int | None
) -> dict[str, Any]:
    """Every table of the report, exact and as people read it. `SettingsProblem` where the period is none."""
    span = _span(period, today, configuration.rules.company)
    book, lines = canonical.load_book(conn, None), results.lines_of(conn, None)
    tables = report(book, configuration.rules, lines, span, seen=stages_seen(conn, configuration), goal=goal)
    return {
        "period": span.label,
        "from": span.starts_on,
        "until": span.ends_on,
        "as_of": span.as_of,
        "tables": [_as_data(table) for table in tables],
    }


def stages_seen(conn: Connection, configuration: Configuration) -> dict[str, list[str]]:
    """By deal, the stages in which it was ever read while it was open, in the order in which they were read."""
    found: dict[str, list[str]] = defaultdict(list)
    read = deals_as_read(conn, configuration)
    open_ones = read.filter(~pl.col("is_closed"), pl.col("stage").is_not_null()).select("deal_id", "stage")
    for deal_id, stage in open_ones.unique(maintain_order=True).iter_rows():
        found[deal_id].append(stage)
    return dict(found)


def _span(period: str | None, today: date, company: Company) -> Span:
    """The days of a period's label; the fiscal year that runs where none is given."""
    label = period or period_of(today, "year", company).label
    try:
        found = period_named(label, company)
    except ValueError:
        remedy = "write --period FY2026, FY2026-Q3, FY2026-H1 or 2026-11"
        raise SettingsProblem(f"{label!r} is no period; {remedy}.") from None
    if found.starts_on > today:
        raise SettingsProblem(f"{label} has not begun; nothing can be said of it.")
    return Span(label, found.starts_on, found.ends_on, today)


def _as_data(table: Table) -> dict[str, Any]:
    rows = [{column.name: _exact(cell) for column, cell in zip(table.columns, row, strict=True)} for row in table.rows]
    told = [[_told(cell, column.unit) for column, cell in zip(table.columns, row, strict=True)] for row in table.rows]
    return {
        "id": table.id,
        "title": table.title,
        "definition": table.definition,
        "columns": [{"name": column.name, "unit": column.unit} for column in table.columns],
        "rows": rows,
        "told": told,
        "notes": list(table.notes),
    }


def _exact(cell: Cell) -> Any:
    """Rationals as text (`2/3`), amounts with their currency."""
    if isinstance(cell, Money):
        return {"amount": plain(cell.micros, cell.currency).replace(",", ""), "currency": cell.currency}
    return str(cell) if isinstance(cell, Fraction) else cell


def _told(cell: Cell, unit: Unit) -> str:
    """A cell as people read it: money to the minor unit, shares and ratios to a tenth."""
    if cell is None:
        return NOTHING
    if isinstance(cell, Money):
        cents = minor_unit_micros(cell.currency)
        return money(round_ratio(cell.micros.numerator, cell.micros.denominator, cents, "half_up"), cell.currency)
    if isinstance(cell, str):
        return cell
    if unit == "share":
        return percent(_tenth(Fraction(cell) * 100) / 100)
    return f"{cell:,}" if isinstance(cell, int) else number(_tenth(cell)) + (" x" if unit == "times" else "")


def _tenth(value: Fraction) -> Fraction:
    """Rounded half up to a tenth."""
    return Fraction((value * TENTHS + Fraction(1, 2)).__floor__(), TENTHS)
