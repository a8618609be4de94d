"""Sorts HubSpot's answers by what the caller should do. Messages carry HubSpot's code and text, never a body."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import requests

from connectors.answers import Interrupted, asked, clean, retry_after
from connectors.port import BudgetSpent, ConnectorError, NotAllowed, Refused, TryAgain

ROLLING_S, SECONDLY_S, LOCKED_S = 10.0, 1.0, 2.0
HOURLY_S = 3600.0
LOCKED, TOO_FAST, MOVING, SERVER_ERROR = 423, 429, 477, 500
RETRY_AFTER_S_MAX = 60.0


class Detail(msgspec.Struct):
    """One of the errors inside an error; every key may be missing."""

    message: str = ""
    code: str = ""
    category: str = ""
    subCategory: Any = None  # noqa: N815  HubSpot's key
    context: dict[str, Any] = msgspec.field(default_factory=dict)
    errors: list[Detail] = msgspec.field(default_factory=list)


class Problem(msgspec.Struct):
    """HubSpot's error body; every key may be missing."""

    message: str = ""
    category: str = ""
    errorType: str = ""  # noqa: N815  HubSpot's key
    policyName: str = ""  # noqa: N815
    subCategory: Any = None  # noqa: N815
    correlationId: str = ""  # noqa: N815
    errors: list[Detail] = msgspec.field(default_factory=list)

    @property
    def word(self) -> str:
        """HubSpot's most telling name for what is wrong."""
        return self.policyName or self.category or self.errorType

    def scopes(self) -> Iterator[str]:
        """The scopes that are missing, where the answer names them."""
        for detail in self.errors:
            for named in detail.context.values():
                yield from (str(scope) for scope in (named if isinstance(named, list) else [named]))


class Answered(Refused):
    """HubSpot refused the request as it stands; `problem` says why, for those who can send less."""

    def __init__(self, message: str, *, code: str, status: int, problem: Problem) -> None:
        super().__init__(message, code=code)
        self.status = status
        self.problem = problem


_BY_STATUS: Mapping[int, str] = {
    401: "HubSpot does not accept the token. Check the service key or app, and that nobody has rotated it.",
    407: "The proxy asks for credentials. Put them into HTTPS_PROXY.",
}


def error_of(response: requests.Response) -> ConnectorError:
    """The error an unsuccessful answer means."""
    problem, status = problem_of(response), response.status_code
    text = f"{asked(response)}: HTTP {status}"
    text += f" {problem.word}: {clean(problem.message)}" if problem.word or problem.message else "."
    text += f" (correlation id {problem.correlationId})" if problem.correlationId else ""
    if status == TOO_FAST:
        return _too_fast(problem, text, retry_after(response))
    if status == MOVING:
        return TryAgain(f"{text} The portal is being moved.", code="MIGRATION", wait_s=retry_after(response))
    if status == LOCKED:
        return Interrupted(text, code=problem.word, wait_s=LOCKED_S)
    if status >= SERVER_ERROR:
        return Interrupted(text, code=problem.word, wait_s=min(retry_after(response) or 0, RETRY_AFTER_S_MAX))
    if status in _BY_STATUS:
        return NotAllowed(f"{text} {_BY_STATUS[status]}", code=problem.word)
    if status == requests.codes.forbidden:
        return NotAllowed(f"{text} {_grant(problem)}", code=problem.word)
    return Answered(text, code=problem.word, status=status, problem=problem)


def _too_fast(problem: Problem, text: str, wait_s: float | None) -> TryAgain:
    """The day's calls are used up until the portal's midnight; the shorter limits pass in seconds."""
    if problem.policyName == "DAILY":
        return BudgetSpent(f"{text} The account's daily calls are used up.", code="DAILY", wait_s=HOURLY_S)
    pause = SECONDLY_S if problem.policyName == "SECONDLY" else ROLLING_S
    return Interrupted(text, code=problem.word, wait_s=min(wait_s or pause, RETRY_AFTER_S_MAX))


def _grant(problem: Problem) -> str:
    scopes = sorted(set(problem.scopes()))
    named = f" the scope{'s' if len(scopes) > 1 else ''} {', '.join(scopes)}" if scopes else " the scope it names"
    return f"Grant the service key or app{named}, or check that the portal's subscription has the feature."


def problem_of(response: requests.Response) -> Problem:
    """What the body of an unsuccessful answer says; nothing where it says nothing."""
    try:
        return msgspec.json.decode(response.content, type=Problem, strict=False)
    except msgspec.DecodeError:
        return Problem()
