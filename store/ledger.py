"""The ledgers of what is earned and of what is payable: appended to, never edited; a difference is booked only once.

They are two accounts with the same columns. No sum reads both: what is earned and what is payable are never one number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import NamedTuple

import dataframely as dy
import polars as pl
import sqlalchemy as sa

from engine import frames as f
from store.bulk import among, fetch, insert_frame, read_frame
from store.chain import COVERED, EARNED, PAYABLE, canonical, head, link, verify
from store.errors import BookedElsewhere
from store.instants import instant_text
from store.tables.ledger import CHANGES

__all__ = ["EARNED", "PAYABLE", "append", "booked", "head", "ledger_hash", "posted", "posting_id", "verify"]

KEY = ["plan", "component", "payee_id", "period", "source_id", "part"]


class _Entries(f.Frame):
    """The columns of a posting that its sums need."""

    plan = dy.String()
    component = dy.String()
    payee_id = dy.String()
    period = dy.String()
    source_id = dy.String()
    part = dy.String()
    sequence = dy.Int64()
    deal_id = dy.String(nullable=True)
    kind = dy.String()
    delta_micros = dy.Int64()
    currency = dy.String()


class Booked(_Entries):
    """A posting as a statement shows it."""

    number = dy.Int64(primary_key=True)
    reason = dy.String()
    run_id = dy.Int64()
    booked_at = dy.String()
    """When, in UTC."""
    booked_in = dy.String()
    """The statement period it shows in; `period` is the one it is about."""


def booked(
    conn: sa.Connection, payee_ids: Collection[str] | None, account: sa.Table = EARNED, *, period: str | None = None
) -> dy.DataFrame[Booked]:
    """The postings of these payees (or all), one by one: all, or those that show in `period`."""
    shown = sa.func.coalesce(account.c.booked_in, account.c.period)
    columns = (column for column in account.c if column.name != "booked_in")
    chosen = sa.select(*columns, shown.label("booked_in"))
    if payee_ids is not None:
        chosen = chosen.where(account.c.payee_id.in_(among(payee_ids)))
    if period is not None:
        chosen = chosen.where(shown == period)
    return read_frame(conn, Booked, chosen.order_by(account.c.number))


class Sum(NamedTuple):
    """What shows of a payee's account in a statement period, in micro-units."""

    payee_id: str
    plan: str
    currency: str
    booked_in: str
    micros: int


def sums(conn: sa.Connection, account: sa.Table, payee_ids: Collection[str] | None = None) -> Iterator[Sum]:
    """What shows in each period of these payees (or all), plan by plan."""
    keys = (
        account.c.payee_id,
        account.c.plan,
        account.c.currency,
        sa.func.coalesce(account.c.booked_in, account.c.period),
    )
    chosen = sa.select(*keys, sa.func.sum(account.c.delta_micros)).group_by(*keys).order_by(*keys)
    if payee_ids is not None:
        chosen = chosen.where(account.c.payee_id.in_(among(payee_ids)))
    return (Sum(*row) for row in conn.execute(chosen))


def periods(conn: sa.Connection) -> set[str]:
    """Every period in which something of either ledger shows."""
    shown = (sa.select(sa.func.coalesce(each.c.booked_in, each.c.period)).distinct() for each in (EARNED, PAYABLE))
    return {label for chosen in shown for label in conn.scalars(chosen)}


def payees(conn: sa.Connection) -> set[str]:
    """For whom anything is booked in either ledger."""
    return {payee for each in (EARNED, PAYABLE) for payee in conn.scalars(sa.select(each.c.payee_id).distinct())}


def payees_in(conn: sa.Connection, period: str) -> set[str]:
    """For whom something of either ledger shows in a period."""
    accounts = (
        sa.select(each.c.payee_id).distinct().where(sa.func.coalesce(each.c.booked_in, each.c.period) == period)
        for each in (EARNED, PAYABLE)
    )
    return {payee for chosen in accounts for payee in conn.scalars(chosen)}


def shown_hash(conn: sa.Connection, period: str) -> str:
    """Hash of everything that shows in a period: of the rows' own hashes, in their order."""
    digest = hashlib.sha256()
    for each in (EARNED, PAYABLE):
        shown = sa.func.coalesce(each.c.booked_in, each.c.period) == period
        for row in conn.scalars(sa.select(each.c.hash).where(shown).order_by(each.c.number)):
            digest.update(row.encode() + b"\n")
        digest.update(b"\n")
    return digest.hexdigest()


def posted(
    conn: sa.Connection, payee_ids: Collection[str] | None, account: sa.Table = EARNED, *, until: int | None = None
) -> dy.DataFrame[f.Posted]:
    """What is booked for these payees (or all), summed by key; deal and kind are those of the newest posting.

    `until` is the number of the last posting that counts: the ledger as it once was.

    Keys whose postings cancel out stay, as the count of postings is the next one's sequence.
    """
    chosen = sa.select(account)
    if payee_ids is not None:
        chosen = chosen.where(account.c.payee_id.in_(among(payee_ids)))
    if until is not None:
        chosen = chosen.where(account.c.number <= until)
    entries = read_frame(conn, _Entries, chosen).sort("sequence")
    sums = entries.group_by(KEY, maintain_order=True).agg(
        pl.col("deal_id", "kind").last(),
        pl.col("delta_micros").cast(pl.Int128).sum().cast(pl.Int64).alias("amount_micros"),
        pl.col("currency").last(),
        pl.len().cast(pl.Int64).alias("postings"),
    )
    return f.Posted.validate(sums)


def posting_id(key: tuple[str, ...], sequence: int) -> str:
    """A pure function of the key and the number of earlier postings for it."""
    return hashlib.sha256(canonical([*key, sequence]).encode()).hexdigest()


def append(
    conn: sa.Connection,
    postings: dy.DataFrame[f.Postings],
    run_id: int,
    booked_at: datetime,
    *,
    account: sa.Table = EARNED,
) -> int:
    """Book the postings in their order, in the caller's write transaction; answers how many.

    Raises BookedElsewhere when one of them is booked already, or does not follow on what is booked for its key in the
    same currency: the postings were not computed from this ledger.
    """
    ids = [posting_id(row[:-1], row[-1]) for row in postings.select(*KEY, "sequence").iter_rows()]
    _refuse_booked(conn, ids, account)
    number, hash_before = head(conn, account)
    entries = postings.with_columns(
        pl.int_range(number + 1, number + 1 + pl.len(), dtype=pl.Int64).alias("number"),
        pl.Series("posting_id", ids, dtype=pl.String),
        pl.lit(run_id, pl.Int64).alias("run_id"),
        pl.lit(instant_text(booked_at)).alias("booked_at"),
        pl.col("reason").cast(pl.String),
    )
    hashes = [hash_before]
    for covered in entries.select(COVERED).iter_rows():
        hashes.append(link(hashes[-1], covered))
    chained = entries.with_columns(
        pl.Series("previous_hash", hashes[:-1], dtype=pl.String), pl.Series("hash", hashes[1:], dtype=pl.String)
    )
    insert_frame(conn, account, chained)
    _refuse_other_history(conn, postings.filter(pl.col("sequence") > 0), account)
    return len(ids)


def _refuse_booked(conn: sa.Connection, ids: list[str], account: sa.Table) -> None:
    posting = account.c
    booked = conn.execute(
        sa.select(posting.number, posting.run_id).where(posting.posting_id.in_(among(ids))).limit(1)
    ).first()
    if booked is not None:
        raise BookedElsewhere(
            f"Run {booked.run_id} has booked this difference already (posting {booked.number}). "
            "Compute again from the ledger as it is now."
        )


def _refuse_other_history(conn: sa.Connection, later: pl.DataFrame, account: sa.Table) -> None:
    """Each later posting of a key must follow the one before it, in the same currency."""
    before = [posting_id(row[:-1], row[-1] - 1) for row in later.select(*KEY, "sequence").iter_rows()]
    chosen = sa.select(account.c.posting_id, account.c.currency).where(account.c.posting_id.in_(among(before)))
    booked = {found: currency for rows in fetch(conn, chosen) for found, currency in rows}
    for previous, row in zip(before, later.iter_rows(named=True), strict=True):
        if booked.get(previous) != row["currency"]:
            raise BookedElsewhere(
                f"Component {row['component']} of plan {row['plan']}, period {row['period']}: posting number "
                f"{row['sequence'] + 1} in {row['currency']} follows {booked.get(previous, 'nothing')}. "
                "Compute again from the ledger as it is now; a new currency needs a new component."
            )


def ledger_hash(conn: sa.Connection, account: sa.Table = EARNED) -> str:
    """Hash of what a ledger says, whoever booked it and when: the sums by key that are not zero.

    A rebuild from the mirror into an empty database gives the same hash.
    """
    sums = (
        posted(conn, None, account)
        .filter(pl.col("amount_micros") != 0)
        .select(*KEY, "amount_micros", "currency")
        .sort(KEY)
    )
    digest = hashlib.sha256()
    for row in sums.iter_rows():
        digest.update(canonical(row).encode() + b"\n")
    return digest.hexdigest()


def posting_count(conn: sa.Connection) -> int:
    """How many postings the ledger holds."""
    return head(conn)[0]


def money_shown(conn: sa.Connection) -> dict[str, int]:
    """What has been earned so far, by currency, in micro-units."""
    sums = sa.select(EARNED.c.currency, sa.func.sum(EARNED.c.delta_micros)).group_by(EARNED.c.currency)
    return {currency: int(micros) for currency, micros in conn.execute(sums)}


def line_count(conn: sa.Connection) -> int:
    """How many lines and payables have been posted, whatever became of them: all postings but the changes."""
    return sum(head(conn, account)[0] - _changes(conn, account) for account in (EARNED, PAYABLE))


def _changes(conn: sa.Connection, account: sa.Table) -> int:
    """How many postings changed a line, by their index: they are few, whatever the size of the book."""
    return conn.scalar(sa.select(sa.func.count()).select_from(account).where(CHANGES)) or 0
