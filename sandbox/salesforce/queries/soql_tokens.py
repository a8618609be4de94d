"""Cuts a query into tokens, each with its position."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.salesforce.errors import ApiError

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<string>'(?:[^'\\]|\\.)*')
    |(?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))
    |(?P<date>\d{4}-\d\d-\d\d(?![\dT]))
    |(?P<number>[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.]))
    |(?P<word>[A-Za-z]\w*(?:\.[A-Za-z]\w*)*(?::\d+)?)
    |(?P<operator><=|>=|!=|<>|=|<|>)
    |(?P<mark>[(),])""",
    re.VERBOSE | re.ASCII | re.DOTALL,
)
_ESCAPES = {
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "b": "\b",
    "f": "\f",
    "'": "'",
    '"': '"',
    "\\": "\\",
    "_": "\\_",
    "%": "\\%",
}
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Token:
    """One token; a word keeps its case."""

    kind: str
    text: str
    column: int

    @property
    def upper(self) -> str:
        """The text as keywords are compared."""
        return self.text.upper()


def pointing(text: str, column: int, message: str, code: str = "MALFORMED_QUERY") -> ApiError:
    """Make the error that shows where in the query it is, as Salesforce words it."""
    line = text.count("\n", 0, column - 1) + 1
    in_line = column - (text.rfind("\n", 0, column - 1) + 1)
    start = max(0, column - 1 - _SHOWN)
    excerpt = text[start : column + _SHOWN].replace("\n", " ")
    arrow = " " * (column - 1 - start) + "^"
    return ApiError(code, f"\n{excerpt}\n{arrow}\nERROR at Row:{line}:Column:{in_line}\n{message}")


def tokens(text: str) -> Iterator[Token]:
    """Cut the query; the last token is an `end`."""
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise pointing(text, place + 1, f"unexpected token: '{text[place]}'")
        kind = str(match.lastgroup)
        if kind != "space":
            yield Token(kind, match[0], place + 1)
        place = match.end()
    yield Token("end", "<EOF>", len(text) + 1)


def unquoted(token: Token, text: str) -> str:
    r"""Give a string literal's value; only the documented escapes exist. `\_` and `\%` stay escaped for LIKE."""

    def replace(match: re.Match[str]) -> str:
        if match[1] not in _ESCAPES:
            raise pointing(text, token.column, f"Invalid escape sequence '\\{match[1]}'")
        return _ESCAPES[match[1]]

    return re.sub(r"\\(.)", replace, token.text[1:-1], flags=re.DOTALL)
