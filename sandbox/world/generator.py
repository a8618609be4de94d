"""Makes a whole world from a seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from sandbox.world.answer_key import answer_key
from sandbox.world.company import hire
from sandbox.world.customers import Customers
from sandbox.world.dates import history_start
from sandbox.world.deals import Deal, History
from sandbox.world.dirt import Dirt, spoil
from sandbox.world.document import load_document, quota_records
from sandbox.world.ids import Ids
from sandbox.world.ownership import Verdict, judge
from sandbox.world.payouts import Payroll
from sandbox.world.people_files import people_files
from sandbox.world.products import price_list
from sandbox.world.quotas import set_quotas
from sandbox.world.rates import Rates
from sandbox.world.selling import sell
from sandbox.world.window import settle_early_cancellations

UNTIL = date(2026, 11, 1)


@dataclass(frozen=True, slots=True)
class World:
    """A generated company: what to load, the people files beside the configuration, and the answer key."""

    document: dict[str, Any]
    people: dict[str, str]
    answer_key: dict[str, Any]


def generate(seed: int, deals: int, until: date = UNTIL) -> World:
    """A company with about so many deals, whose history ends before `until`. The same arguments, the same world."""
    rng, ids = Random(seed), Ids()
    start = history_start(until)
    rates = Rates(rng, start, until)
    products = price_list(ids)
    staff = hire(rng, ids, deals, start, until)
    history = History(rng, ids, staff, Customers(rng, ids, staff, until), start, until)
    sell(history, deals)
    dirt = spoil(history)
    verdicts = _verdicts(history.deals, rates, dirt)
    touched = settle_early_cancellations(history, verdicts)
    verdicts = [verdict for verdict in verdicts if verdict.deal not in touched]
    verdicts += _verdicts([deal for deal in history.deals if deal in touched], rates, dirt)
    credited = [credit for verdict in verdicts for credit in (*verdict.credits, *verdict.rollups)]
    quotas = set_quotas(rng, staff, credited, rates, until)
    payouts = Payroll(rates, quotas).payouts(credited)
    return World(
        document=load_document(rng, ids, history, rates, products) | {"quotas": quota_records(quotas)},
        people=people_files(history, quotas),
        answer_key=answer_key(history.deals, verdicts, dirt, payouts),
    )


def _verdicts(deals: Sequence[Deal], rates: Rates, dirt: Sequence[Dirt]) -> list[Verdict]:
    """What becomes of every won deal that still exists."""
    held = {piece.record: piece.hold for piece in dirt}
    return [judge(deal, rates, held.get(deal.id)) for deal in deals if deal.won and not deal.deleted]
