"""Guard: a run that would change too much of what people have already been shown waits for a person.

New earnings are never held up. What counts is change: postings on lines that the ledger already holds, and clawbacks.
An approval names the exact change (its fingerprint), so it can never let a different one through.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fractions import Fraction

import polars as pl
from pydantic import Field

from engine.documents.document import Document
from engine.documents.values import Share


class Limits(Document):
    """How much change a run may bring without a person (`guard:` in tallystick.yaml)."""

    changed_share: Share = Fraction(5, 100)
    """Share of the lines already shown that may change in one run."""
    changed_min: int = Field(default=20, ge=0)
    """Below this many changed lines the share does not matter: small books change a lot at a time."""
    clawbacks: int = Field(default=50, ge=0)
    """Clawbacks in one run."""


class ChangeHeld(Exception):  # noqa: N818  # not an error: a decision that waits
    """The run was stopped before anything was saved."""

    def __init__(self, fingerprint: str, message: str) -> None:
        super().__init__(message)
        self.fingerprint = fingerprint


@dataclass(frozen=True, slots=True)
class Shown:
    """How many lines the ledger holds."""

    lines: int


def check(
    postings: pl.DataFrame, shown: Shown, limits: Limits, approved: str | None, *, released: pl.DataFrame
) -> None:
    """Raise `ChangeHeld` where the change is too large and not the approved one.

    `released` are the postings of what is payable; a clawback among them is one among the others already.
    """
    every = pl.concat([postings, released])
    changed = every.filter(pl.col("sequence") > 0).height
    clawbacks = postings.filter((pl.col("kind") == "clawback") & (pl.col("sequence") == 0)).height
    too_many = changed >= limits.changed_min and changed > limits.changed_share * shown.lines
    if not too_many and clawbacks <= limits.clawbacks:
        return
    fingerprint = fingerprint_of(every)
    if fingerprint != approved:
        message = (
            f"The run would change {changed} of {shown.lines} lines already shown and create {clawbacks} clawbacks; "
            f"nothing was saved. Look at it with 'worker.py preview', then 'worker.py approve {fingerprint}'."
        )
        raise ChangeHeld(fingerprint, message)


def fingerprint_of(postings: pl.DataFrame) -> str:
    """A short name of exactly this set of postings, independent of their order."""
    columns = ["plan", "component", "payee_id", "period", "source_id", "part", "sequence", "delta_micros", "currency"]
    rows = sorted(repr(row) for row in postings.select(columns).iter_rows())
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()[:12]
