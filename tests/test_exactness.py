"""No float comes near money: the code itself is searched (DESIGN 3.1)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SECONDS = {
    "connectors/salesforce/bulk.py",
    "connectors/salesforce/errors.py",
    "connectors/salesforce/probe.py",
    "connectors/salesforce/session.py",
    "connectors/salesforce/deploy.py",
    "connectors/salesforce/target.py",
    "connectors/answers.py",
    "connectors/budget.py",
    "connectors/hubspot/budget.py",
    "connectors/hubspot/errors.py",
    "connectors/hubspot/session.py",
    "connectors/hubspot/setup.py",
    "connectors/hubspot/target.py",
    "connectors/port.py",
    "connectors/tokens.py",
    "connectors/transport.py",
    "jobs/crm.py",
    "jobs/hubspot.py",
    "jobs/salesforce.py",
    "jobs/webhooks.py",
}
"""Files in which a float is a number of seconds."""

FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("engine", "store", "connectors", "jobs")
    for path in (ROOT / folder).rglob("*.py")
)


def inexact(tree: ast.AST) -> Iterator[str]:
    """Float literals, the name float, polars floats, and readers of JSON that make floats."""
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield f"{line}: literal {node.value}"
        if isinstance(node, ast.Name) and node.id == "float":
            yield f"{line}: float"
        if isinstance(node, ast.Attribute) and node.attr in {"Float64", "Float32", "mean", "median"}:
            yield f"{line}: {node.attr}"


@pytest.mark.parametrize("file", FILES)
def test_no_float_comes_near_money(file: str) -> None:
    """In files that wait, a float may be seconds; nowhere else is there one."""
    found = list(inexact(ast.parse((ROOT / file).read_text(encoding="utf-8"))))

    assert file in SECONDS or found == []


def test_the_search_finds_what_it_looks_for() -> None:
    """A literal, a conversion and an average are each found."""
    planted = "rate = 0.08\npay = float(base)\nmiddle = column.mean()\n"

    assert len(list(inexact(ast.parse(planted)))) == 3
