"""Documents as a person would write them: values to YAML in one line."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any


def dated(chance: Random, value: Any, other: Any) -> Any:
    """A value, which at times is another one from some day on."""
    if chance.random() < 0.75:
        return value
    return {date(2020, 1, 1): value, chance.choice([date(2026, 7, 1), date(2026, 9, 13)]): other}


def yaml_of(value: Any) -> str:
    """The YAML of dictionaries, lists, days, numbers and texts; a percentage is text that ends in `%`."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_plain(key)}: {yaml_of(of)}" for key, of in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(yaml_of(item) for item in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return _plain(value) if isinstance(value, int | date) else f'"{value}"' if not _is_word(value) else value


def document_of(entries: dict[str, Any]) -> str:
    """A whole document, one key a line; long lists one item a line."""
    lines = []
    for key, value in entries.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            lines.append(f"{key}:")
            lines += [f"  - {yaml_of(item)}" for item in value]
        elif key == "measures":
            lines.append(f"{key}:")
            lines += [f"  {name}: {yaml_of(item)}" for name, item in value.items()]
        else:
            lines.append(f"{key}: {yaml_of(value)}")
    return "\n".join(lines) + "\n"


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _is_word(value: Any) -> bool:
    """Numbers with decimals, percentages and names need no quotes."""
    return all(each.isalnum() or each in "._-%" for each in str(value)) and str(value)[:1] not in "-%"
