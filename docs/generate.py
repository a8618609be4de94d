"""Writes what is generated from the models: JSON Schemas for editors and the reference pages. `make docs` runs it."""

from __future__ import annotations

import json
from pathlib import Path

from connectors.mapping import read_mapping
from connectors.salesforce.pay_package import shown_in_tree
from connectors.salesforce.source_tree import TREE
from docs.pages import reference
from docs.plan_lint import page
from docs.schemas import KINDS, json_schema

ROOT = Path(__file__).parents[1]
EXAMPLES = {
    "access": "access.yaml",
    "company": "company.yaml",
    "engagement": "engagement/harbour.yaml",
    "journal": "journal.yaml",
    "plan": "plans/ae.yaml",
    "scenario": "examples/manager_override.yaml",
}
PAGES = {
    "access": "access.md",
    "company": "company.md",
    "engagement": "engagement.md",
    "journal": "journal.md",
    "plan": "plans.md",
    "scenario": "plan-tests.md",
}


def generated() -> dict[Path, str]:
    """Every generated file and what must be in it."""
    schemas = {ROOT / "config" / "schema" / f"{kind}.schema.json": _schema(kind) for kind in KINDS}
    pages = {ROOT / "docs" / "reference" / PAGES[kind]: reference(kind, _example(kind)) for kind in KINDS}
    return schemas | pages | _source_tree() | {ROOT / "docs" / "reference" / "plan-lint.md": page()}


def _source_tree() -> dict[Path, str]:
    """Those parts of the Salesforce source tree that follow from the mapping as it is shipped."""
    file = ROOT / "config" / "mapping" / "salesforce.yaml"
    mapping = read_mapping(file.read_text(encoding="utf-8"), file.name).rows
    if mapping is None:
        raise ValueError(f"{file.name} has problems")
    return {TREE / path: text for path, text in shown_in_tree(mapping.write).items()}


def _schema(kind: str) -> str:
    return json.dumps(json_schema(kind), indent=1, ensure_ascii=False) + "\n"


def _example(kind: str) -> str:
    text = (ROOT / "config" / EXAMPLES[kind]).read_text(encoding="utf-8")
    return "\n".join(line for line in text.splitlines() if not line.startswith("# yaml-language-server"))


def main() -> None:
    """Write all of them."""
    for path, text in generated().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
