"""Puts the real output of `make demo` into the README; a test fails when it has become another story."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
BEGIN, END = "<!-- demo output: begin (made by `make docs`) -->", "<!-- demo output: end -->"
CHANGING = re.compile(r"(Commission_As_Of__c = )\S+")
COLUMNS = "110"


def told() -> str:
    """What the demo prints; the instants of the run are left out."""
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, str(ROOT / "worker.py"), "demo", "--folder", f"{folder}/demo"]
        environment = os.environ | {"COLUMNS": COLUMNS}
        done = subprocess.run(words, capture_output=True, text=True, check=True, env=environment, timeout=300)  # noqa: S603
    text = done.stdout.replace(f"{folder}/demo", "demo")
    lines = (line.rstrip() for line in CHANGING.sub(r"\1(now)", text).strip().splitlines())
    return "\n".join(lines)


def shown(readme: str) -> str:
    """The demo's output as the README has it."""
    return readme.partition(BEGIN)[2].partition(END)[0].strip().removeprefix("```text\n").removesuffix("\n```")


def main() -> None:
    """Write it."""
    readme = README.read_text(encoding="utf-8")
    before, _, rest = readme.partition(BEGIN)
    after = rest.partition(END)[2]
    README.write_text(f"{before}{BEGIN}\n```text\n{told()}\n```\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
