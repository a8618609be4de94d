"""Every benchmark runs from end to end at toy size; its figures mean nothing here."""

from __future__ import annotations

import importlib
import io

import pytest
from rich.console import Console

from benchmarks.__main__ import NAMES
from benchmarks.table import Report, show

TOY_ROWS = {
    "pull": 300,
    "bulk": 300,
    "compute": 2_000,
    "plans": 8_000,
    "change": 400,
    "write": 250,
    "hubspot": 250,
    "hubspot_pace": 250,
    "hubspot_write": 250,
    "rest": 10,
}
TENTHS = {"bulk": {30, 300}, "change": {4, 400}}
"""Benchmarks that compare two sizes."""

SLOW = {"pull", "bulk", "change", "hubspot", "hubspot_pace"}
"""Many cold processes each."""


def report_of(name: str) -> Report:
    report: Report = importlib.import_module(f"benchmarks.{name}").run(TOY_ROWS[name], 1)
    return report


CASES = [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in NAMES]


@pytest.mark.parametrize("name", CASES)
def test_benchmark_runs(name: str) -> None:
    """Each contender does the whole work, and each target is told in the table."""
    report = report_of(name)
    assert {figures.rows for runs in report.runs.values() for figures in runs} == TENTHS.get(name, {TOY_ROWS[name]})
    out = Console(record=True, width=200, file=io.StringIO())
    show(report, out)
    shown = out.export_text()
    assert all(target.promise in shown for target in report.targets)
