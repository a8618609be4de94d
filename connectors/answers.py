"""Answers of a CRM, whichever: what may pass if it is asked again, and JSON that is checked as it is decoded."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec
import requests
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from connectors.port import TryAgain

ATTEMPTS_MAX = 5
WAIT_S_MAX = 30.0
MESSAGE_MAX = 300
RETRY_AFTER_DIGITS = 9
"""No year-long number."""

JSON = "application/json"
T = TypeVar("T")
_wait = wait_random_exponential(multiplier=0.5, max=WAIT_S_MAX)


class Interrupted(TryAgain):
    """The call failed on its way (network, server, cut answer): safe to repeat at once if it is idempotent."""


def repeated(attempt: Callable[[], T], sleep: Callable[[float], None]) -> T:
    """The outcome of an idempotent call, tried a few times when it is interrupted."""
    attempts = Retrying(
        stop=stop_after_attempt(ATTEMPTS_MAX),
        wait=_pause,
        retry=retry_if_exception_type(Interrupted),
        sleep=sleep,
        reraise=True,
    )
    return attempts(attempt)


def _pause(state: RetryCallState) -> float:
    """What the server asked for, at least; else an exponential pause with jitter."""
    problem = state.outcome.exception() if state.outcome else None
    asked = problem.wait_s if isinstance(problem, Interrupted) and problem.wait_s else 0.0
    return max(asked, _wait(state))


def json_reader(answer: type[T]) -> Callable[[requests.Response], T]:
    """Decodes an answer; a cut or foreign one is an error that may pass."""

    def read(response: requests.Response) -> T:
        try:
            return msgspec.json.decode(response.content, type=answer)
        except msgspec.DecodeError as problem:
            raise Interrupted(f"{asked(response)}: the answer is cut or not JSON ({problem}).") from None

    return read


def check_type(response: requests.Response, accept: str) -> None:
    """A page for people with status 200 (proxy, maintenance, login) is an error, not data."""
    found = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
    empty = response.status_code == requests.codes.no_content or response.headers.get("Content-Length") == "0"
    if not empty and found != accept:
        response.close()
        raise Interrupted(f"{asked(response)}: {found or 'no type'} came instead of {accept}.")


def asked(response: requests.Response) -> str:
    """Method and path, without the query: values may stand in it."""
    return f"{response.request.method} {(response.request.path_url or '').split('?')[0]}"


def clean(message: str) -> str:
    """A CRM message on one line, of bounded length."""
    line = " ".join(message.split())
    return line if len(line) <= MESSAGE_MAX else line[: MESSAGE_MAX - 1] + "…"


def retry_after(response: requests.Response) -> float | None:
    """The pause in seconds that the server asked for; dates and nonsense are left to our own back-off."""
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() and len(text) <= RETRY_AFTER_DIGITS else None
