"""Metadata files as text: elements in, XML out, one element a line as the command line tools write it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from connectors.salesforce.source_tree import NAMESPACE

Element = tuple[str, "str | Sequence[Element]"]


def document(root: str, elements: Sequence[Element]) -> str:
    """A whole file."""
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f'{head}<{root} xmlns="{NAMESPACE}">\n{_lines(elements, "    ")}</{root}>\n'


def yes(value: bool) -> str:  # noqa: FBT001  a conversion
    """A truth as metadata says it."""
    return "true" if value else "false"


def _lines(elements: Sequence[Element], indent: str) -> str:
    return "".join(_element(name, value, indent) for name, value in elements)


def _element(name: str, value: str | Sequence[Element], indent: str) -> str:
    if isinstance(value, str):
        return f"{indent}<{name}>{escape(value, quote=False)}</{name}>\n"
    return f"{indent}<{name}>\n{_lines(value, indent + '    ')}{indent}</{name}>\n"
