"""How closings look in a terminal; the same data as JSON on request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.model import Issue
from engine.telling.wording import counted
from jobs.books.refusals import NotYet
from jobs.show import as_data, console


def show_closings(done: Sequence[dict[str, Any]], *, as_json: bool, refused: NotYet | None = None) -> None:
    """Each closed period with its statements and its seal; as data also what keeps the one open that was refused."""
    if as_json:
        left = {} if refused is None else {"refused": refused.period, "open": [_point(each) for each in refused.points]}
        as_data({"closed": list(done), **left})
        return
    for one in done:
        sealed = counted(one["statements"], "statement")
        console().print(f"{one['period']} is closed: {sealed} sealed. Seal {one['seal']}")
    if done:
        console().print("Keep the last seal outside this database: with it, nobody can cut history off unseen.")


def _point(point: Issue) -> dict[str, str]:
    return {name: getattr(point, name) for name in ("code", "subject", "message", "remedy")}


def show_reopened(done: dict[str, Any], *, as_json: bool) -> None:
    """Which periods are open again."""
    if as_json:
        as_data(done)
        return
    every = ", ".join([done["period"], *reversed(done["later"])])
    console().print(f"Open again: {every}. Run sync, then close them again in their order.")
