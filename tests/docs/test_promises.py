"""A promise is as good as the test that it names."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROMISES = (ROOT / "docs/promises.md").read_text(encoding="utf-8")


def test_every_test_that_is_named_exists() -> None:
    """A renamed or removed test must not leave a promise without proof."""
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", PROMISES)
    missing = [f"{file}::{test}" for file, test in named if test not in functions(file)]

    assert len(named) > 50
    assert missing == []


def test_every_promise_names_a_test() -> None:
    """No row of a table is a mere claim."""
    rows = [line for line in PROMISES.splitlines() if line.startswith("| **")]

    assert [row for row in rows if "::test_" not in row] == []


def functions(file: str) -> set[str]:
    """Names of the functions of a test file; none where there is no such file."""
    path = ROOT / "tests" / file
    if not path.exists():
        return set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
