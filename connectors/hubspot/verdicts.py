"""Why HubSpot refused a value, read from the several shapes in which it says so, and what is to be done about it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from connectors.answers import clean
from connectors.hubspot.errors import Detail, Problem
from engine.model import Change, Sent, Verdict

PASSING = frozenset({"RATE_LIMIT", "RATE_LIMITS", "INTERNAL_ERROR", "SERVER_ERROR", "LOCKED", "TIMEOUT"})
GONE = frozenset({"OBJECT_NOT_FOUND"})
PORTAL_RULES = frozenset({"MISSING_CONDITIONAL_REQUIRED_PROPERTY", "MISSING_REQUIRED_PROPERTY"})
"""The admin has made other properties required before a deal may be saved, whoever saves it."""


RECORD_LIMIT = re.compile(r"\brecords?\b.{0,40}\blimit|\blimit\b.{0,40}\brecords?\b", re.IGNORECASE)
"""HubSpot documents how many records a portal may hold, but not the form of this refusal: it is known by its words."""


class _Invalid(msgspec.Struct):
    name: str = ""
    error: str = ""


def sent(changes: Iterable[Change], problem: Detail | Problem) -> list[Sent]:
    """The answer to the changes of one record that was refused."""
    code, named = _reason(problem)
    word = code or problem.category or "REFUSED"
    verdict = Verdict.PARKED
    if word in PASSING or problem.category in PASSING:
        verdict = Verdict.RETRY
    elif word in GONE or problem.category in GONE:
        verdict = Verdict.GONE
    return [Sent(change, verdict, word, _text(word, named, problem)) for change in changes]


def is_full(problem: Detail | Problem) -> bool:
    """Whether the portal has no room for another record."""
    return any(RECORD_LIMIT.search(each.message) for each in (problem, *problem.errors))


def _reason(problem: Detail | Problem) -> tuple[str, list[str]]:
    """HubSpot's code and the properties it names. The values are in the message too: they may be pay, and are left."""
    if is_full(problem):
        return "RECORD_LIMIT", []
    if invalid := _embedded(problem.message):
        return invalid[0].error, [each.name for each in invalid]
    own = [problem] if isinstance(problem, Detail) else []
    for detail in (*problem.errors, *own):
        if detail.code:
            return detail.code, [str(name) for name in _listed(detail.context)]
    return "", []


def _listed(context: Mapping[str, Any]) -> list[Any]:
    named = context.get("propertyName") or []
    return named if isinstance(named, list) else [named]


def _embedded(message: str) -> list[_Invalid]:
    """`Property values were not valid: [...]`: JSON inside a text, which may be cut."""
    start = message.find("[{")
    try:
        return msgspec.json.decode(message[start:], type=list[_Invalid]) if start >= 0 else []
    except msgspec.DecodeError:
        return []


def _text(word: str, named: list[str], problem: Detail | Problem) -> str:
    properties = ", ".join(named)
    if word in PORTAL_RULES:
        return (
            f"blocked by a rule of the portal: {properties or 'other properties'} must be filled in first. Fill them "
            "in, change the rule, or set hubspot.api_version: 2026-03, which does not enforce it (until September 2027)"
        )
    if properties:
        return f"{word} ({properties})"
    return clean(problem.message) if "[{" not in problem.message else word
