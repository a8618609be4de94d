"""Estimates: what open deals would pay each payee, beside what is earned and never among it.

The payee stages are run once more, with the open deals as if each were won on its close date at its amount, after all
that is won and after the open deals expected before it. Only the lines of the open deals are taken from that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl
from sqlalchemy import Connection

from engine import frames as f
from engine.book import Book, Expected
from engine.compute import expected
from engine.deals.pipeline import EXPECTED
from engine.documents.plans.order import team_is_read
from engine.documents.plans.plan import Plan
from engine.money import format_amount
from engine.pay import pay
from engine.payees.curves.curve import value_at
from engine.payees.measures.cash import attains
from engine.telling.explain import explain
from engine.telling.keys import line_key
from engine.telling.outlook import Position, needed_for, next_tier, position_of
from engine.telling.settled import SETTLED
from jobs.concerned import concerned, measured_together
from jobs.configuration import Configuration
from jobs.sentences import plan_of
from store import canonical, expectations, results

Row = dict[str, Any]
PROJECTED = "Projected, not earned. If it is won on {day}, and so is what is expected before it: {said}"


def estimates(
    conn: Connection, configuration: Configuration, payees: Collection[str], today: date, through: date
) -> Mapping[str, list[Row]]:
    """The estimates of these payees, as plain data like the lines of a statement."""
    deals = expectations.deals_of(conn, payees)
    if not deals:
        return {}
    book = canonical.load_book(conn, canonical.accounts_of(conn, deals), deals)
    ahead = expected(book, configuration.rules, today)
    named = set(ahead.credits["credit_id"])
    mine = pl.col("payee_id").is_in(list(payees))
    lines = _lines(conn, configuration, book, payees, ahead, through=through).filter(mine)
    return _told(conn, configuration, lines, named, ahead)


def _lines(
    conn: Connection,
    configuration: Configuration,
    book: Book,
    payees: Collection[str],
    ahead: Expected,
    *,
    through: date,
) -> pl.DataFrame:
    """All lines of the payees, and of those below them where plans read teams, if the open deals were won."""
    rules = configuration.rules
    asked = results.with_teams(conn, payees) if team_is_read(rules.plans) else set(payees)
    asked |= measured_together(conn, book, rules)
    mine = pl.col("payee_id").is_in(list(asked))
    credits_ = f.Credits.cast(pl.concat([results.credits_of(conn, asked), ahead.as_won().filter(mine)]))
    known = results.classified_of(conn, set(credits_["deal_id"]))
    classified = pl.concat([known.join(ahead.classified, on="deal_id", how="anti"), ahead.classified])
    shown = results.lines_of(conn, asked)
    held = results.held_among(conn, shown["deal_id"].drop_nulls())
    outcome = pay(
        credits_,
        f.Classified.cast(classified),
        concerned(conn, book, rules, asked, set(credits_["deal_id"])),
        rules,
        f.Posted.empty(),
        cohorts=results.cohorts_of(conn, asked),
        through=through,
        kept=f.Lines.cast(shown.filter(pl.col("deal_id").is_in(list(held)))),
    )
    return outcome.lines


def _told(
    conn: Connection, configuration: Configuration, lines: pl.DataFrame, named: Collection[str], ahead: Expected
) -> Mapping[str, list[Row]]:
    """Those of the lines that open deals would bring, by payee."""
    people = canonical.whole(conn, "people").iter_rows(named=True)
    names = {row["person_id"]: row["name"] or row["email"] or row["person_id"] for row in people}
    deals = _by(ahead.classified, "deal_id")
    credits_ = _by(ahead.credits.with_columns(event=pl.lit(None, pl.String)), "credit_id")  # `PROJECTED` says it
    found: dict[str, list[Row]] = defaultdict(list)
    expected_lines = lines.filter(pl.col("source_id").is_in(named) & ~pl.col("kind").is_in(SETTLED))
    for line in expected_lines.iter_rows(named=True):
        plan = plan_of(configuration, line["plan_version"])
        if plan is not None:
            said = explain(line, plan, deals.get(line["deal_id"]), credits_.get(line["source_id"]), names)
            found[line["payee_id"]].append(_estimate(line, said, at_next_tier(line, plan, lines)))
    return found


def _estimate(line: Row, said: str, more: int | None) -> Row:
    """One estimate, under the key that the line will have once the deal is won in that period."""
    source = line["source_id"].removesuffix(f":{EXPECTED}")
    return {
        "key": line_key({**line, "source_id": source}),
        **{name: line[name] for name in ("deal_id", "plan", "component", "kind", "period", "currency")},
        "dated_on": line["dated_on"].isoformat(),
        "amount": format_amount(line["amount_micros"], line["currency"]),
        "at_next_tier": None if more is None else format_amount(more, line["currency"]),
        "sentence": PROJECTED.format(day=line["dated_on"], said=said),
    }


def at_next_tier(line: Row, plan: Plan, lines: pl.DataFrame) -> int | None:
    """What the same deal would pay after the next tier is reached, in micro-units; `lines` are all of its payee.

    None where no better tier lies ahead, where more than the curve decides (caps, splits of the money), and where
    attainments are rounded and the lines do not tell from what.
    """
    at = position_of(line, plan, _so_far(lines, line)["base_micros"])
    tier = next_tier(at) if at is not None else None
    if at is None or tier is None or at.achieved is None:
        return None
    before, base = line["before_micros"], line["base_micros"]
    if _paid(at, before, at.x) != line["amount_micros"]:
        return None
    start = at.achieved + needed_for(tier, at)
    return _paid(at, at.paid_as(start), at.paid_as(start + base))


def _so_far(lines: pl.DataFrame, line: Row) -> pl.DataFrame:
    """The lines of its payee, component and window up to the line itself, in the order in which they count."""
    same = (pl.col(name) == line[name] for name in ("payee_id", "plan", "plan_version", "component", "window"))
    day, source = pl.col("dated_on"), pl.col("source_id")
    earlier = (day < line["dated_on"]) | ((day == line["dated_on"]) & (source <= line["source_id"]))
    return lines.filter(*same, attains(), earlier)


def _paid(at: Position, before: Fraction | int, after: Fraction | int) -> int:
    """What the way from one achievement to another pays, in micro-units."""
    return at.rounded(value_at(at.curve, after, at.quota)) - at.rounded(value_at(at.curve, before, at.quota))


def _by(frame: pl.DataFrame, key: str) -> Mapping[str, Row]:
    return {row[key]: row for row in frame.iter_rows(named=True)}
