"""Sorts Salesforce's answers by what the caller should do. Messages carry the CRM's code and text, never a body."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec
import requests

from connectors.answers import Interrupted, clean, retry_after
from connectors.port import BudgetSpent, ConnectorError, NotAllowed, Refused, TryAgain

RETRY_AFTER_S_MAX = 60.0
LATER_S = 300.0
HOURLY_S = 3600.0
PASSING_STATUS = frozenset({406, 408, 420, 429})
SERVER_ERROR = 500
TOO_FAST = 429
"""Too many calls at once or in a short time: a pause cures it, whatever the code in the body says."""


class TooSlow(TryAgain):
    """The query timed out in Salesforce: ask for less."""


class LocatorLost(TryAgain):
    """The query's pages are no longer kept: ask the query again."""


class _Problem(msgspec.Struct):
    message: str = ""
    errorCode: str = ""  # noqa: N815  Salesforce's key
    fields: list[str] | None = None


_BY_CODE: Mapping[str, type[ConnectorError]] = {
    "QUERY_TIMEOUT": TooSlow,
    "REQUEST_RUNNING_TOO_LONG": TooSlow,
    "INVALID_QUERY_LOCATOR": LocatorLost,
    "JOB_NOT_COMPLETE": Interrupted,
    "SERVER_UNAVAILABLE": Interrupted,
    "UNKNOWN_EXCEPTION": Interrupted,
    "INTERNAL_ERROR": Interrupted,
    "UNABLE_TO_LOCK_ROW": Interrupted,
    "TXN_SECURITY_METERING_ERROR": NotAllowed,
    "API_DISABLED_FOR_ORG": NotAllowed,
    "API_CURRENTLY_DISABLED": NotAllowed,
    "INSUFFICIENT_ACCESS": NotAllowed,
}
LATER = frozenset(  # what passes by itself
    {
        "TOO_MANY_APEX_REQUESTS",
        "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE",
        "ORG_IN_MAINTENANCE",
        "FUNCTIONALITY_TEMPORARILY_UNAVAILABLE",
        "TERRITORY_REALIGN_IN_PROGRESS",
        "OPERATION_ENQUEUED",
    }
)
_BY_STATUS: Mapping[int, tuple[type[ConnectorError], str]] = {
    401: (NotAllowed, "Salesforce does not accept the session. Check the app, the user and its API permission."),
    403: (NotAllowed, "The integration user may not do this. Grant the permission the message names."),
    407: (NotAllowed, "The proxy asks for credentials. Put them into HTTPS_PROXY."),
    410: (Refused, "This API version is retired. Update Tallystick."),
}


def error_of(response: requests.Response) -> ConnectorError:
    """The error an unsuccessful answer means."""
    problem = _first_problem(response)
    where = f"{response.request.method} {urlsplit(str(response.request.url)).path}: HTTP {response.status_code}"
    text = f"{where} {problem.errorCode}: {clean(problem.message)}" if problem.errorCode else f"{where}."
    if problem.errorCode == "REQUEST_LIMIT_EXCEEDED" and response.status_code != TOO_FAST:
        return _limit(problem.message, text)
    if problem.errorCode in LATER:
        return TryAgain(text, code=problem.errorCode, wait_s=LATER_S)
    if kind := _BY_CODE.get(problem.errorCode):
        return kind(text, code=problem.errorCode)
    if response.status_code in PASSING_STATUS or response.status_code >= SERVER_ERROR:
        return Interrupted(text, code=problem.errorCode, wait_s=_retry_after(response))
    kind, advice = _BY_STATUS.get(response.status_code, (Refused, ""))
    said = f"{text.rstrip('.')}. {advice}" if advice else text
    return kind(said, code=problem.errorCode)


def _first_problem(response: requests.Response) -> _Problem:
    try:
        problems = msgspec.json.decode(response.content, type=list[_Problem] | _Problem)
    except msgspec.DecodeError:
        return _Problem()
    if isinstance(problems, _Problem):
        return problems
    return problems[0] if problems else _Problem()


def _limit(message: str, text: str) -> TryAgain:
    """The daily limit pauses us for an hour at a time; too many long calls at once, for half a minute."""
    if "Concurrent" in message:
        return Interrupted(text, code="REQUEST_LIMIT_EXCEEDED", wait_s=30.0)
    return BudgetSpent(f"{text} The org's daily calls are used up.", code="REQUEST_LIMIT_EXCEEDED", wait_s=HOURLY_S)


def _retry_after(response: requests.Response) -> float | None:
    """The pause the server asked for, capped."""
    asked = retry_after(response)
    return None if asked is None else min(asked, RETRY_AFTER_S_MAX)
