"""Compare two configurations over the stored history: who gains, who loses, who changes tiers, what it costs.

Each replays what was pulled from the beginning, on the real path, in a transaction that is rolled back. Nothing that is
posted plays a part: both sides say what they would have paid.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from engine import frames as f
from engine.book import Book
from engine.calendar import period_named
from engine.cohorts.windows import Reach
from engine.compute import credit_deals
from engine.documents.company.company import Company
from engine.model import Severity
from engine.money import format_amount
from engine.pay import pay
from engine.payees.measures.cash import attains
from engine.telling.outlook import Position, position_of, tier_reached, tier_text
from jobs.canonical import refresh
from jobs.compute import computed_through
from jobs.configuration import Configuration
from jobs.settings import SettingsProblem
from store import canonical
from store.database import Store

STANDING = ["plan", "component", "payee_id", "window"]
Sums = Mapping[tuple[str, ...], int]


@dataclass(frozen=True, slots=True)
class Replay:
    """What a configuration makes of the stored book in some months."""

    lines: pl.DataFrame
    standings: Mapping[tuple[str, ...], Position]
    """Where each payee stands in each window of a component with tiers."""
    held: frozenset[str]
    """What could not be computed, and why."""
    names: Mapping[str, str]
    book: Book
    classified: pl.DataFrame
    """What it was computed from."""


def diff(
    old: Configuration, new: Configuration, store: Store, over: str | None, clock: Callable[[], datetime]
) -> dict[str, Any]:
    """Both sides and the difference per payee, per component and in total; changes of tier; what is newly held."""
    before, after = (replay(each, store, over, clock) for each in (old, new))
    names = {**before.names, **after.names}
    payees = _compared(before.lines, after.lines, ("payee_id", "currency"))
    return {
        "over": over or "everything",
        "payees": [_row(key, sums, payee=names.get(key[0], key[0])) for key, sums in payees],
        "components": [
            _row(key, sums, plan=key[0], component=key[1])
            for key, sums in _compared(before.lines, after.lines, ("plan", "component", "currency"))
        ],
        "totals": [_row(key, sums) for key, sums in _compared(before.lines, after.lines, ("currency",))],
        "tiers": list(_tiers(before, after, names)),
        "held": sorted(after.held - before.held),
        "no_longer_held": sorted(before.held - after.held),
    }


def replay(configuration: Configuration, store: Store, over: str | None, clock: Callable[[], datetime]) -> Replay:
    """Everything computed anew under the configuration, as if nothing had been posted, and rolled back."""
    rules = configuration.rules
    with store.rehearse() as conn:
        refresh(conn, configuration, clock())
        book = canonical.load_book(conn, None)
    through = computed_through(configuration, clock())
    credited = credit_deals(book, rules, Reach(through))
    nothing, kept = f.Posted.empty(), credited.cohorts
    outcome = pay(credited.credits, credited.classified, book, rules, nothing, cohorts=kept, through=through)
    lines = outcome.lines.filter(_within(over, rules.company)) if over else outcome.lines
    plans = {plan.version: plan for plan in rules.plans}
    last = lines.filter(attains()).sort("dated_on", "source_id").group_by(STANDING).last()
    stands = ((tuple(row[name] for name in STANDING), row) for row in last.iter_rows(named=True))
    found = {key: position_of(row, plans[row["plan_version"]]) for key, row in stands}
    issues = (*credited.issues, *outcome.issues)
    return Replay(
        lines=lines,
        standings={key: at for key, at in found.items() if at is not None and _has_tiers(at)},
        held=frozenset(f"{issue.subject} {issue.message}" for issue in issues if issue.severity is Severity.HOLDS),
        names={row["person_id"]: row["name"] or row["person_id"] for row in book.people.iter_rows(named=True)},
        book=book,
        classified=credited.classified,
    )


def _within(over: str, company: Company) -> pl.Expr:
    """Lines dated in the fiscal periods `2026-02..2026-07`, both included, or in the one named."""
    first, _, last = over.partition("..")
    try:
        since, final = period_named(first, company), period_named(last or first, company)
    except ValueError as error:
        raise SettingsProblem(f"{error}, or --over 2026-02..2026-07.") from None
    if final.starts_on < since.starts_on:
        raise SettingsProblem(f"{over!r} ends before it begins; write the earlier period first.")
    return (pl.col("dated_on") >= since.starts_on) & (pl.col("dated_on") < final.ends_on)


def _has_tiers(at: Position) -> bool:
    return len(at.curve.segments) > 1 and at.component.accumulates != "transaction"


def _compared(
    old: pl.DataFrame, new: pl.DataFrame, by: tuple[str, ...]
) -> list[tuple[tuple[str, ...], tuple[int, int]]]:
    """Sums of both sides by key (the last part is the currency), largest change first."""
    before, after = _sums(old, by), _sums(new, by)
    both = [(key, (before.get(key, 0), after.get(key, 0))) for key in before.keys() | after.keys()]
    return sorted(both, key=lambda each: (-abs(each[1][1] - each[1][0]), each[0]))


def _sums(lines: pl.DataFrame, by: tuple[str, ...]) -> Sums:
    sums = lines.group_by(*by).agg(pl.col("amount_micros").cast(pl.Int128).sum())
    return {tuple(row[:-1]): row[-1] for row in sums.iter_rows()}


def _row(key: tuple[str, ...], sums: tuple[int, int], **named: str) -> dict[str, Any]:
    old, new = sums
    currency = key[-1]
    amounts = {"old": old, "new": new, "difference": new - old}
    return named | {name: format_amount(value, currency) for name, value in amounts.items()} | {"currency": currency}


def _tiers(before: Replay, after: Replay, names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Who ends a window in another tier of a component that both sides know."""
    for key in sorted(before.standings.keys() & after.standings.keys()):
        old, new = before.standings[key], after.standings[key]
        if tier_reached(old) != tier_reached(new):
            plan, component, payee, window = key
            yield {
                "payee": names.get(payee, payee),
                "plan": plan,
                "component": component,
                "window": window,
                "old": f"from {tier_text(old, tier_reached(old))}",
                "new": f"from {tier_text(new, tier_reached(new))}",
            }
