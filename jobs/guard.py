"""Guard: a run that would change too much of what people have already been shown waits for a person.

New earnings are never held up. What counts is change: postings on lines that the ledger already holds, and clawbacks.
And a changed plan, rule or mapping alone never takes anything back: that needs a business cause, or a person's word;
nor does a run in which rows of people files are refused that were not before.
An approval names the exact change (the hash of its postings), so it can never let a different one through.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import polars as pl
from pydantic import Field

from engine.documents.company.access import Decision
from engine.documents.document import Document
from engine.documents.values import Pay, Share, YesNo, percent_text

CHANGE = "change"
"""What a stopped run's request is about."""


class Limits(Document):
    """How much change a run may bring without a person (`guard:` in tallystick.yaml)."""

    changed_share: Share = Fraction(5, 100)
    """Share of the lines already shown that may change in one run."""
    changed_min: int = Field(default=20, ge=0)
    """Below this many changed lines the share does not matter: small books change a lot at a time."""
    money_share: Share = Fraction(5, 100)
    """Share of the money already shown, in any one currency, that may move in one run."""
    money_min: Pay = 50_000_000_000
    """Below this amount, in units of the currency, the share of money does not matter."""
    clawbacks: int = Field(default=50, ge=0)
    """Clawbacks in one run."""
    owners_share: Share = Fraction(20, 100)
    """Share of the owners, team members and splits that we set which one run may change."""
    owners_min: int = Field(default=50, ge=0)
    """Below this many of them the share does not matter."""
    edits_take_back: YesNo = False
    """True lets a changed plan, rule or mapping take back what was shown, within the limits above."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run asks to be let through: exactly this detail."""

    kind: Decision
    subject: str
    detail: Mapping[str, Any]
    concerns: frozenset[str] = frozenset()


class ChangeHeld(Exception):  # noqa: N818  # not an error: a decision that waits
    """The run was stopped before anything was saved, until what it asks for is approved."""

    def __init__(self, message: str, *asked: Asked) -> None:
        super().__init__(message)
        self.asked = asked


@dataclass(frozen=True, slots=True)
class Shown:
    """What the ledger holds: how many lines, and how much money by currency; looked up only where it decides."""

    lines: Callable[[], int]
    money: Callable[[], Mapping[str, int]]


Approved = Callable[[Asked], str | None]
"""None where somebody has approved it, else the id under which it waits."""


def check(
    postings: pl.DataFrame,
    shown: Shown,
    limits: Limits,
    approved: Approved,
    *,
    released: pl.DataFrame,
    edited: bool = False,
    slips: Sequence[str] = (),
) -> None:
    """Raise `ChangeHeld` where the change is too large and not the approved one.

    `released` are the postings of what is payable; a clawback among them is one among the others already. `edited` says
    that plans, rules or mapping are others than in the last run; `slips` are rows of people files that were refused
    just now: who is left out by a slip of the pen keeps what was shown.
    """
    every = pl.concat([postings, released])
    changed = every.filter(pl.col("sequence") > 0)
    clawbacks = postings.filter((pl.col("kind") == "clawback") & (pl.col("sequence") == 0)).height
    taken = every.filter((pl.col("delta_micros") < 0) & ((pl.col("sequence") > 0) | (pl.col("kind") == "clawback")))
    why = [
        *_too_many(changed.height, shown, limits),
        *_too_much(postings.filter(pl.col("sequence") > 0), shown, limits),
        *([f"create {clawbacks} clawbacks"] if clawbacks > limits.clawbacks else []),
    ]
    if edited and not limits.edits_take_back and not taken.is_empty():
        why.append(f"take back {taken.height} lines after a changed plan, rule or mapping, which alone never does")
    lost = changed.filter(pl.col("delta_micros") < 0)
    if slips and not lost.is_empty():
        rows = f"{slips[0]}{f' and {len(slips) - 1} more' if len(slips) > 1 else ''}"
        why.append(f"take back {lost.height} lines while a row of the people files is refused ({rows}), perhaps for it")
    if not why:
        return
    detail = {"postings": fingerprint_of(every), "changed": changed.height, "clawbacks": clawbacks, "why": why}
    asked = Asked("breaker", CHANGE, detail, frozenset(every["payee_id"]))
    waits = approved(asked)
    if waits is not None:
        message = f"The run would {'; '.join(why)}. Nothing of it was booked. Look at it with 'worker.py preview', then"
        raise ChangeHeld(f"{message} 'worker.py approve {waits}'.", asked)


def _too_many(changed: int, shown: Shown, limits: Limits) -> list[str]:
    if changed < limits.changed_min:
        return []
    lines = shown.lines()
    return [f"change {changed} of {lines} lines already shown"] if changed > limits.changed_share * lines else []


def _too_much(changed: pl.DataFrame, shown: Shown, limits: Limits) -> list[str]:
    """By currency, money that moves: what is added to some and taken from others does not cancel out. No amounts."""
    moved = changed.group_by("currency").agg(pl.col("delta_micros").abs().cast(pl.Int128).sum())
    large = moved.filter(pl.col("delta_micros") >= limits.money_min).sort("currency").rows()
    held = shown.money() if large else {}
    return [
        f"move more than {percent_text(limits.money_share)} of the {currency} already shown"
        for currency, micros in large
        if micros > limits.money_share * held.get(currency, 0)
    ]


def fingerprint_of(postings: pl.DataFrame) -> str:
    """A name of exactly this set of postings, independent of their order."""
    columns = ["plan", "component", "payee_id", "period", "source_id", "part", "sequence", "delta_micros", "currency"]
    rows = sorted(repr(row) for row in postings.select(columns).iter_rows())
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()
