"""components: the lines of every component, each after the components that it reads (attain and earn, DESIGN 2)."""

from __future__ import annotations

from collections.abc import Sequence

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.attain import attain, prepare
from engine.book import Book, Rules
from engine.documents.order import Place, earners, in_order
from engine.earn import Earnings, earn
from engine.earnings import with_earnings
from engine.exchange import Exchange
from engine.measure import counted
from engine.model import join_issues


def earn_all(
    credits_: dy.DataFrame[f.Credits], classified: dy.DataFrame[f.Classified], book: Book, rules: Rules
) -> Earnings:
    """The lines of all components for all payees of the credits, in the order in which the plans are written."""
    prepared = prepare(credits_, classified, book, rules)
    exchange = Exchange(book.fx_rates, rules.company.currency)
    done: dict[Place, Earnings] = {}
    for file, nth in in_order(rules.plans):
        plan, rows = rules.plans[file], prepared.credits[file]
        component = plan.components[nth]
        if plan.measures[component.measure].of:
            read = together([done[place] for place in earners(rules.plans, file, component)])
            rows = with_earnings(rows, plan, credits_, read, exchange)
        counts = counted(rows, prepared.results[file], plan, component)
        attained = attain(counts, plan, component, book.quotas, rules.company)
        lines = earn(attained.rows, plan, component)
        done[file, nth] = together([Earnings(f.Lines.create_empty(), attained.held, attained.issues), lines])
    before = Earnings(f.Lines.create_empty(), prepared.held, prepared.issues)
    return together([before, *(done[place] for place in sorted(done))])


def together(parts: Sequence[Earnings]) -> Earnings:
    """Several components' earnings as one, each issue once."""
    return Earnings(
        lines=f.Lines.cast(pl.concat([f.Lines.create_empty(), *(part.lines for part in parts)])),
        held=f.HeldSources.cast(pl.concat([f.HeldSources.create_empty(), *(part.held for part in parts)])),
        issues=tuple(dict.fromkeys(join_issues(*(part.issues for part in parts)))),
    )
