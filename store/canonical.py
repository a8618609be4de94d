"""The book's records: written per changed record or per config file, read as the frames a computation needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, Literal

import dataframely as dy
import polars as pl
import sqlalchemy as sa

from engine import frames as f
from engine.book import Book
from store.adjustments import counted
from store.bulk import among, insert_frame, read_frame
from store.tables import table

FrameName = Literal[
    "accounts",
    "deals",
    "deal_lines",
    "splits",
    "team_members",
    "contracts",
    "people",
    "role_holdings",
    "reporting_lines",
    "enrolments",
    "quotas",
    "compensation",
    "leaves",
    "imported_results",
    "fx_rates",
    "list_entries",
    "deal_events",
    "deal_stages",
    "lots",
]
"""The fields of `engine.book.Book`: nothing else can be written here."""

Rows = pl.DataFrame | Sequence[Mapping[str, object]] | Sequence[tuple[object, ...]]
"""A frame, mappings with exactly the schema's columns, or tuples in the schema's order."""

KEPT: Mapping[str, tuple[sa.Table, type[f.Frame]]] = {
    "accounts": (table("account"), f.Accounts),
    "deals": (table("deal"), f.Deals),
    "deal_lines": (table("deal_line"), f.DealLines),
    "splits": (table("split"), f.Splits),
    "team_members": (table("team_member"), f.TeamMembers),
    "contracts": (table("contract"), f.Contracts),
    "people": (table("person"), f.People),
    "role_holdings": (table("role_holding"), f.RoleHoldings),
    "reporting_lines": (table("reporting_line"), f.ReportingLines),
    "enrolments": (table("enrolment"), f.Enrolments),
    "quotas": (table("quota"), f.Quotas),
    "compensation": (table("compensation"), f.Compensation),
    "leaves": (table("leave"), f.Leaves),
    "imported_results": (table("imported_result"), f.ImportedResults),
    "fx_rates": (table("fx_rate"), f.FxRates),
    "list_entries": (table("list_entry"), f.ListEntries),
    "deal_events": (table("deal_event"), f.DealEvents),
    "deal_stages": (table("deal_stage"), f.DealStages),
    "lots": (table("lot"), f.Lots),
}
"""Where each frame of the book is kept, and the schema that checks it on the way in and out."""


def replace_rows(conn: sa.Connection, name: FrameName, key_column: str, keys: Collection[str], rows: Rows) -> None:
    """Delete the rows of these keys and insert the new ones: what changed records became.

    A row that its schema refuses raises (dataframely's error names the rule); connectors hold such records back.
    """
    kept, schema = KEPT[name]
    frame = checked(schema, rows)
    conn.execute(sa.delete(kept).where(kept.c[key_column].in_(among(keys))))
    insert_frame(conn, kept, frame)


def replace_all(conn: sa.Connection, name: FrameName, rows: Rows) -> bool:
    """Make the whole frame these rows; answers whether anything differed (order does not count)."""
    kept, schema = KEPT[name]
    frame = checked(schema, rows)
    columns = frame.columns
    stored = read_frame(conn, schema, sa.select(kept))
    if stored.sort(columns).equals(frame.sort(columns)):
        return False
    conn.execute(sa.delete(kept))
    insert_frame(conn, kept, frame)
    return True


def checked(schema: type[f.Frame], rows: Rows) -> pl.DataFrame:
    """The rows as a frame that the schema has validated; an unknown or missing column is an error, never a null."""
    types = schema.dtypes()
    if isinstance(rows, pl.DataFrame):
        return schema.validate(rows, cast=True)
    for row in rows:
        if isinstance(row, Mapping) and row.keys() != types.keys():
            odd = ", ".join(sorted(row.keys() ^ types.keys()))
            raise ValueError(f"a row of {schema.__name__} has unknown or missing columns: {odd}")
    if not rows:  # most tables of most companies: nothing to validate
        return schema.empty()
    return schema.validate(pl.DataFrame(rows, schema=types, orient="row"))


def keep_lots(conn: sa.Connection, lots: dy.DataFrame[f.Lots]) -> None:
    """Add what was given away anew; a turn that is taken raises, because two computations cannot both be right."""
    insert_frame(conn, KEPT["lots"][0], lots)


def load_book(conn: sa.Connection, account_ids: Collection[str] | None, deal_ids: Collection[str] = ()) -> Book:
    """The records of these accounts and of these deals (which may have no account); None means everything.

    People data, exchange rates, lists, events and lots are always whole. Every frame is validated by its schema.
    """
    scope = {} if account_ids is None else _scope(account_ids, deal_ids)
    frames: dict[str, Any] = {
        name: read_frame(conn, schema, sa.select(kept).where(scope.get(name, sa.true())))
        for name, (kept, schema) in KEPT.items()
    }
    return Book(**frames, adjustments=counted(conn))


def _scope(account_ids: Collection[str], deal_ids: Collection[str]) -> dict[str, sa.ColumnElement[bool]]:
    """By frame, which rows belong to the accounts and deals."""
    accounts, deals = among(account_ids), among(deal_ids)
    deal = table("deal").c
    ours = deal.account_id.in_(accounts) | deal.deal_id.in_(deals)
    of_ours = sa.select(deal.deal_id).where(ours)
    return {
        "accounts": table("account").c.account_id.in_(accounts),
        "deals": ours,
        "deal_lines": table("deal_line").c.deal_id.in_(of_ours),
        "splits": table("split").c.deal_id.in_(of_ours),
        "team_members": table("team_member").c.deal_id.in_(of_ours),
        "deal_stages": table("deal_stage").c.deal_id.in_(of_ours),
        "contracts": table("contract").c.account_id.in_(accounts),
    }


def lines_of(conn: sa.Connection, deal_ids: Collection[str]) -> dy.DataFrame[f.DealLines]:
    """The products on these deals."""
    kept = table("deal_line")
    return read_frame(conn, f.DealLines, sa.select(kept).where(kept.c.deal_id.in_(among(deal_ids))))


def close_dates(conn: sa.Connection, deal_ids: Collection[str]) -> dict[str, date]:
    """When these deals close or closed; unknown ones and those without a day are absent."""
    deal = table("deal").c
    chosen = sa.select(deal.deal_id, deal.closed_on).where(deal.deal_id.in_(among(deal_ids)))
    return {row[0]: date.fromisoformat(row[1]) for row in conn.execute(chosen.where(deal.closed_on.is_not(None)))}


def deal_names(conn: sa.Connection, deal_ids: Collection[str]) -> dict[str, str]:
    """What these deals are called, won or not."""
    deal = table("deal").c
    rows = conn.execute(sa.select(deal.deal_id, deal.name).where(deal.deal_id.in_(among(deal_ids))))
    return {deal_id: name or deal_id for deal_id, name in rows}


def accounts_of(conn: sa.Connection, deal_ids: Collection[str]) -> set[str]:
    """The accounts these deals belong to; deals without one add nothing."""
    deal = table("deal").c
    chosen = sa.select(deal.account_id).distinct().where(deal.deal_id.in_(among(deal_ids)))
    return set(conn.scalars(chosen.where(deal.account_id.is_not(None))))


def deals_named(conn: sa.Connection, name: FrameName, key_column: str, keys: Collection[str]) -> set[str]:
    """The deals that these rows (lines, splits, team members) are of."""
    kept = KEPT[name][0].c
    return set(conn.scalars(sa.select(kept.deal_id).where(kept[key_column].in_(among(keys)))))


def naming(conn: sa.Connection, name: FrameName, key_column: str, column: str, keys: Collection[str]) -> set[str]:
    """The rows that name one of these records in a column."""
    kept = KEPT[name][0].c
    return set(conn.scalars(sa.select(kept[key_column]).where(kept[column].in_(among(keys)))))


def accounts_of_contracts(conn: sa.Connection, contract_ids: Collection[str]) -> set[str]:
    """The accounts that these contracts are with."""
    contract = table("contract").c
    chosen = sa.select(contract.account_id).where(contract.contract_id.in_(among(contract_ids)))
    return set(conn.scalars(chosen))


def account_ids(conn: sa.Connection) -> set[str]:
    """The ids of all accounts."""
    kept, _ = KEPT["accounts"]
    return set(conn.scalars(sa.select(kept.c.account_id)))


def whole(conn: sa.Connection, name: FrameName) -> Any:
    """All rows of one frame."""
    kept, schema = KEPT[name]
    return read_frame(conn, schema, sa.select(kept))
