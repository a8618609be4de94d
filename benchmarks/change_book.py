"""Builds a database with a whole computed book: the records are put into the store, everything else the worker does.

A payee has about 2,000 deals, whatever the size of the book, and no roll-up over the whole company: what one changed
deal costs depends on how much its payee sold, and a roll-up to one person at the top would make that the whole book.
"""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import polars as pl
import sqlalchemy as sa

from benchmarks import compute_case as case
from benchmarks.child import measured
from benchmarks.folder import write_config
from benchmarks.pull_worker import now
from engine import frames as f
from engine.model import Organization
from jobs.computing import compute
from jobs.configuration import load
from jobs.running import running
from jobs.settings import database_url
from store import canonical, settings
from store.database import Store, open_store

ORGANIZATION = Organization(
    org_id="00D000000000001AAA", name="Bench", is_sandbox=False, zone="UTC", currency="USD", fiscal_year_start_month=1
)
DEALS_A_PAYEE = 2_000
DEALS_AN_ACCOUNT = 20
NOWHERE = "http://127.0.0.1:9"
TYPES = ["New Business", "Upsell", "Cross-sell", "Renewal"]


def people(rows: int) -> pl.DataFrame:
    """Everybody who sells."""
    number = pl.int_range(max(1, rows // DEALS_A_PAYEE), dtype=pl.Int64)
    made = pl.select(
        person_id=case.crm_ids("005", number),
        user_id=case.crm_ids("005", number),
        name=pl.format("Person {}", number),
        email=pl.format("p{}@bench.example", number),
        active=pl.lit(value=True),
    )
    return case.completed(f.People, made)


def accounts(rows: int) -> pl.DataFrame:
    """The customers, of whom nothing is known but the name."""
    number = pl.int_range(-(-rows // DEALS_AN_ACCOUNT), dtype=pl.Int64)
    named = pl.select(account_id=case.crm_ids("001", number), name=pl.format("Account {}", number))
    return case.completed(f.Accounts, named)


def deals(rows: int) -> pl.DataFrame:
    """Won deals; an account's deals belong to one person."""
    number, account = pl.int_range(pl.len(), dtype=pl.Int64), pl.int_range(pl.len(), dtype=pl.Int64) // DEALS_AN_ACCOUNT
    owner = account % people(rows).height
    made = case.deals(rows).select(
        "deal_id",
        name=pl.format("Deal {}", number),
        account_id=case.crm_ids("001", account),
        owner_id=case.crm_ids("005", owner),
        type=pl.lit(pl.Series(TYPES)).gather(number % len(TYPES)),
        motion=pl.lit(pl.Series(case.MOTIONS)).gather(number % len(TYPES)),
        stage=pl.lit("Closed Won"),
        is_won=pl.lit(value=True),
        is_closed=pl.lit(value=True),
        created_on="dated_on",
        closed_on="dated_on",
        amount_micros="amount_micros",
        acv_micros="acv_micros",
        currency=pl.lit("USD"),
        term_months=pl.lit(12, pl.Int64),
        starts_on="dated_on",
    )
    return case.completed(f.Deals, made)


def fill(store: Store, rows: int) -> None:
    """The book's records, as a pull would have left them."""
    with store.write() as conn:
        settings.pin_organization(conn, ORGANIZATION)
        canonical.replace_all(conn, "people", people(rows))
        canonical.replace_all(conn, "accounts", accounts(rows))
        canonical.replace_all(conn, "deals", deals(rows))


def say_sent(store: Store) -> None:
    """Everything that is wanted of the CRM is there."""
    with store.write() as conn:
        conn.execute(sa.text("UPDATE desired_value SET state = 'sent', sent_fingerprint = fingerprint"))


def main(folder: str, rows: int) -> None:
    """Build `folder/tally.db`, with the config folder beside it."""
    quota = DEALS_A_PAYEE * 3 // 4 * case.CREDIT_MICROS // case.MICROS
    config = write_config(Path(folder), NOWHERE, [(email, quota) for email in people(rows)["email"]])
    configuration = load(config)
    with closing(open_store(database_url(configuration.settings, config), now)) as store:
        fill(store, rows)
        with running(store, "sync", now) as run, measured() as work:
            computed = compute(configuration, run)
        say_sent(store)
    if computed.issues:
        raise RuntimeError(f"{len(computed.issues)} issues, such as {computed.issues[0]}")
    work.report(rows, postings=computed.postings.height)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
