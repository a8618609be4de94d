"""What the stages concluded: assignments and credits per deal, cohorts per customer, lines per payee."""

from __future__ import annotations

from collections.abc import Collection

import dataframely as dy
import polars as pl
import sqlalchemy as sa

from engine import frames as f
from engine.book import Credited
from store.bulk import among, insert_frame, read_frame
from store.tables import table

CLASSIFIED, ASSIGNMENT = table("classified_deal"), table("assignment")
CREDIT, COHORT = table("credit"), table("cohort")
LINE, PAYABLE = table("line"), table("payable")


def replace_credited(conn: sa.Connection, deal_ids: Collection[str], credited: Credited) -> None:
    """Make `credited` all that is known of these deals; a deal without a row in it has neither owner nor credit now.

    Every classified deal must have its assignment row, unless it is credited for an event alone; ValueError names those
    that lack one. A deal that is held for its own dirt has an assignment row alone.
    """
    classified, assignments = credited.classified, credited.assignments
    events = credited.credits.filter(pl.col("event").is_not_null())
    odd = set(classified["deal_id"]) - set(assignments["deal_id"]) - set(events["deal_id"])
    if odd:
        raise ValueError(f"classified, but not assigned: {', '.join(sorted(odd)[:5])}")
    for kept in (CLASSIFIED, ASSIGNMENT, CREDIT):
        conn.execute(sa.delete(kept).where(kept.c.deal_id.in_(among(deal_ids))))
    insert_frame(conn, CLASSIFIED, classified)
    insert_frame(conn, ASSIGNMENT, assignments)
    insert_frame(conn, CREDIT, credited.credits)


def replace_cohorts(conn: sa.Connection, account_ids: Collection[str] | None, cohorts: dy.DataFrame[f.Cohorts]) -> None:
    """Make `cohorts` all that is known of what became of these customers; None means of all."""
    deleted = sa.delete(COHORT)
    conn.execute(deleted if account_ids is None else deleted.where(COHORT.c.account_id.in_(among(account_ids))))
    insert_frame(conn, COHORT, cohorts)


def answering_for(conn: sa.Connection, account_ids: Collection[str]) -> set[str]:
    """In whose cohorts these customers are: ask before replacing, to know who is affected."""
    return set(conn.scalars(sa.select(COHORT.c.payee_id).where(COHORT.c.account_id.in_(among(account_ids))).distinct()))


def cohorts_of(conn: sa.Connection, payee_ids: Collection[str]) -> dy.DataFrame[f.Cohorts]:
    """The customers of these payees."""
    return read_frame(conn, f.Cohorts, sa.select(COHORT).where(COHORT.c.payee_id.in_(among(payee_ids))))


def payees_of(conn: sa.Connection, deal_ids: Collection[str]) -> set[str]:
    """Who has a credit or a line on these deals: ask before replacing, to know who is affected."""
    deals = among(deal_ids)
    credited, paid = (sa.select(kept.c.payee_id).where(kept.c.deal_id.in_(deals)) for kept in (CREDIT, LINE))
    return set(conn.scalars(credited.union(paid)))


def credited(conn: sa.Connection) -> set[str]:
    """Everybody who has a credit."""
    return set(conn.scalars(sa.select(CREDIT.c.payee_id).distinct()))


def with_teams(conn: sa.Connection, payee_ids: Collection[str]) -> set[str]:
    """These payees, the managers that their credits roll up to, and everybody below any of them."""
    deals = sa.select(CREDIT.c.deal_id).where(CREDIT.c.payee_id.in_(among(payee_ids)))
    up = sa.select(CREDIT.c.payee_id).where(CREDIT.c.deal_id.in_(deals), CREDIT.c.from_payee_id.in_(among(payee_ids)))
    new = found = set(payee_ids) | set(conn.scalars(up.distinct()))
    while new:
        below = sa.select(CREDIT.c.from_payee_id).where(CREDIT.c.payee_id.in_(among(new)))
        new = set(conn.scalars(below.where(CREDIT.c.from_payee_id.is_not(None)).distinct())) - found
        found = found | new
    return found


def credits_of(
    conn: sa.Connection, payee_ids: Collection[str] | None, deal_ids: Collection[str] | None = None
) -> dy.DataFrame[f.Credits]:
    """The credits of these payees on these deals; None does not restrict."""
    chosen = _only(sa.select(CREDIT), CREDIT.c.payee_id, payee_ids)
    return read_frame(conn, f.Credits, _only(chosen, CREDIT.c.deal_id, deal_ids))


def classified_of(conn: sa.Connection, deal_ids: Collection[str] | None) -> dy.DataFrame[f.Classified]:
    """The classified deals of these ids, or all."""
    return read_frame(conn, f.Classified, _only(sa.select(CLASSIFIED), CLASSIFIED.c.deal_id, deal_ids))


def assignments_of(conn: sa.Connection, deal_ids: Collection[str] | None) -> dy.DataFrame[f.Assignments]:
    """The assignments of these deals, or all."""
    return read_frame(conn, f.Assignments, _only(sa.select(ASSIGNMENT), ASSIGNMENT.c.deal_id, deal_ids))


def held_among(conn: sa.Connection, deal_ids: Collection[str]) -> set[str]:
    """Those of the deals that are held: won, but without owner and credit until somebody mends them."""
    held = sa.select(ASSIGNMENT.c.deal_id).where(ASSIGNMENT.c.held, ASSIGNMENT.c.deal_id.in_(among(deal_ids)))
    return set(conn.scalars(held))


def replace_lines(conn: sa.Connection, payee_ids: Collection[str], lines: dy.DataFrame[f.Lines]) -> None:
    """Make `lines` all the lines of these payees."""
    conn.execute(sa.delete(LINE).where(LINE.c.payee_id.in_(among(payee_ids))))
    insert_frame(conn, LINE, lines)


def lines_of(
    conn: sa.Connection, payee_ids: Collection[str] | None, deal_ids: Collection[str] | None = None
) -> dy.DataFrame[f.Lines]:
    """The lines of these payees on these deals; None does not restrict."""
    chosen = _only(sa.select(LINE), LINE.c.payee_id, payee_ids)
    return read_frame(conn, f.Lines, _only(chosen, LINE.c.deal_id, deal_ids))


def payees_in(conn: sa.Connection, period: str) -> set[str]:
    """Who has a line or a payable in a statement period."""
    chosen = (sa.select(kept.c.payee_id).where(kept.c.period == period) for kept in (LINE, PAYABLE))
    return {payee for each in chosen for payee in conn.scalars(each.distinct())}


def replace_payables(conn: sa.Connection, payee_ids: Collection[str], payables: dy.DataFrame[f.Payables]) -> None:
    """Make `payables` all that is known of when the lines of these payees become payable."""
    conn.execute(sa.delete(PAYABLE).where(PAYABLE.c.payee_id.in_(among(payee_ids))))
    insert_frame(conn, PAYABLE, payables)


def payables_of(
    conn: sa.Connection, payee_ids: Collection[str] | None, deal_ids: Collection[str] | None = None
) -> dy.DataFrame[f.Payables]:
    """The payables of these payees on these deals; None does not restrict."""
    chosen = _only(sa.select(PAYABLE), PAYABLE.c.payee_id, payee_ids)
    return read_frame(conn, f.Payables, _only(chosen, PAYABLE.c.deal_id, deal_ids))


def _only(
    chosen: sa.Select[tuple[object, ...]], column: sa.ColumnElement[str], wanted: Collection[str] | None
) -> sa.Select[tuple[object, ...]]:
    return chosen if wanted is None else chosen.where(column.in_(among(wanted)))
