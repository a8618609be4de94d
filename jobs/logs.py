"""Structured logs: one rich line a run and a step, JSON unless a terminal. Never pay, never secrets.

Only keys on the allow-list leave the process: an amount or a token that somebody binds by mistake is dropped and its
key named, so that the mistake is seen and the value is not.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, TextIO

import structlog
from structlog.tracebacks import ExceptionDictTransformer

ALLOWED = frozenset(
    {
        "event", "level", "timestamp", "exception", "dropped",
        "run", "kind", "object", "step", "outcome", "seconds", "reason", "code", "subject", "crm", "org",
        "new", "changed", "unchanged", "records", "pages", "deleted", "deals", "accounts", "payees", "credits", "lines",
        "postings", "wanted", "written", "retry", "parked", "gone", "held", "issues", "calls", "attempt", "wait_s",
        "owners_written", "owners_retry", "owners_parked", "owners_gone",
        "limit", "used", "full", "next_run", "version", "signal", "missing", "found", "drifted",
    }
)  # fmt: skip
"""Every key a log line may carry: counts, codes, ids and times."""


def keep_allowed(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every key that is not on the allow-list, and say which."""
    dropped = sorted(set(event) - ALLOWED)
    for key in dropped:
        del event[key]
    if dropped:
        event["dropped"] = dropped
    return event


def configure(stream: TextIO | None = None, *, answering: bool = False) -> None:
    """Log to the stream (standard error by default): coloured for a person, one JSON object a line for a machine.

    A command that answers a person (`answering`) logs warnings and errors alone: its answer says what it did.
    """
    out = stream or sys.stderr
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if out.isatty()
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            # Local variables hold tokens and payouts: never into a log.
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            keep_allowed,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if answering else logging.NOTSET),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=False,
    )


@contextmanager
def bound(**facts: object) -> Iterator[None]:
    """Facts that every log line inside carries, such as the run."""
    with structlog.contextvars.bound_contextvars(**facts):
        yield
