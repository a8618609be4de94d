"""Reading documents: text in, one frozen object and every problem out, each as `file:line: path: what is wrong`.

An object is returned only where there is nothing wrong with it. What is wrong with the text, with keys and values, with
ids and references and with components or rules by themselves comes in one go; how the parts fit together (components
and their measures, windows inside windows) is said once the parts are right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import TypeVar

from pydantic import ValidationError

from engine.documents.company.access import Access
from engine.documents.company.company import Company
from engine.documents.company.journal import Journal
from engine.documents.document import Document, Policy, Reading, problems_of
from engine.documents.engagement.engagement import Engagement
from engine.documents.plans.plan import Plan
from engine.documents.problems import Problem
from engine.documents.yaml import Node, read_yaml
from engine.model import Found, Issue, Severity

D = TypeVar("D", bound=Document)
_AFTER_A_COMMA = re.compile(r"[0-9]{3}(\.[0-9]*)?", re.ASCII)
"""What YAML takes for a key of its own in `{from: 75,000}`."""
Names = Callable[[Node], Mapping[str, frozenset[str]]]


def read_access(text: str, file: str) -> Found[Access | None]:
    """Who may do and see what."""
    return read_document(text, file, Access)


def read_journal(text: str, file: str) -> Found[Journal | None]:
    """The accounts of the general ledger."""
    return read_document(text, file, Journal)


def read_company(text: str, file: str) -> Found[Company | None]:
    """The company's calendar and currency."""
    return read_document(text, file, Company)


def read_engagement(text: str, file: str) -> Found[Engagement | None]:
    """One file of rules of engagement."""
    return read_document(text, file, Engagement, names_in_engagement)


def read_plan(text: str, file: str) -> Found[Plan | None]:
    """One plan file."""
    return read_document(text, file, Plan, names_in_plan)


def names_in_engagement(root: Node) -> dict[str, frozenset[str]]:
    """The roles that a file of rules defines."""
    return {"role": frozenset(root.entries("vacancies"))}


def names_in_plan(root: Node) -> dict[str, frozenset[str]]:
    """The measures and components that a plan file defines."""
    components = (node.entries() for node in root.items("components"))
    ids = (str(entries["id"].value) for entries in components if "id" in entries)
    return {"measure": frozenset(root.entries("measures")), "component": frozenset(ids)}


def read_document(text: str, file: str, kind: type[D], names: Names = lambda _: {}) -> Found[D | None]:
    """Any kind of document; `names` finds in the tree what its references may name."""
    tree = read_yaml(text, file)
    if tree.rows is None:
        return Found(None, tree.issues)
    found = read_tree(tree.rows, text, file, kind, names)
    issues = in_order((*tree.issues, *found.issues))
    return Found(None if issues else found.rows, issues)


def read_tree(
    root: Node, text: str, file: str, kind: type[D], names: Names = lambda _: {}, *, within: tuple[str, ...] = ()
) -> Found[D | None]:
    """A document from its tree; one inside another file says `within` where it stands there.

    None without an issue where all that is wrong was reported with the tree.
    """
    issues = [*_empty(root, within, file), *_same_ids(root, within, file)]
    document = None
    try:
        document = kind.model_validate(root.plain(), context=Reading(dict(names(root))))
    except ValidationError as error:
        issues += issues_at(problems_of(error), root, file, within)
    if issues or document is None:
        return Found(None, in_order(issues))
    return Found(_stamped(document, text, f"{file}:{root.line_of('effective')}"))


def in_order(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """Each issue once, in the order of lines of the file."""
    return tuple(sorted(dict.fromkeys(issues), key=_line))


def _empty(node: Node, names: tuple[str, ...], file: str) -> Iterator[Issue]:
    """Keys without a value: a default in their place would be a guess."""
    if node.value is None and not node.flawed:
        node.flawed = True
        thousands = bool(names) and _AFTER_A_COMMA.fullmatch(names[-1])
        remedy = "Write 75_000, not 75,000." if thousands else "Write a value, or remove the key."
        yield _issue(file, node.line, names, "empty.", remedy)
    for name, child in node.children():
        yield from _empty(child, (*names, name), file)


def _same_ids(node: Node, names: tuple[str, ...], file: str) -> Iterator[Issue]:
    """Items of one list with the same id: nothing could tell them apart."""
    seen: dict[str, Node] = {}
    for name, child in node.children():
        given = child.entries().get("id") if isinstance(node.value, list) else None
        if given is not None and isinstance(given.value, str):
            first = seen.setdefault(given.value, given)
            if first is not given:
                message = f"line {first.line} has the id {given.value} already."
                yield _issue(file, given.line, (*names, name, "id"), message, "Give each its own id.")
        yield from _same_ids(child, (*names, name), file)


def issues_at(problems: Iterable[Problem], root: Node, file: str, within: tuple[str, ...] = ()) -> Iterator[Issue]:
    """Problems with their line; those of values that are already reported are left out."""
    for problem in problems:
        way = list(root.along(problem.loc))
        names, nodes = [name for name, _ in way], [root, *(node for _, node in way)]
        if any(node.flawed for node in nodes):
            continue
        if len(names) == len(problem.loc) - 1 and isinstance(problem.loc[-1], str):
            names.append(problem.loc[-1])
        yield _issue(file, nodes[-1].line, (*within, *names), problem.message, problem.remedy)


def _issue(file: str, line: int, names: Sequence[str], message: str, remedy: str) -> Issue:
    path = "".join(name if name.startswith("[") else f".{name}" for name in names).removeprefix(".")
    where = f"{path}: {message}" if path else message
    return Issue("document", Severity.HOLDS, f"{file}:{line}", where, remedy)


def _line(issue: Issue) -> int:
    return int(issue.subject.rpartition(":")[2])


def _stamped(document: D, text: str, written_in: str) -> D:
    """Policies are kept by content: what was paid points at the very text it was paid by."""
    if not isinstance(document, Policy):
        return document
    version = sha256(text.encode()).hexdigest()
    return document.model_copy(update={"version": version, "written_in": written_in})
