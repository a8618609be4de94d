"""Causes: what moved the books between two computations, record by record, adding up to the whole difference.

The books of then are rebuilt, and what changed since is applied one thing after another, in the order in which it came:
records, then the configuration, then the passing of time. Each thing's effect is what it alone adds to the ledgers, so
the effects add up. Records are tried in halves: a half that moves nothing is not looked at further.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection

from jobs.changes import deal_of, told_changes
from jobs.compute import Computed
from jobs.configuration import GOVERNS_NO_RESULT, Configuration
from jobs.proof.rebuild import Rebuilt, of_then, repeat
from store import ledger
from store.adjustments import steps_between
from store.computations import Computation
from store.copying import (
    Changed,
    changed_records,
    copy_adjustments,
    copy_around,
    copy_chosen,
    copy_pins,
    pins_by,
)
from store.instants import instant_of
from store.pins import moved_after

EFFECT = ["account", "payee_id", "period", "currency"]
"""What an effect is told by; `account` is earned or payable."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that changed, and what it did to the books."""

    kind: str
    """adjustment, decision, record, configuration, time or order (what none explains: a held deal, the order of
    arrival)."""
    subject: str
    """The record's object and id, the files, or the days."""
    changes: tuple[str, ...]
    """What of it, such as `amount: 1,000.00 USD -> 2,000.00 USD`."""
    effect: pl.DataFrame
    """A row for each of EFFECT with `delta_micros`."""


def causes(past: Connection, then: Rebuilt, later: Computation) -> list[Cause]:
    """What led from the books of then (whose database is changed by this) to those of a later computation."""
    with then.store.write() as conn:
        copy_around(past, conn, then.at, later)
        teller = _Teller(past, conn, then, later)
        told = [*teller.adjustments(), *teller.decisions(), *teller.records(), *teller.configuration(), *teller.time()]
        return [*told, *_rest(past, conn, later)]


class _Teller:
    """Applies what changed, one thing after another."""

    def __init__(self, past: Connection, conn: Connection, then: Rebuilt, later: Computation) -> None:
        self.past, self.conn, self.then, self.later = past, conn, then, later

    def adjustments(self) -> Iterator[Cause]:
        """Each adjustment that began to count, or was withdrawn."""
        for step, number in steps_between(self.past, self.then.at.adjustments or 0, self.later.adjustments or 0):
            copy_adjustments(self.past, self.conn, step)
            effect = _effect(self._advance(self.then.configuration, self.then.at))
            if effect.height:
                yield Cause("adjustment", f"adjustment {number}", (), effect)

    def decisions(self) -> Iterator[Cause]:
        """Late changes that were let through, or are read as they were believed from now on."""
        copy_pins(self.past, self.conn, self.then.at, self.later)
        records = moved_after(self.conn, pins_by(self.past, self.then.at))
        effect = _effect(self._advance(self.then.configuration, self.then.at))
        if effect.height:
            yield Cause("decision", ", ".join(f"{name} {record_id}" for name, record_id in records), (), effect)

    def records(self) -> Iterator[Cause]:
        """Each record that moved anything."""
        yield from self._among(changed_records(self.past, self.then.at.revision, self.later.revision))

    def configuration(self) -> Iterator[Cause]:
        """All changed files as one, as they refer to each other."""
        if self.later.fingerprint == self.then.at.fingerprint:
            return
        before, after = self.then.configuration.texts, of_then(self.past, self.later).texts
        files = sorted(
            name
            for name in before.keys() | after.keys()
            if before.get(name) != after.get(name) and name not in GOVERNS_NO_RESULT
        )
        effect = _effect(self._advance(of_then(self.past, self.later), self.then.at))
        if effect.height:
            yield Cause("configuration", ", ".join(files), (), effect)

    def time(self) -> Iterator[Cause]:
        """What falls due by the mere passing of time."""
        effect = _effect(self._advance(of_then(self.past, self.later), self.later))
        if effect.height:
            days = f"{self.then.at.computed_at[:10]} to {self.later.computed_at[:10]}"
            yield Cause("time", days, (), effect)

    def _among(self, records: Sequence[Changed]) -> Iterator[Cause]:
        """The causes among these records, in their order."""
        if not records:
            return
        trial = self.conn.begin_nested()
        before = deal_of(self.conn, records[0].record_id)
        copy_chosen(self.past, self.conn, records, self.later)
        effect = _effect(self._advance(self.then.configuration, self.then.at))
        if len(records) == 1 or effect.is_empty():
            trial.commit()
            if effect.height:
                changed = tuple(told_changes(before, deal_of(self.conn, records[0].record_id)))
                yield Cause("record", f"{records[0].object} {records[0].record_id}", changed, effect)
            return
        trial.rollback()
        half = len(records) // 2
        yield from self._among(records[:half])
        yield from self._among(records[half:])

    def _advance(self, configuration: Configuration, at: Computation) -> Computed:
        return repeat(self.conn, self.then.store, configuration, at.run_id, lambda: instant_of(at.computed_at))


def _effect(computed: Computed) -> pl.DataFrame:
    """What was just booked, by EFFECT; what cancels out is left out."""
    accounts = {"earned": computed.postings, "payable": computed.released}
    booked = [
        each.select("payee_id", "period", "currency", "delta_micros", account=pl.lit(account))
        for account, each in accounts.items()
        if each.height
    ]
    if not booked:
        return pl.DataFrame()
    sums = pl.concat(booked).group_by(EFFECT).agg(pl.col("delta_micros").sum())
    return sums.filter(pl.col("delta_micros") != 0).sort(EFFECT)


def _rest(past: Connection, conn: Connection, later: Computation) -> Iterator[Cause]:
    """What the ledgers of the later computation say beyond all of it."""
    booked, made = (_sums(each, ends) for each, ends in ((past, (later.earned, later.payable)), (conn, (None, None))))
    left = booked.join(made, on=EFFECT, how="full", coalesce=True).with_columns(
        delta_micros=pl.col("amount_micros").fill_null(0) - pl.col("amount_micros_right").fill_null(0)
    )
    effect = left.filter(pl.col("delta_micros") != 0).select(*EFFECT, "delta_micros").sort(EFFECT)
    if effect.height:
        yield Cause("order", "held deals, and the order in which records came", (), effect)


def _sums(conn: Connection, ends: tuple[int | None, int | None]) -> pl.DataFrame:
    accounts = {"earned": ledger.EARNED, "payable": ledger.PAYABLE}
    parts = [
        ledger.posted(conn, None, account, until=end).select(
            "payee_id", "period", "currency", "amount_micros", account=pl.lit(name)
        )
        for (name, account), end in zip(accounts.items(), ends, strict=True)
    ]
    return pl.concat(parts).group_by(EFFECT).agg(pl.col("amount_micros").sum())
