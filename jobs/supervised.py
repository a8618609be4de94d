"""What the daemon does with a cycle that fails: say so, keep going. The next cycle starts from what is committed."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from jobs.problems import code_and_message

log = structlog.get_logger()


def supervised(job: Callable[[], object]) -> Callable[[], None]:
    """The job, with every problem that a person can mend turned into one log line."""

    def attempt() -> None:
        try:
            job()
        except Exception as problem:
            known = code_and_message(problem)
            if known is None:
                log.exception("cycle failed by a bug")
            elif known[0]:
                log.error("cycle failed", code=type(problem).__name__, reason=known[1])  # noqa: TRY400  # no traceback

    return attempt
