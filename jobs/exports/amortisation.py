"""The amortisation schedule of capitalised commissions, by deal, component and month, tied to the ledger.

Incremental costs of obtaining a contract are an asset (ASC 340-40-25-1, IFRS 15.91), amortised as the goods or services
are transferred (ASC 340-40-35-1, IFRS 15.99) and impaired where they cannot be recovered (ASC 340-40-35-3, IFRS
15.101). Costs that would be amortised in a year or less may be expensed at once (ASC 340-40-25-4, IFRS 15.94). Which
commissions are capitalised, and over what, is the company's judgement: `capitalise` in config/journal.yaml.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from engine.calendar import Period, period_named
from engine.documents.company.journal import Journal
from engine.money import format_amount, minor_unit_micros, parse_amount
from engine.reporting.amortised import Term, month_label, month_of, schedule
from jobs.books.periods import named, refuse_open
from jobs.configuration import Configuration
from jobs.exports.files import csv_text
from jobs.exports.handing_out import Export, handed_out
from jobs.exports.tying import Tie, refuse_untied, tied
from jobs.paying.dues import through
from jobs.settings import SettingsProblem
from store import audit, ledger, results
from store.database import Store

ACTION = "export amortisation"
CAPITALISED = "ASC 340-40-25-1 / IFRS 15.91; straight line, ASC 340-40-35-1 / IFRS 15.99"
EXPEDIENT = "expensed: a year or less, ASC 340-40-25-4 / IFRS 15.94"
EXPENSED = "expensed: not capitalised by config/journal.yaml"
AMOUNTS = ("opening", "capitalised", "taken_back", "amortised", "impaired", "closing", "expensed")
COLUMNS = ("status", "month", "deal_id", "plan", "component", "currency", "from", "months", *AMOUNTS, "rule")
SHOWN = 20
"""Deals without a term named at most."""

Row = Mapping[str, Any]


@dataclass(slots=True)
class Asset:
    """What a deal cost in a component, by the month in which it shows: added, and taken back."""

    kinds: set[str] = field(default_factory=set)
    months: dict[int, tuple[int, int]] = field(default_factory=dict)

    def book(self, month: int, kind: str, micros: int) -> None:
        """Add a posting."""
        added, taken = self.months.get(month, (0, 0))
        self.kinds.add(kind)
        self.months[month] = (added + max(micros, 0), taken + min(micros, 0))


Assets = dict[tuple[str, str, str, str], Asset]
"""By deal ('' without one), plan, component and currency."""


def export_amortisation(
    configuration: Configuration, store: Store, who: audit.Who, label: str, out: Path, *, preliminary: bool = False
) -> dict[str, Any]:
    """Write the schedule of everything earned through a period; answers the tie-out.

    Raises SettingsProblem for open periods, unless `preliminary`, and for deals whose term nobody knows.
    """
    with store.write() as conn:
        made = amortisation(conn, configuration, label, preliminary=preliminary)
        return handed_out(conn, who, made, out, now=store.clock())


def amortisation(conn: Connection, configuration: Configuration, label: str, *, preliminary: bool = False) -> Export:
    """The schedule of everything earned through a period."""
    period = named(label, configuration)
    if not preliminary:
        refuse_open(conn, configuration, period)
    assets = _assets(conn, configuration, period)
    deals = {row["deal_id"]: row for row in results.classified_of(conn, {key[0] for key in assets}).to_dicts()}
    _refuse_without_term(assets, deals, configuration.journal)
    last = month_of(period.ends_on - timedelta(days=1))
    rows = [
        ("PRELIMINARY" if preliminary else "final", *row)
        for key in sorted(assets)
        for row in _rows(key, assets[key], deals.get(key[0]), configuration.journal, last)
    ]
    text = csv_text(COLUMNS, rows, AMOUNTS)
    ties = _ties(conn, configuration, period, text)
    refuse_untied(ties)
    return Export(ACTION, label, text, ties, preliminary)


def _assets(conn: Connection, configuration: Configuration, period: Period) -> Assets:
    company = configuration.rules.company
    earlier = through(ledger.periods(conn), period, company)
    months = {label: month_of(period_named(label, company).ends_on - timedelta(days=1)) for label in earlier}
    assets: Assets = defaultdict(Asset)
    for row in ledger.booked(conn, None).iter_rows(named=True):
        if row["booked_in"] in months:
            key = (row["deal_id"] or "", row["plan"], row["component"], row["currency"])
            assets[key].book(months[row["booked_in"]], row["kind"], row["delta_micros"])
    return assets


def _months(asset: Asset, deal: Row | None, policy: Journal) -> int | None:
    """Over how many months the asset is amortised: None where it is expensed, 0 where nobody knows the term."""
    rule = policy.capitalised(deal["motion"], asset.kinds) if deal is not None else None
    if deal is None or rule is None:
        return None
    return rule.months if rule.months is not None else deal["term_months"] or 0


def _refuse_without_term(assets: Assets, deals: Mapping[str, Row], policy: Journal) -> None:
    unknown = sorted({key[0] for key, asset in assets.items() if _months(asset, deals.get(key[0]), policy) == 0})
    if unknown:
        more = f" and {len(unknown) - SHOWN} more" if len(unknown) > SHOWN else ""
        raise SettingsProblem(
            f"The contract term of {', '.join(unknown[:SHOWN])}{more} is not known: nobody can say over which months "
            "commissions are amortised. Map the term, or state `months` under `capitalise` in config/journal.yaml."
        )


def _rows(
    key: tuple[str, str, str, str], asset: Asset, deal: Row | None, policy: Journal, last: int
) -> Iterator[tuple[str, ...]]:
    months, currency = _months(asset, deal, policy), key[3]
    if deal is None or months is None or months <= policy.expedient_months:
        rule = EXPENSED if months is None else EXPEDIENT
        for month, parts in sorted(asset.months.items()):
            amounts = (*[0] * (len(AMOUNTS) - 1), sum(parts))
            yield (month_label(month), *key, "", "", *_exact(amounts, currency), rule)
        return
    first = month_of(deal["starts_on"] or deal["dated_on"])
    left = month_of(deal["cancelled_on"]) if deal["cancelled_on"] else None
    for each in schedule(asset.months, Term(first, first + months, left), minor_unit_micros(currency)):
        rule = CAPITALISED if each.month <= last else f"{CAPITALISED}; to come"
        amounts = (each.opening, each.capitalised, each.taken_back, each.amortised, each.impaired, each.closing, 0)
        yield (month_label(each.month), *key, month_label(first), str(months), *_exact(amounts, currency), rule)


def _exact(amounts: tuple[int, ...], currency: str) -> tuple[str, ...]:
    return tuple(format_amount(micros, currency).replace(",", "") for micros in amounts)


def _ties(conn: Connection, configuration: Configuration, period: Period, text: str) -> list[Tie]:
    """The file, read back: what was capitalised or expensed is what was earned; what comes off is what went on."""
    earned: dict[str, int] = defaultdict(int)
    sums: dict[str, dict[str, int]] = {name: defaultdict(int) for name in AMOUNTS}
    for row in csv.DictReader(io.StringIO(text)):
        for name in AMOUNTS:
            sums[name][row["currency"]] += parse_amount(row[name])
    earlier = through(ledger.periods(conn), period, configuration.rules.company)
    for each in ledger.sums(conn, ledger.EARNED):
        earned[each.currency] += each.micros if each.booked_in in earlier else 0
    gone = {currency: sums["amortised"][currency] + sums["impaired"][currency] for currency in earned}
    asset = {currency: sums["capitalised"][currency] + sums["taken_back"][currency] for currency in earned}
    exported = {currency: asset[currency] + sums["expensed"][currency] for currency in earned}
    return [
        *tied(f"earned through {period.label}", exported, earned),
        *tied("amortised + impaired in the end", gone, asset),
    ]
