"""Whether somebody stands for the figures of a statement before its period is closed.

An approval names the figures that it approved by their hash. As soon as a line, a total or a balance of the statement
is another one, the approval is of other figures, and the statement is unapproved again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import polars as pl
from sqlalchemy import Connection

from jobs.books.material import Material, batched, material, payees_in
from jobs.books.moved import GROUP, moved
from jobs.configuration import Configuration
from jobs.statements.accounts import accounts
from store import approvals
from store.approvals import Request, detail_hash_of

KIND = "statement"
"""The kind of its request for approval."""
SHORT = 12
"""Characters of a hash that people are shown."""
NOT_FIGURES = "plan_version"
"""A comment in the plan document makes another version, and no other figure."""

State = Literal["approved", "other_figures", "not_approved"]


@dataclass(frozen=True, slots=True)
class Approval:
    """What has become of a statement's approval; `other_figures`: somebody approved it before it changed."""

    state: State
    figures: str
    """The hash of what the statement shows now, shortened."""
    by: str | None
    at: str | None
    asked: bool
    """Whether closing the period asks for it."""


def figures_hash(of: Material, configuration: Configuration) -> str:
    """The name of exactly what a payee's statement comes to: lines, payables, what moved, balances."""
    strayed = moved(of.earned, of.period)
    said = {
        "lines": _rows(of.rows),
        "payables": _rows(of.payables.filter(pl.col("period") == of.period)),
        "moved": [_rows(frame.select(*GROUP, "amount_micros")) for frame in (strayed.here, strayed.elsewhere)],
        "balances": [asdict(each) for each in accounts(of, configuration) if each.period == of.period],
    }
    text = json.dumps(said, default=str, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def detail_of(period: str, payee_id: str, figures: str) -> dict[str, str]:
    """Exactly what an approval names."""
    return {"period": period, "payee_id": payee_id, "figures": figures}


def subject_of(period: str, payee_id: str) -> str:
    """What the request for approval is about."""
    return f"{period} {payee_id}"


def approvals_of(
    conn: Connection, configuration: Configuration, period: str, figures: Mapping[str, str]
) -> dict[str, Approval]:
    """By payee, the approval of these figures (their hashes) of the period's statements."""
    known: dict[str, list[Request]] = {}
    for asked in approvals.about(conn, KIND, [subject_of(period, payee_id) for payee_id in figures]):
        known.setdefault(asked.subject, []).append(asked)
    asked_for = bool(configuration.access.statements_approved_by)
    return {
        payee_id: _approval(known.get(subject_of(period, payee_id), []), period, payee_id, hashed, asked=asked_for)
        for payee_id, hashed in figures.items()
    }


def approvals_in(conn: Connection, configuration: Configuration, period: str) -> Iterator[tuple[str, Approval]]:
    """Everybody with a statement of an open period, and its approval."""
    for some in batched(payees_in(conn, period)):
        read = material(conn, some, period)
        figures = {payee_id: figures_hash(read.of(payee_id), configuration) for payee_id in some}
        yield from approvals_of(conn, configuration, period, figures).items()


def approval_of(conn: Connection, configuration: Configuration, payee_id: str, of: Material) -> dict[str, Any] | None:
    """The approval of a payee's statement of an open period, as plain data; None where nothing shows."""
    if of.period is None or of.period not in of.periods:
        return None
    figures = {payee_id: figures_hash(of, configuration)}
    return asdict(approvals_of(conn, configuration, of.period, figures)[payee_id])


def _approval(known: list[Request], period: str, payee_id: str, figures: str, *, asked: bool) -> Approval:
    wanted = detail_hash_of(detail_of(period, payee_id, figures))
    these = next((each for each in known if each.detail_hash == wanted), None)
    last = these or (known[-1] if known else None)
    if last is None:
        return Approval("not_approved", figures[:SHORT], None, None, asked)
    taken = last.steps[-1]
    state: State = "approved" if these else "other_figures"
    return Approval(state, figures[:SHORT], taken.login, taken.at.isoformat(), asked)


def told(of: Mapping[str, Any] | None) -> str | None:
    """An approval (as plain data) in a sentence; None where nobody asks for one and none was given."""
    if of is None or (of["state"] == "not_approved" and not of["asked"]):
        return None
    if of["state"] == "approved":
        return f"Approved by {of['by']} on {of['at'][:10]} (figures {of['figures']})."
    if of["state"] == "not_approved":
        return f"Not approved (figures {of['figures']})."
    return (
        f"Not approved: {of['by']} approved other figures on {of['at'][:10]}, and it has changed since "
        f"(figures {of['figures']})."
    )


def told_short(of: Mapping[str, Any] | None) -> str:
    """An approval in a cell of a table; empty where nobody asks for one and none was given."""
    if told(of) is None or of is None:
        return ""
    return f"{of['by']} on {of['at'][:10]}" if of["state"] == "approved" else of["state"].replace("_", " ")


def _rows(frame: pl.DataFrame) -> list[list[object]]:
    """Rows in one order, whatever order they were read in."""
    columns = sorted(set(frame.columns) - {NOT_FIGURES})
    return sorted(([*row] for row in frame.select(columns).iter_rows()), key=repr)
