"""The whole report: every table over the same days, from the book, the rules and the computed lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import dataframely as dy

from engine import frames as f
from engine.book import Book, Rules
from engine.deals.classify import classify
from engine.payees.exchange import Exchange
from engine.reporting.attainment import attainment
from engine.reporting.deals import sales
from engine.reporting.planning import capacity, coverage
from engine.reporting.retention import retention
from engine.reporting.standing import groups, recent
from engine.reporting.table import Span, Table
from engine.reporting.winning import contract_values, cycles, win_rates, win_rates_by_stage

A_YEAR = timedelta(days=366)
"""How far ahead open deals are looked at: windows are a year at most."""


def report(
    book: Book,
    rules: Rules,
    lines: dy.DataFrame[f.Lines],
    span: Span,
    *,
    seen: Mapping[str, Sequence[str]],
    goal: int | None = None,
) -> tuple[Table, ...]:
    """Every table; `lines` are those computed for the book, `seen` the open stages that deals were seen in.

    `goal` is in micro-units of each plan's currency, for a window of the component whose capacity is asked.
    """
    home, exchange = rules.company.currency, Exchange(book.fx_rates, rules.company.currency)
    standing = groups(book, rules, lines, span)
    every = sales(book, rules, span.starts_on, max(span.ends_on, span.as_of + A_YEAR), span.as_of)
    return (
        attainment(standing),
        coverage(standing, every, span, exchange, home),
        *(win_rates(every, span, home, by) for by in ("segment", "source", "motion")),
        win_rates_by_stage(every, span, seen),
        cycles(every, span, rules.company),
        contract_values(every, span, home),
        retention(classify(book, rules).rows, book, exchange, home, span),
        capacity(standing, recent(book, rules, lines, span), book, rules.company, span, goal=goal),
    )
