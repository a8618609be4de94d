"""Who is who on a day, from the CRM and the config folder together, and what their rows leave open this fiscal year."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import Connection

from engine.book import Book
from engine.calendar import period_of
from engine.documents.measures.across import EVERYBODY
from engine.matching import in_force
from engine.model import Issue, Severity
from engine.reporting.people_gaps import gaps_and_rivals
from jobs.access.acknowledging import SHORT, acknowledged
from jobs.access.visible import Visible
from jobs.configuration import Configuration
from jobs.people import refused
from store import canonical

NOTHING_READ = Issue(
    "nothing_read",
    Severity.WARNS,
    "people of the CRM",
    "none has been read yet, so that nobody in the files is known.",
    "Run worker.py sync first.",
)


def roster(
    conn: Connection, configuration: Configuration, day: date, seen: Visible
) -> tuple[list[dict[str, Any]], tuple[Issue, ...]]:
    """Everybody who has a role, plan or quota on the day, or is above such, and the gaps and rivals of the fiscal year.

    Rows that were refused come first. Of those who are seen; gaps are for those who see everybody.
    """
    book = replace(canonical.load_book(conn, set()), accounts=canonical.whole(conn, "accounts"))
    year = period_of(day, "year", configuration.rules.company)
    people = [
        row | {"acknowledged": _acknowledged(conn, row["payee"])}
        for row in _people(book, day)
        if seen.shows(row["payee"])
    ]
    if not seen.everyone:
        return people, ()
    if book.people.is_empty():
        return [], (NOTHING_READ,)
    return people, (*refused(conn), *gaps_and_rivals(book, configuration.rules, (year.starts_on, year.ends_on)))


def _acknowledged(conn: Connection, payee_id: str) -> list[str]:
    """`ae 3f9c2a7be01d on 2026-11-20`: the version of each plan that the payee acknowledged last."""
    known = acknowledged(conn, payee_id)
    return [f"{plan} {last.version[:SHORT]} on {last.at.date()}" for plan, last in sorted(known.items())]


def _people(book: Book, day: date) -> list[dict[str, Any]]:
    names = dict(book.people.select("person_id", "name").iter_rows())
    today = {
        "roles": _on(book.role_holdings.with_columns(said=_role()), "said", day),
        "plans": _on(book.enrolments, "plan", day),
        "reports_to": _on(book.reporting_lines, "manager_id", day),
        "quotas": _on(book.quotas.filter(pl.col("person_id") != EVERYBODY), "quota", day),
    }
    paid = {payee for key, of in today.items() if key != "reports_to" for payee in of}
    above = {manager for payee in paid for manager in today["reports_to"].get(payee, ())}
    known = sorted(paid | above, key=lambda payee: (names.get(payee) or "", payee))
    return [
        {"payee": payee, "name": names.get(payee)}
        | {key: _said(key, of.get(payee, []), names) for key, of in today.items()}
        for payee in known
    ]


def _on(frame: pl.DataFrame, column: str, day: date) -> dict[str, list[str]]:
    """By person, what the rows say that are in force on the day."""
    rows = frame.filter(in_force(pl.lit(day))).group_by("person_id").agg(pl.col(column).unique().sort())
    return dict(rows.iter_rows())


def _role() -> pl.Expr:
    """`AE`, or `AE of territory West`."""
    place = pl.format("{} of {} {}", "role", "scope", "value")
    return pl.when(pl.col("value").is_null()).then("role").otherwise(place)


def _said(key: str, values: list[str], names: dict[str, str]) -> list[str]:
    return [names.get(value) or value for value in values] if key == "reports_to" else values
