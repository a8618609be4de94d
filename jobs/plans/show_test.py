"""How plan tests look in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from rich.console import Console
from rich.markup import escape

from engine.model import Severity
from engine.telling.wording import number, plain
from jobs.show import as_data, console

Row = Mapping[str, Any]


def show_verdicts(answer: Row, *, as_json: bool) -> None:
    """One line for each scenario, and everything about those that failed."""
    if as_json:
        as_data(answer)
        return
    out = console()
    for scenario in answer["scenarios"]:
        mark = "[green]ok[/green]  " if scenario["passed"] else "[red]FAIL[/red]"
        out.print(f"{mark} {escape(scenario['file'])}: {escape(scenario['scenario'])}")
        for problem in scenario["problems"]:
            out.print(f"     {escape(problem)}")
        for failure in scenario["failures"]:
            out.print(f"     [bold]{escape(failure['what'])}[/bold]")
            out.print(f"       expected {escape(failure['expected'])}")
            out.print(f"       found    {escape(failure['found'])}")
        for line in _concerned(scenario["failures"]):
            _show_line(out, line)
        for warning in _warnings(scenario):
            out.print(f"\n     [bold]warning[/bold]\n       {escape(warning)}")
    if not answer["scenarios"]:
        out.print("There is no scenario file there.")
    out.print(f"\n{answer['passed']} passed, {answer['failed']} failed.")


def _concerned(failures: Iterable[Row]) -> list[Row]:
    """The lines that failures are about, each once."""
    found: list[Row] = []
    for failure in failures:
        found += [line for line in failure["lines"] if line not in found]
    return found


def _warnings(scenario: Row) -> list[str]:
    """What a failed test was warned of: it may be why something else came out."""
    if scenario["passed"]:
        return []
    return [issue["message"] for issue in scenario["issues"] if issue["severity"] == Severity.WARNS.value]


def _show_line(out: Console, line: Row) -> None:
    """A line with its sentence, and each slice with its rate."""
    out.print(f"\n       {line['on']}  {line['amount']} {line['currency']}  {escape(_whose(line))}")
    for sentence in (line["sentence"], *line["payable"]):
        out.print(f"         {escape(sentence)}", style="dim")
    for part in line["facts"].get("slices", ()):
        base, pays = (plain(Fraction(part[name]), line["currency"]) for name in ("base", "amount"))
        starts_at, rate = plain(Fraction(part["starts_at"]), line["currency"]), number(Fraction(part["rate"]))
        out.print(f"         {part['kind']} from {starts_at}: {base} x {rate} = {pays}", style="dim")


def _whose(line: Row) -> str:
    return " ".join(str(line[name]) for name in ("payee", "component", "deal") if line[name])
