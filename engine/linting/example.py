"""A counterexample as a plan test: YAML that can be saved as a file, and passes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from engine.linting.made_up import number
from engine.linting.trial import facts_of
from engine.linting.way import Paid, Way
from engine.linting.world import World

SECTIONS = ("lists", "fx_rates", "enrolments", "compensation", "quotas", "deals", "achieved", "results")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./ %-]*", re.ASCII)
_LOOKS_OTHERWISE = re.compile(r"[0-9._-]+|true|false|null|yes|no|on|off", re.ASCII | re.IGNORECASE)


def as_plan_test(world: World, said: Mapping[str, str], ways: Sequence[Way], paid: Sequence[Paid]) -> str:
    """The plan test; `said` are its scenario and because, and its documents as it writes them."""
    facts = facts_of(world, [(way, (way.name, way.beside or way.name)) for way in ways])
    lines = [f"{key}: {text}" for key, text in said.items()]
    for name in SECTIONS:
        lines += section(name, facts.get(name))
    return "\n".join([*lines, "expect:", "  lines:", *_expected(ways, paid), ""])


def section(name: str, entries: Any) -> list[str]:
    """One section of facts, each on its line; nothing where there are none."""
    if not entries:
        return []
    if isinstance(entries, Mapping):
        return [f"{name}: {written(entries)}"]
    return [f"{name}:", *(f"  - {written(entry)}" for entry in entries)]


def _expected(ways: Sequence[Way], paid: Sequence[Paid]) -> Iterator[str]:
    """What each payee gets by each component, so that draws may come on top."""
    for way, each in zip(ways, paid, strict=True):
        for (place, component), amount in sorted(each.amounts.items()):
            row = {"payee": way.payees[place], "component": component, "amount": number(amount)}
            yield f"    - {written(row)}"
        if not each.amounts:
            yield f"    - {written({'payee': way.name, 'amount': 0})}"


def written(value: Any) -> str:
    """A value on one line of YAML."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {written(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return f"{value:,f}".replace(",", "_") if isinstance(value, Decimal) else f"{value:_}"
    return value.isoformat() if isinstance(value, date) else in_quotes_if_needed(str(value))


def in_quotes_if_needed(text: str) -> str:
    """Text in quotes where it could be taken for something else."""
    if _PLAIN.fullmatch(text) and not text.endswith(" ") and not _LOOKS_OTHERWISE.fullmatch(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
