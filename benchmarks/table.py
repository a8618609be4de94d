"""Prints what was measured: a row a contender, and under it the targets that are met or missed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from benchmarks.rotation import Figures, cpu, middle, ratios, seconds

WIDTH = 130


@dataclass(frozen=True, slots=True)
class Target:
    """What we promise of a benchmark and what came out."""

    promise: str
    reached: str
    met: bool | None
    """None where it could not be measured."""

    @property
    def mark(self) -> str:
        """The verdict in one word."""
        return {True: "[green]met[/green]", False: "[red]missed[/red]", None: "[yellow]not measured[/yellow]"}[self.met]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that one benchmark found."""

    title: str
    runs: Mapping[str, Sequence[Figures]]
    baseline: str
    """The contender whose figures the ratios are taken to."""
    targets: Sequence[Target]
    notes: Sequence[str] = ()
    facts: Sequence[str] = ()
    """Facts of a run that deserve a column."""


def console() -> Console:
    """Wide enough for a row, whatever the terminal."""
    return Console(width=WIDTH)


def show(report: Report, out: Console) -> None:
    """The report as a table."""
    table = Table(title=report.title, title_justify="left")
    table.add_column("contender")
    for name in ("rows", "s", "rows/s", "CPU s", "peak MB", *report.facts):
        table.add_column(name, justify="right")
    table.add_column(f"wall x {report.baseline} (min-max)", justify="right")
    table.add_column("CPU x", justify="right")
    for name, runs in report.runs.items():
        table.add_row(name, *_cells(runs, report.runs[report.baseline], report.facts))
    out.print(table)
    for target in report.targets:
        out.print(f"  {target.mark}  {target.promise}: {target.reached}")
    for note in report.notes:
        out.print(f"  [dim]{note}[/dim]")
    out.print()


def _cells(runs: Sequence[Figures], baseline: Sequence[Figures], facts: Sequence[str]) -> list[str]:
    ratio, least, most = ratios(runs, baseline, seconds)
    return [
        f"{runs[0].rows:,}",
        f"{middle(runs, seconds):.2f}",
        f"{middle(runs, lambda one: one.rows_per_s):,.0f}",
        f"{middle(runs, cpu):.2f}",
        f"{middle(runs, lambda one: one.peak_mb):.0f}",
        *(str(runs[-1].facts.get(name, "")) for name in facts),
        f"{ratio:.2f} ({least:.2f}-{most:.2f})",
        f"{ratios(runs, baseline, cpu)[0]:.2f}",
    ]
