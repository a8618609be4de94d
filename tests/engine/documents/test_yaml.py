"""Strict YAML: what a value means, where it is written, and that no text whatever raises."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.documents.reading import read_company, read_engagement, read_plan
from engine.documents.yaml import CHARACTERS_MAX, read_yaml

CONFIG = Path(__file__).parents[3] / "config"
TEXTS = [path.read_text() for path in sorted(CONFIG.glob("*/*.yaml")) if path.parent.name in ("plans", "engagement")]
READERS = (read_plan, read_engagement, read_company)
PIECES = ["{", "}", "[", "]", ": ", "\n", "- ", "  ", "&a ", "*a ", "!x ", "%", "'", '"', "| ", "? ", "#", "0123", "8%"]
PIECES += ["2026-02-01", "~", "<<: ", "rate", "from", "when", "\t", "%YAML 1.2", "---", "...", "\\u", "\0", "\ufeff"]


def value(text: str) -> Any:
    root = read_yaml(f"key: {text}\n", "f.yaml")
    assert root.issues == ()
    assert root.rows is not None
    return root.rows.plain()["key"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("02-01", "02-01"),
        ("8%", "8%"),
        ("'0123'", "0123"),
        ('"5"', "5"),
        ("|\n  2026\n", "2026\n"),
        ("infinity", "infinity"),
        ("true", True),
        ("False", False),
        ("0", 0),
        ("-7", -7),
        ("50_000", 50_000),
        ("1_250_000.50", Decimal("1250000.50")),
        ("0.1", Decimal("0.1")),
        ("2024-02-29", date(2024, 2, 29)),
        ("2026-02-01 10:00:00", "2026-02-01 10:00:00"),
        ("[a, 1]", ["a", 1]),
        ("{a: {b: 1}}", {"a": {"b": 1}}),
        ("[]", []),
    ],
)
def test_values_mean_what_they_look_like(text: str, expected: object) -> None:
    found = value(text)

    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    "text",
    "0123 -007 0x1F 0o17 0b1 1e3 .5 5. 1_00 1__000 0_500 0500_000 .inf -.INF .NaN".split(" "),  # noqa: SIM905 - one a word
)
def test_what_looks_like_a_number_and_is_not_plain_is_refused(text: str) -> None:
    (issue,) = read_yaml(f"key: {text}\n", "f.yaml").issues

    assert issue.subject == "f.yaml:1"
    assert issue.message == f"{text} is not a plainly written number."


def test_keys_are_always_text_as_it_is_written() -> None:
    found = read_yaml("NO: 1\n2026-02-01: 2\n007: 3\n", "f.yaml")

    assert found.rows is not None
    assert found.rows.plain() == {"NO": 1, "2026-02-01": 2, "007": 3}


def test_a_value_stands_where_its_key_stands() -> None:
    found = read_yaml(
        "# a comment\na:\n  b:\n    - id: one\n      c: >\n        folded\n    - d: [1,\n          2]\n", "f.yaml"
    )

    assert found.rows is not None
    ways = [
        [(name, node.line, node.column) for name, node in found.rows.along(loc)]
        for loc in (("a", "b", 0, "c"), ("a", "b", 1, "d", 1))
    ]
    assert ways == [
        [("a", 2, 1), ("b", 3, 3), ("one", 4, 7), ("c", 5, 7)],
        [("a", 2, 1), ("b", 3, 3), ("[2]", 7, 7), ("d", 7, 7), ("[2]", 8, 11)],
    ]


def test_a_byte_order_mark_is_no_character_of_the_document() -> None:
    assert read_yaml("\ufeffkey: 1\n", "f.yaml").issues == ()


def test_a_document_beyond_the_limit_is_not_read() -> None:
    (issue,) = read_yaml("a" * (CHARACTERS_MAX + 1), "f.yaml").issues

    assert issue.message == "the document has 1000001 characters; at most 1000000 are read."


def test_surrogates_are_refused_where_they_stand() -> None:
    (issue,) = read_yaml("a: 1\nb: \ud800\n", "f.yaml").issues

    assert str(issue) == "f.yaml:2: character U+D800 is not allowed in YAML. Remove it."


@settings(deadline=None)  # other work on the machine is no failure
@given(st.text(st.one_of(st.sampled_from("{}[]:,-&*!%@`'\"|>?#\n\t \\0_~.<="), st.characters()), max_size=60))
def test_no_text_raises(text: str) -> None:
    for read in READERS:
        found = read(text, "f.yaml")
        assert (found.rows is None) == bool(found.issues)


@settings(deadline=None)  # other work on the machine is no failure
@given(
    text=st.sampled_from(TEXTS),
    edits=st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 30), st.sampled_from(PIECES)), max_size=5),
)
def test_no_edit_of_a_good_document_raises(text: str, edits: list[tuple[int, int, str]]) -> None:
    for place, length, piece in edits:
        text = text[:place] + piece + text[place + length :]

    for read in READERS:
        found = read(text, "f.yaml")
        assert (found.rows is None) == bool(found.issues)
