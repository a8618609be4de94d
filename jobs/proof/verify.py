"""Verify: that nothing was altered, and that the books follow from the records, the plans and the engine alone."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import polars as pl
from sqlalchemy import Connection

from engine.money import format_amount
from engine.version import VERSION
from jobs.access.visible import Sight
from jobs.books.material import material
from jobs.books.sealing import content
from jobs.proof.rebuild import rebuilt
from jobs.who import NotFound, find_payee
from store import chain, closing, ledger
from store.computations import computations, last_computation
from store.database import Store
from store.documents import documents
from store.statements import sealed

ACCOUNTS = {"earned": ledger.EARNED, "payable": ledger.PAYABLE}
SHOWN = 20
"""Differences listed at most."""


def verify_chains(conn: Connection) -> list[str]:
    """What was altered: a ledger's chain, or a kept document that is not its hash. Nothing where all holds."""
    broken = chain.verify(conn)
    altered = [
        f"document {name[:12]} is not the text that it was kept as."
        for name, text in documents(conn)
        if hashlib.sha256(text.encode()).hexdigest() != name
    ]
    return [*([broken] if broken else []), *altered]


def verify_kept(store: Store) -> dict[str, Any]:
    """Whether everything that must never change is as it was written; computes nothing."""
    with store.read() as conn:
        altered = verify_chains(conn)
        heads = {name: ledger.head(conn, account) for name, account in ACCOUNTS.items()}
    chains = {name: {"postings": number, "hash": last} for name, (number, last) in heads.items()}
    return {"holds": not altered, "altered": altered, "chains": chains}


def verify_statement(store: Store, who: str, period: str, sight: Sight) -> dict[str, Any]:
    """Compute a closed period's statement again from the inputs, plans and engine that its seal names."""
    with store.read() as conn:
        payee = find_payee(conn, who, sight.in_period(period))
        shut = closing.closed(conn).get(period)
        found = sealed(conn, shut.number, payee["person_id"]) if shut is not None else []
        if not found:
            raise NotFound(
                f"No statement of {who} for {period} is sealed: the period is open, or nothing shows in it. "
                "Of an open period, worker.py verify --all proves the books."
            )
        made_with = found[0].content["made_with"]
        at = computations(conn, made_with["computation"], made_with["computation"])[0]
        altered = verify_chains(conn)
    with rebuilt(store, at) as then, then.store.read() as conn:
        again = content(payee, material(conn, [payee["person_id"]], period), then.configuration)
    told = json.loads(json.dumps(again))
    parts = [part for part in told if told[part] != found[0].content[part]]
    return {
        "holds": not parts and not altered,
        "payee": payee["name"],
        "period": period,
        "seal": found[0].hash,
        "computed_at": at.computed_at,
        "engine": made_with["engine"],
        "verified_with": VERSION,
        "altered": altered,
        "parts": parts,
    }


def verify_all(store: Store) -> dict[str, Any]:
    """Rebuild an empty database from raw records, and compare what its ledgers say with ours."""
    with store.read() as conn:
        at = last_computation(conn)
        if at is None:
            raise NotFound("Nothing was computed yet; run sync first.")
        altered = verify_chains(conn)
        ours, hashes = _ledgers(conn)
    with rebuilt(store, at, with_ledgers=False) as again, again.store.read() as conn:
        theirs, rebuilt_hashes = _ledgers(conn)
    differences = [one for mine, other in zip(ours, theirs, strict=True) for one in _differences(mine, other)]
    return {
        "holds": rebuilt_hashes == hashes and not altered,
        "computation": at.number,
        "computed_at": at.computed_at,
        "engine": at.engine_version,
        "verified_with": VERSION,
        "keys": sum(frame.filter(pl.col("amount_micros") != 0).height for frame in ours),
        "hashes": dict(zip(ACCOUNTS, hashes, strict=True)),
        "altered": altered,
        "differences": differences[:SHOWN],
        "more_differences": max(0, len(differences) - SHOWN),
    }


def _ledgers(conn: Connection) -> tuple[list[pl.DataFrame], list[str]]:
    """What each ledger says by key, and its hash."""
    accounts = ACCOUNTS.values()
    return [ledger.posted(conn, None, each) for each in accounts], [ledger.ledger_hash(conn, each) for each in accounts]


def _differences(ours: pl.DataFrame, theirs: pl.DataFrame) -> list[dict[str, Any]]:
    """Keys of which the rebuilt ledger says something else."""
    both = ours.join(theirs, on=ledger.KEY, how="full", coalesce=True).with_columns(
        pl.col("amount_micros", "amount_micros_right").fill_null(0), currency=pl.coalesce("currency", "currency_right")
    )
    other = both.filter(pl.col("amount_micros") != pl.col("amount_micros_right")).sort(ledger.KEY)
    return [
        {
            **{name: row[name] for name in ledger.KEY},
            "booked": format_amount(row["amount_micros"], row["currency"]),
            "computed": format_amount(row["amount_micros_right"], row["currency"]),
            "currency": row["currency"],
        }
        for row in other.iter_rows(named=True)
    ]
