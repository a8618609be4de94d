"""Plain YAML scalars under our rules: text, int, `Decimal`, true/false, a day, or nothing. Never a float.

YAML is dangerous in exactly our field: `NO` must stay Norway, `0123` must not lose its zero, `0.1` must keep its
digits. What looks like a number and is not written plainly is refused, not interpreted.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from engine.documents.problems import wrong

Scalar = str | int | Decimal | bool | date | None

DIGITS_MAX = 30
"""More digits than any amount has; bounds the work of one number."""

_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]{0,2}(_[0-9]{3})+|[1-9][0-9]*)(\.[0-9]+)?", re.ASCII)
_NUMBER_LIKE = re.compile(r"[-+]?(\.?[0-9][0-9_]*\.?[0-9_]*([eE][-+]?[0-9]+)?|0[xob][0-9a-fA-F_]+)", re.ASCII)
_NOT_A_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def plain(text: str) -> Scalar:
    """What an unquoted scalar means; raises `Problems` where that would be a guess."""
    if text in _WORDS:
        return _WORDS[text]
    if _DAY.fullmatch(text):
        return _day(text)
    if _NUMBER.fullmatch(text):
        return _number(text)
    if _NUMBER_LIKE.fullmatch(text) or _NOT_A_NUMBER.fullmatch(text):
        raise wrong(f"{text} is not a plainly written number.", _remedy(text))
    return text


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise wrong(
            f"{text} is no day of the calendar.", "Write a day as year-month-day, such as 2026-02-01."
        ) from None


def _number(text: str) -> int | Decimal:
    if len(text) > DIGITS_MAX:
        raise wrong(f"a number of {len(text)} characters is too long.", f"Write at most {DIGITS_MAX}.")
    digits = text.replace("_", "")
    return Decimal(digits) if "." in digits else int(digits)


def _remedy(text: str) -> str:
    if re.fullmatch(r"[-+]?0[0-9]+", text):
        return f'Write "{text}" in quotes if it is text, or drop the leading zero if it is a number.'
    if "_" in text:
        return "An underscore separates thousands, such as 50_000 or 1_250_000.50."
    return "Write its digits, such as 1250, 0.75 or 50_000, or put text in quotes."
