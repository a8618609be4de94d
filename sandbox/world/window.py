"""Keeps clawbacks free of dispute.

A clawback takes back one line, and the line's size depends on what came before it on the same day. The order inside a
day belongs to the engine (by credit id), so the answer key is only sure where the deal is the payee's only one of its
day. The same goes for people who left before the cancellation. Other early cancellations move out of the window.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from sandbox.world.company import Person
from sandbox.world.dates import clear_of_month_end
from sandbox.world.deals import WINDOW_DAYS, Contract, Deal, History
from sandbox.world.ownership import Verdict
from sandbox.world.payouts import clawed_back_on

LATEST_DAYS = WINDOW_DAYS + 60


def settle_early_cancellations(history: History, verdicts: Sequence[Verdict]) -> set[Deal]:
    """Move disputed cancellations out of the clawback window; answers the churn deals that moved or went."""
    busy = Counter((credit.payee, verdict.deal.closes) for verdict in verdicts for credit in verdict.credits)
    churns = {(deal.account, deal.closes): deal for deal in history.deals if deal.type == "Churn"}
    touched: set[Deal] = set()
    for verdict in verdicts:
        contract, day = verdict.deal.contract, clawed_back_on(verdict.deal)
        if contract and day and _disputed(verdict, day, busy):
            churn = churns[contract.account, day]
            _postpone(history, contract, churn)
            touched.add(churn)
    return touched


def _disputed(verdict: Verdict, day: date, busy: Counter[tuple[Person, date]]) -> bool:
    for credit in verdict.credits:
        alone = busy[credit.payee, verdict.deal.closes] == 1
        still_there = credit.payee.seat is None or credit.payee.seat.holder(day) is credit.payee
        if not (alone and still_there):
            return True
    return False


def _postpone(history: History, contract: Contract, churn: Deal) -> None:
    """The first day after the window on which the account has a CSM; else the customer simply stays to the end."""
    closed = contract.origin.closes
    for days in range(WINDOW_DAYS, LATEST_DAYS):
        day = closed + timedelta(days=days)
        carer = contract.account.carer("CSM", day)
        if carer and day < min(history.until, contract.ends) and clear_of_month_end(day, closed) == day:
            contract.cancelled = churn.closes = day
            churn.owner = carer
            return
    contract.cancelled = None
    history.deals.remove(churn)
