"""Strict YAML 1.2 with line numbers: text in, a tree of nodes and all problems out.

Refused, because each can change pay without being seen: equal keys, anchors and aliases, tags, directives, several
documents in one file, numbers that are not plainly written. Bounded: size and depth. Nothing here raises on any text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
)

from engine.documents.problems import Loc, Problems
from engine.documents.scalars import Scalar, plain
from engine.model import Found, Issue, Severity

CHARACTERS_MAX = 1_000_000
DEPTH_MAX = 32
CORE_TAG = "tag:yaml.org,2002:"


@dataclass(slots=True)
class Node:
    """One value of a document and where it is written; an entry of a mapping stands where its key stands."""

    value: Scalar | dict[str, Node] | list[Node]
    line: int
    column: int
    flawed: bool = False
    """Already reported: what else is wrong with this value follows from that."""

    def plain(self) -> Any:
        """The same as dicts, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def entries(self, key: str | None = None) -> dict[str, Node]:
        """The entries of this mapping, or of the mapping under `key`; none where there is no mapping."""
        node = self if key is None else self.entries().get(key)
        return node.value if node is not None and isinstance(node.value, dict) else {}

    def items(self, key: str) -> list[Node]:
        """The items of the list under `key`; none where there is no list."""
        node = self.entries().get(key)
        return node.value if node is not None and isinstance(node.value, list) else []

    def children(self) -> Iterator[tuple[str, Node]]:
        """Entries and items with the names that paths use."""
        if isinstance(self.value, dict):
            yield from self.value.items()
        elif isinstance(self.value, list):
            yield from ((node.name_at(position), node) for position, node in enumerate(self.value))

    def line_of(self, key: str) -> int:
        """Where the entry is written, or the mapping where it is not."""
        return self.entries().get(key, self).line

    def along(self, loc: Loc) -> Iterator[tuple[str, Node]]:
        """The nodes on the way to `loc` with their names; parts that are not written in the document are passed over.

        A number picks an entry of a mapping too: the steps of a dated leaf are written as a mapping.
        """
        node = self
        for part in loc:
            name, found = node._child(part)
            if found is not None:
                node = found
                yield name, node

    def _child(self, part: str | int) -> tuple[str, Node | None]:
        if isinstance(self.value, dict):
            if isinstance(part, int):
                part = dict(enumerate(self.value)).get(part, "")
            return part, self.value.get(part)
        if isinstance(self.value, list) and isinstance(part, int) and part < len(self.value):
            return self.value[part].name_at(part), self.value[part]
        return "", None

    def name_at(self, position: int) -> str:
        """An item of a list by its id where it has one, else by its number, counted from one."""
        named = self.value.get("id") if isinstance(self.value, dict) else None
        return named.value if named and isinstance(named.value, str) else f"[{position + 1}]"


def yaml_issue(file: str, line: int, message: str, remedy: str) -> Issue:
    """A problem of the text itself."""
    return Issue("yaml", Severity.HOLDS, f"{file}:{line}", message, remedy)


def read_yaml(text: str, file: str) -> Found[Node | None]:
    """The tree of one document. With issues, the tree holds what could be read, or is None where nothing could."""
    if len(text) > CHARACTERS_MAX:
        message = f"the document has {len(text)} characters; at most {CHARACTERS_MAX} are read."
        return Found(None, (yaml_issue(file, 1, message, "Split it into several files."),))
    builder = _Builder(file)
    try:
        for event in YAML(typ="safe", pure=True).parse(text.removeprefix("\ufeff")):
            if not builder.takes(event):
                return Found(None, tuple(builder.issues))
    except YAMLError as error:
        builder.issues.append(_malformed(error, text, file))
        return Found(None, tuple(builder.issues))
    if builder.root is None:
        builder.report(1, "the document is empty.", "See docs/reference for what it has to say.")
    return Found(builder.root, tuple(builder.issues))


def _malformed(error: YAMLError, text: str, file: str) -> Issue:
    """The parser's complaint in words that help."""
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        position = getattr(error, "position", 0)
        line = text.count("\n", 0, position) + 1
        message = f"character U+{ord(text[position]):04X} is not allowed in YAML."
        return yaml_issue(file, line, message, "Remove it.")
    mark = error.problem_mark
    if "'\\t'" in str(error.problem):
        return yaml_issue(file, mark.line + 1, "a tab where YAML wants spaces.", "Indent with spaces.")
    message = f"not YAML: {error.problem}, at column {mark.column + 1}."
    return yaml_issue(file, mark.line + 1, message, "Check indentation, brackets, colons and quotes on and above it.")


@dataclass(slots=True)
class _Open:
    """A collection that is being read, and the key its next value belongs to."""

    node: Node
    key: Node | None = None


@dataclass(slots=True)
class _Builder:
    """Builds the tree from the parser's events, so that what we refuse never becomes a value."""

    file: str
    issues: list[Issue] = field(default_factory=list)
    root: Node | None = None
    documents: int = 0
    open: list[_Open] = field(default_factory=list)

    def report(self, line: int, message: str, remedy: str) -> None:
        self.issues.append(yaml_issue(self.file, line, message, remedy))

    def takes(self, event: Event) -> bool:
        """Build on; False where reading on makes no sense."""
        if isinstance(event, DocumentStartEvent):
            return self._starts(event)
        if isinstance(event, AliasEvent):
            self._alias(event)
        if isinstance(event, ScalarEvent | CollectionStartEvent):
            return self._node(event)
        if isinstance(event, CollectionEndEvent):
            self.open.pop()
        return True

    def _starts(self, event: DocumentStartEvent) -> bool:
        self.documents += 1
        line = event.start_mark.line + 1
        if event.version or event.tags:
            self.report(line, "directives (%YAML, %TAG) are refused.", "Remove the line.")
        if self.documents > 1:
            self.report(line, "a second document starts here.", "Write one document a file.")
        return self.documents == 1

    def _alias(self, event: AliasEvent) -> None:
        node = Node(None, event.start_mark.line + 1, event.start_mark.column + 1, flawed=True)
        self.report(node.line, f"the alias *{event.anchor} is refused.", "Write the value out where it is used.")
        self._place(node)

    def _node(self, event: ScalarEvent | CollectionStartEvent) -> bool:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if event.anchor is not None:
            self.report(line, f"the anchor &{event.anchor} is refused.", "Write the value out where it is used.")
        if event.tag is not None:
            self.report(
                line, f"the tag {event.tag.replace(CORE_TAG, '!!')} is refused.", "Remove it; put text in quotes."
            )
        if isinstance(event, ScalarEvent):
            self._scalar(event, line, column)
            return True
        node = Node({} if isinstance(event, MappingStartEvent) else [], line, column, flawed=event.tag is not None)
        self._place(node)
        self.open.append(_Open(node))
        if len(self.open) > DEPTH_MAX:
            self.report(line, f"nested more than {DEPTH_MAX} deep.", "Flatten it.")
        return len(self.open) <= DEPTH_MAX

    def _scalar(self, event: ScalarEvent, line: int, column: int) -> None:
        """A key keeps its text as written; an unquoted value gets its meaning."""
        node = Node(event.value, line, column, flawed=event.tag is not None)
        if self._awaits_key():
            self.open[-1].key = node
            return
        if not event.style and event.tag is None:
            try:
                node.value = plain(event.value)
            except Problems as found:
                node.flawed = True
                for problem in found.problems:
                    self.report(line, problem.message, problem.remedy)
        self._place(node)

    def _awaits_key(self) -> bool:
        return bool(self.open) and isinstance(self.open[-1].node.value, dict) and self.open[-1].key is None

    def _place(self, node: Node) -> None:
        """Put a value where it belongs: the root, a list, or under the waiting key."""
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        if isinstance(parent.node.value, list):
            parent.node.value.append(node)
        elif isinstance(parent.node.value, dict):
            self._enter(parent, parent.node.value, node)

    def _enter(self, parent: _Open, entries: dict[str, Node], node: Node) -> None:
        key, parent.key = parent.key, None
        if key is None:
            self.report(node.line, "a list or mapping as a key is refused.", "Write a word as the key.")
            parent.key = Node(f"?{len(entries)}", node.line, node.column, flawed=True)
            return
        name = str(key.value)
        node.line, node.column, node.flawed = key.line, key.column, node.flawed or key.flawed
        if name == "<<":
            self.report(key.line, "merge keys (<<) are refused.", "Write the entries out where they are used.")
            node.flawed = True
        if name in entries:
            first = entries[name].line
            self.report(key.line, f"the key {name} is written twice (first on line {first}).", "Keep one of them.")
            return
        entries[name] = node
