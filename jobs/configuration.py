"""The config folder as one object: settings, rules, field mapping and people files, each problem with file and line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from connectors.mapping import CrmMapping, read_mapping
from engine.book import Rules
from engine.documents.company.access import Access
from engine.documents.company.journal import Journal
from engine.documents.reading import read_access, read_company, read_engagement, read_journal, read_plan
from engine.documents.together import check_rules
from engine.documents.yaml import read_yaml
from engine.model import Found, Issue, Severity
from jobs.settings import Settings, read_settings

T = TypeVar("T")

SETTINGS = "tallystick.yaml"
COMPANY = "company.yaml"
ENGAGEMENT, PLANS = "engagement/", "plans/"
EXAMPLES = "examples/"
"""Where plan tests live that show the language."""
GOVERNS_NO_RESULT = (SETTINGS, "access.yaml", "journal.yaml")
"""How to reach the CRM and when, who may do what, and the general ledger's account numbers."""
LARGEST_FILE = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything a run is governed by. `fingerprint` changes when any of it could change a result."""

    folder: Path
    settings: Settings
    access: Access
    journal: Journal
    rules: Rules
    mapping: CrmMapping
    texts: dict[str, str]
    """Every file by its name in the folder, to be kept for ever with what is computed from it."""
    fingerprint: str

    @property
    def policy(self) -> str:
        """Changes when plans, rules or mapping say something else: what decides about pay beside records and people.

        It names what a computation reads, so that an edit of any other file (who may do what, account numbers, plan
        tests, the mapping of another CRM) is none.
        """
        decides = {COMPANY, mapping_of(self.settings.crm)}
        documents = {name: text for name, text in self.texts.items() if name in decides or _is_rule(name)}
        return _fingerprint({name: _said(text, name) for name, text in documents.items()})

    @property
    def people(self) -> dict[str, str]:
        """Text of each people file and list that exists, by its name in the folder."""
        return {name: text for name, text in self.texts.items() if name.endswith(".csv")}


class ConfigurationProblem(Exception):  # noqa: N818  # shown to a person as it is
    """The folder holds errors; nothing is computed with half a configuration."""

    def __init__(self, issues: tuple[Issue, ...]) -> None:
        super().__init__("\n".join(str(issue) for issue in issues))
        self.issues = issues


def load(folder: Path) -> Configuration:
    """Read the folder; raise `ConfigurationProblem` with every problem at once."""
    return configured(folder, _texts(folder))


def configured(folder: Path, texts: dict[str, str]) -> Configuration:
    """The configuration of these files, whose names are told as if they lay in the folder; raises like `load`."""
    return _configured(folder, tuple(sorted(texts.items())))


@lru_cache(maxsize=2)  # a proof reads the same text again for each of many past runs
def _configured(folder: Path, files: tuple[tuple[str, str], ...]) -> Configuration:
    texts = dict(files)
    reader = Reader(folder, texts, [])
    settings = reader.one(SETTINGS, read_settings)
    company = reader.one(COMPANY, read_company)
    mapping = reader.one(mapping_of(settings.crm if settings else "salesforce"), read_mapping)
    access = reader.one("access.yaml", read_access) if "access.yaml" in texts else Access()
    journal = reader.one("journal.yaml", read_journal) if "journal.yaml" in texts else Journal()
    engagements = reader.each(ENGAGEMENT, read_engagement)
    plans = reader.each(PLANS, read_plan)
    if company is not None and not reader.problems:
        reader.problems.extend(
            check_rules(
                company,
                tuple(engagements.values()),
                tuple(plans.values()),
                lists=_lists(texts),
                facts=mapping.facts if mapping else None,
            )
        )
    held = tuple(issue for issue in reader.problems if issue.severity is Severity.HOLDS)
    if held or settings is None or access is None or journal is None or company is None or mapping is None:
        raise ConfigurationProblem(held)
    return Configuration(
        folder=folder,
        settings=settings,
        access=access,
        journal=journal,
        rules=Rules(company, tuple(engagements.values()), tuple(plans.values())),
        mapping=mapping,
        texts=texts,
        fingerprint=_fingerprint(texts),
    )


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads files of the folder one by one and collects what is wrong with them."""

    folder: Path
    texts: dict[str, str]
    problems: list[Issue]

    def one(self, name: str, read: Callable[[str, str], Found[T | None]]) -> T | None:
        """One file that must exist."""
        if name not in self.texts:
            missing = "The file is missing."
            self.problems.append(
                Issue("missing_file", Severity.HOLDS, str(self.folder / name), missing, "Run worker.py init.")
            )
            return None
        found = read(self.texts[name], str(self.folder / name))
        self.problems.extend(found.issues)
        return found.rows

    def each(self, prefix: str, read: Callable[[str, str], Found[T | None]]) -> dict[str, T]:
        """All YAML files of one sub-folder by name."""
        names = [name for name in self.texts if name.startswith(prefix) and name.endswith(".yaml")]
        found = {name: self.one(name, read) for name in names}
        return {name: document for name, document in found.items() if document is not None}


def _texts(folder: Path) -> dict[str, str]:
    """Every YAML and CSV file of the folder by its name in it; generated schemas and examples are not configuration."""
    if not folder.is_dir():
        raise ConfigurationProblem((_missing_folder(folder),))
    found = {name: _text(path) for name, path in _files(folder)}
    problems = tuple(one for one in found.values() if isinstance(one, Issue))
    if problems:
        raise ConfigurationProblem(problems)
    return {name: text for name, text in found.items() if isinstance(text, str)}


def _text(path: Path) -> str | Issue:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as problem:
        message = f"The file cannot be read ({problem.strerror})."
        return Issue("unreadable_file", Severity.HOLDS, str(path), message, "Let the worker's user read it.")
    except UnicodeDecodeError as problem:
        line = problem.object[: problem.start].count(b"\n") + 1
        remedy = "Save the file as UTF-8 (in Excel: CSV UTF-8)."
        return Issue("not_utf8", Severity.HOLDS, f"{path}:{line}", "The text is not UTF-8.", remedy)


def _files(folder: Path) -> list[tuple[str, Path]]:
    paths = [path for pattern in ("*.yaml", "*/*.yaml", "*/*.csv") for path in folder.glob(pattern)]
    named = sorted((path.relative_to(folder).as_posix(), path) for path in paths)
    governs = [(name, path) for name, path in named if not name.startswith(EXAMPLES)]
    return [(name, path) for name, path in governs if path.stat().st_size <= LARGEST_FILE]


def _lists(texts: dict[str, str]) -> set[str]:
    """Names of the lists that rules may refer to."""
    return {Path(name).stem for name in texts if name.startswith("lists/")}


def _missing_folder(folder: Path) -> Issue:
    if folder.is_file():
        return Issue(
            "missing_folder", Severity.HOLDS, str(folder), "This is a file.", "Name the config folder it is in."
        )
    return Issue("missing_folder", Severity.HOLDS, str(folder), "There is no such folder.", "Run worker.py init.")


def mapping_of(crm: str) -> str:
    """The file that says which fields of a CRM mean what."""
    return f"mapping/{crm}.yaml"


def _is_rule(name: str) -> bool:
    return name.endswith(".yaml") and name.startswith((ENGAGEMENT, PLANS))


def _said(text: str, name: str) -> str:
    """What a document says, without comments and layout."""
    tree = read_yaml(text, name).rows
    return "" if tree is None else json.dumps(tree.plain(), default=str, sort_keys=True)


def _fingerprint(texts: dict[str, str]) -> str:
    """Hash of everything that governs results; how to reach the CRM and when, and who may do what, does not."""
    relevant = {name: text for name, text in texts.items() if name not in GOVERNS_NO_RESULT}
    joined = "\0".join(f"{name}\0{text}" for name, text in sorted(relevant.items()))
    return hashlib.sha256(joined.encode()).hexdigest()
