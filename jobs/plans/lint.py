"""Lint plan files and rules of engagement: a file, or every one of a config folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from engine.documents.company.company import Company
from engine.documents.document import Reading
from engine.documents.reading import read_company, read_engagement, read_plan
from engine.documents.yaml import read_yaml
from engine.linting.finding import Finding, Given, Linted
from engine.linting.plan_lint import lint_plan
from engine.linting.rules_lint import lint_engagement
from engine.model import Found
from engine.scenario.defaults import COMPANY
from jobs.configuration import ConfigurationProblem
from jobs.settings import SettingsProblem

T = TypeVar("T")
COMPANY_FILE = "company.yaml"
FOLDERS = ("plans", "engagement")
RULES = "rules_of_engagement"


def lint(path: Path, past: pl.DataFrame | None = None) -> dict[str, Any]:
    """The findings of every document at the path, as data; `past` are the classified deals of the history.

    Raises `ConfigurationProblem` with what is wrong in a document, `SettingsProblem` where there is none.
    """
    linted = [_linted(file, past) for file in _files(path)]
    return as_answer(linted)


def as_answer(linted: Sequence[tuple[Path, Linted]]) -> dict[str, Any]:
    """The findings for people and machines."""
    findings = [_as_data(finding) for _, found in linted for finding in found.findings]
    return {
        "files": [file.as_posix() for file, _ in linted],
        "open": sum(finding["open"] for finding in findings),
        "findings": findings,
        "skipped": [{"file": file.as_posix(), "component": part} for file, found in linted for part in found.skipped],
    }


def _files(path: Path) -> list[Path]:
    """A document by itself, or those of a config folder in order of names."""
    if path.is_file():
        return [path]
    found = [file for name in FOLDERS for file in sorted((path / name).glob("*.yaml"))]
    if not found:
        raise SettingsProblem(f"{path} is neither a document nor a config folder with plans.")
    return found


def _linted(file: Path, past: pl.DataFrame | None) -> tuple[Path, Linted]:
    """The findings of one document, which says itself what it is."""
    text, name = file.read_text(encoding="utf-8"), file.as_posix()
    tree = read_yaml(text, name).rows
    if tree is not None and RULES in tree.entries():
        rules = _sound(read_engagement(text, name))
        company, named = _company(file, COMPANY["currency"])
        return file, lint_engagement(rules, Given(text, name, company, {RULES: _beside(file, file), **named}, past))
    plan = _sound(read_plan(text, name))
    company, named = _company(file, plan.currency)
    return file, lint_plan(plan, Given(text, name, company, {"plan": _beside(file, file), **named}, past))


def _sound(found: Found[T | None]) -> T:
    """The document, which has to be valid before it can be tried."""
    if found.rows is None:
        raise ConfigurationProblem(found.issues)
    return found.rows


def _company(file: Path, currency: str) -> tuple[Company, Mapping[str, str]]:
    """The company of the file's config folder, and how plan tests name it; without one, that of plan tests."""
    for folder in (file.parent, file.parent.parent):
        path = folder / COMPANY_FILE
        if path.is_file():
            company = _sound(read_company(path.read_text(encoding="utf-8"), path.as_posix()))
            return company, {"company": _beside(path, file)}
    usual = Company.model_validate({**COMPANY, "currency": currency}, context=Reading())
    return usual, {"company": f"{{currency: {currency}}}"} if currency != COMPANY["currency"] else {}


def _beside(path: Path, file: Path) -> str:
    """How a plan test in a folder beside the document's own names a file."""
    inside = path.resolve().relative_to(file.resolve().parent.parent)
    return f"../{inside.as_posix()}"


def _as_data(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "severity": finding.severity,
        "open": finding.is_open,
        "where": finding.where,
        "part": finding.part,
        "sentence": finding.sentence,
        "accepted": finding.accepted,
        "example": finding.example,
    }
