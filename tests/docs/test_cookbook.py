"""Every worked example can be found by its question, and no question leads nowhere."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
COOKBOOK = (ROOT / "docs/plan-cookbook.md").read_text(encoding="utf-8")
LINKED = re.findall(r"\[([^\]]+)\]\(\.\./config/examples/([^)]+)\.yaml\)", COOKBOOK)


def test_every_example_is_named_and_every_named_example_exists() -> None:
    """A new example is named in docs/plan-cookbook.md, under the question that it answers."""
    there = {path.stem for path in (ROOT / "config/examples").glob("*.yaml")}

    assert there - {file for _, file in LINKED} == set(), "name these in docs/plan-cookbook.md"
    assert {file for _, file in LINKED} - there == set(), "these are named there and do not exist"


def test_a_link_says_where_it_leads() -> None:
    """What is read and what is opened are one file."""
    assert [said for said, file in LINKED if said != file] == []


def test_every_topic_of_the_plan_language_has_its_section() -> None:
    """Numbered as the topics are, from bases to house accounts."""
    numbers = [int(number) for number in re.findall(r"^## (\d+)\. ", COOKBOOK, flags=re.MULTILINE)]

    assert numbers == list(range(1, 23))
