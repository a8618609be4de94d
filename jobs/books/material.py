"""What statements are made of, read once for many payees: lines, payables, both ledgers, and what sentences name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import polars as pl
from sqlalchemy import Connection

from jobs.books.adjusted import told_adjustments
from store import canonical, closing, ledger, mirror, pins, results

Row = dict[str, Any]
PAYEES_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Told:
    """The facts that the sentences of lines name, by id."""

    deals: Mapping[str, Row]
    credits: Mapping[str, Row]
    names: Mapping[str, str]
    movers: Mapping[int, set[str]]
    """By run: the records that it stored a new version of."""
    adjustments: Mapping[str, Row]
    """What people corrected by hand, by the source of its line."""

    @classmethod
    def about(
        cls,
        conn: Connection,
        lines: pl.DataFrame,
        deal_ids: Collection[str] = (),
        movers: Mapping[int, set[str]] = MappingProxyType({}),
    ) -> Told:
        """What the lines' sentences need, and the deals of these ids."""
        deals = {*lines["deal_id"].drop_nulls(), *deal_ids}
        credits_ = results.credits_of(
            conn, lines["payee_id"].unique().to_list(), lines["deal_id"].drop_nulls().unique()
        )
        people = canonical.whole(conn, "people").iter_rows(named=True)
        return cls(
            _by_key(results.classified_of(conn, deals), "deal_id"),
            _by_key(credits_, "credit_id"),
            {row["person_id"]: row["name"] or row["email"] or row["person_id"] for row in people},
            movers,
            {row["source_id"]: row for row in told_adjustments(conn, lines["payee_id"].unique().to_list())},
        )


@dataclass(frozen=True, slots=True)
class Material:
    """Everything of some payees that their statements of a period are made of; lines and ledgers are whole."""

    period: str | None
    lines: pl.DataFrame
    payables: pl.DataFrame
    earned: pl.DataFrame
    """Postings of the ledger of what is earned (`ledger.Booked`)."""
    released: pl.DataFrame
    told: Told
    sealed_until: int | None = None
    """The last posting of what is earned when the period was last closed; None where it never was."""

    def of(self, payee_id: str) -> Material:
        """That of one payee."""
        frames = (self.lines, self.payables, self.earned, self.released)
        lines, payables, earned, released = (frame.filter(payee_id=payee_id) for frame in frames)
        return replace(self, lines=lines, payables=payables, earned=earned, released=released)

    def in_period(self, period: str) -> Material:
        """The same, for the statements of a period."""
        return replace(self, period=period)

    @property
    def periods(self) -> set[str]:
        """Every period in whose statement something shows, or may show."""
        return shown_periods(self.lines, self.payables, self.earned, self.released)

    @property
    def rows(self) -> pl.DataFrame:
        """The lines of the period."""
        return self.lines.filter(pl.col("period") == self.period)


def payees_in(conn: Connection, period: str) -> list[str]:
    """Everybody with a posting, a line or a payable in the period's statement."""
    return sorted(ledger.payees_in(conn, period) | results.payees_in(conn, period))


def batched(payees: Sequence[str]) -> Iterator[Sequence[str]]:
    """Some payees at a time: bounds memory, whatever the size of the company."""
    for start in range(0, len(payees), PAYEES_AT_ONCE):
        yield payees[start : start + PAYEES_AT_ONCE]


def material(conn: Connection, payee_ids: Collection[str], period: str | None) -> Material:
    """What the statements of these payees and this period are made of."""
    about = pl.col("period") == period
    return _material(conn, payee_ids, period, about, (pl.col("booked_in") == period) | about)


def every_period(conn: Connection, payee_ids: Collection[str]) -> Material:
    """What all statements of these payees are made of: `in_period` picks a period."""
    return _material(conn, payee_ids, None, pl.lit(value=True), pl.lit(value=True))


def _material(
    conn: Connection, payee_ids: Collection[str], period: str | None, told_of: pl.Expr, strays: pl.Expr
) -> Material:
    lines = results.lines_of(conn, payee_ids)
    earned = ledger.booked(conn, payee_ids)
    strayed = earned.filter(pl.col("booked_in") != pl.col("period")).filter(strays)
    runs = strayed["run_id"].unique().to_list()
    stored, released_by = mirror.stored_by(conn, runs), pins.released_by(conn, runs)
    ours = set(earned["deal_id"].drop_nulls()) if runs else set()
    movers = {run_id: (stored[run_id] | released_by[run_id]) & ours for run_id in runs}
    named = {*strayed["deal_id"].drop_nulls(), *(deal for ids in movers.values() for deal in ids)}
    told = Told.about(conn, lines.filter(told_of), named, movers)
    released = ledger.booked(conn, payee_ids, ledger.PAYABLE)
    payables = results.payables_of(conn, payee_ids)
    until = closing.sealed_until(conn, period) if period is not None else None
    return Material(period, lines, payables, earned, released, told, until)


def shown_periods(
    lines: pl.DataFrame, payables: pl.DataFrame, earned: pl.DataFrame, released: pl.DataFrame
) -> set[str]:
    """Every period in whose statement something of these lines and ledgers shows, or may show."""
    booked = {*earned["booked_in"], *released["booked_in"]}
    return {*lines["period"], *payables["period"].drop_nulls(), *booked}


def _by_key(frame: pl.DataFrame, key: str) -> dict[str, Row]:
    return {row[key]: row for row in frame.iter_rows(named=True)}
