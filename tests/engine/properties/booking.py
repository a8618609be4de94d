"""A world computed by the engine, again and again on its own ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book, Credited, Outcome, Rules
from engine.compute import credit_deals
from engine.pay import pay
from tests.engine.plans import ledger
from tests.reference.comparing import THROUGH

KEY = ["plan", "component", "payee_id", "period", "source_id", "part"]
SOURCE = ["plan", "component", "payee_id", "source_id"]
OF_DEALS = ("deals", "deal_lines", "splits", "deal_events")
Amounts = Mapping[tuple[str, ...], int]


@dataclass(frozen=True)
class Round:
    """One computation of everybody."""

    credited: Credited
    outcome: Outcome


def computed(book: Book, rules: Rules, posted: dy.DataFrame[f.Posted] | None = None) -> Round:
    """The book on the rules, with what the ledger holds already."""
    credited = credit_deals(book, rules)
    before = ledger() if posted is None else posted
    return Round(credited, pay(credited.credits, credited.classified, book, rules, before, through=THROUGH))


def without(book: Book, deals: Iterable[str]) -> Book:
    """The book before these deals came."""
    gone = list(deals)
    kept = {name: getattr(book, name).filter(~pl.col("deal_id").is_in(gone)) for name in OF_DEALS}
    contracts = book.contracts.filter(~pl.col("origin_deal_id").is_in(gone))
    return replace(book, **kept, contracts=contracts)


def shuffled(book: Book, seed: int) -> Book:
    """The same rows in another order."""
    frames = {field.name: getattr(book, field.name) for field in fields(book)}
    return replace(book, **{name: frame.sample(fraction=1, shuffle=True, seed=seed) for name, frame in frames.items()})


def lines_of(outcome: Outcome) -> Amounts:
    """What every line comes to, those that pay nothing left out."""
    rows = outcome.lines.filter(pl.col("amount_micros") != 0).select(*KEY, "amount_micros")
    return {tuple(row[:-1]): row[-1] for row in rows.iter_rows()}


def booked(*rounds: Outcome) -> Amounts:
    """What all rounds posted together, without what the last one holds: that stays as it was posted."""
    posted = pl.concat([each.postings for each in rounds]).join(rounds[-1].held, on=SOURCE, how="anti")
    sums = posted.group_by(KEY).agg(pl.col("delta_micros").sum()).filter(pl.col("delta_micros") != 0)
    return {tuple(row[:-1]): row[-1] for row in sums.iter_rows()}
