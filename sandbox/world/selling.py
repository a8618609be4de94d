"""Three years of selling: prospects, first deals, and the contracts that follow from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from sandbox.world.customers import Account
from sandbox.world.dates import add_months, first_of_month
from sandbox.world.deals import LOST, OPEN_AHEAD_DAYS, OPEN_STAGES, OUTBOUND, SOURCES, WON, Contract, Deal, History
from sandbox.world.money import CENTS
from sandbox.world.names import NOTES
from sandbox.world.odds import chance, draw
from sandbox.world.prices import FIRST_DEAL, price
from sandbox.world.terms import next_contract

WON_LATER = "lost first, won later"
OPEN = "still open"
FATES = {WON: 64, WON_LATER: 14, LOST: 14, OPEN: 8}
TERMS = {12: 58, 18: 6, 24: 14, 36: 22}
"""Months of a first contract."""
SPLITS = ((5000, 5000), (6000, 4000), (3333, 3333, 3334))
LEAD_DAYS = 125
"""No first deal is won earlier than this after the start, so that a deal lost before it closes inside the history."""


def sell(history: History, deals: int) -> None:
    """Meet prospects until there are so many deals."""
    while len(history.deals) < deals:
        _meet(history)


def _meet(history: History) -> None:
    """A prospect and what becomes of it."""
    rng, until = history.rng, history.until
    day = _closing_day(history)
    account = history.customers.prospect(day - timedelta(days=rng.randint(30, 120)))
    fate = draw(rng, FATES)
    if fate == OPEN:
        _pitch(history, account, rng.choice(OPEN_STAGES), until + timedelta(days=rng.randint(3, OPEN_AHEAD_DAYS)))
    elif fate == LOST:
        _pitch(history, account, LOST, day)
    else:
        if fate == WON_LATER:
            _pitch(history, account, LOST, day - timedelta(days=rng.randint(20, 90)))
        _win(history, account, day)


def _closing_day(history: History) -> date:
    """A day of the history; a third of the deals close in the last days of their month."""
    rng = history.rng
    span = (history.until - history.start).days - LEAD_DAYS
    day = history.start + timedelta(days=LEAD_DAYS + rng.randrange(span))
    late = add_months(first_of_month(day), 1) - timedelta(days=rng.randint(1, 4))
    return late if chance(rng, 33) and late < history.until else day


def _pitch(history: History, account: Account, stage: str, closes: date) -> Deal:
    """A first deal with a new customer, won or not."""
    rng = history.rng
    acv = price(rng, FIRST_DEAL[account.segment], account.currency)
    source = OUTBOUND if chance(rng, 25) else rng.choice(SOURCES)
    owner = history.seller(account, closes)
    months = draw(rng, TERMS)
    deal = history.deal(account, "New Business", stage, closes, acv=acv, months=months, owner=owner, source=source)
    if source == OUTBOUND and account.patch:
        deal.sourced_by = account.patch.sdr.holder(closes)
    if chance(rng, 4):
        deal.note = rng.choice(NOTES)
    return deal


def _win(history: History, account: Account, signs: date) -> None:
    """A customer's life: sign, then contract after contract until they leave or the history ends."""
    first = _pitch(history, account, WON, signs)
    if not account.named:
        _split_or_leave_unvalued(history, first)
    in_days = signs + timedelta(days=history.rng.choice((1, 10, 30)))
    starts = in_days if chance(history.rng, 50) else add_months(first_of_month(signs), 1)
    account.signed = signs
    contract: Contract | None = history.sign(first, starts)
    while contract is not None:
        contract = next_contract(history, contract)


def _split_or_leave_unvalued(history: History, deal: Deal) -> None:
    """Some first deals are split between sellers, some carry only the total and the term."""
    if chance(history.rng, 14):
        _split(history, deal)
    elif chance(history.rng, 8) and deal.currency != "JPY":
        _leave_unvalued(history, deal)


def _split(history: History, deal: Deal) -> None:
    """The owner shares the deal with sellers of other territories, where there are enough that day."""
    shares = history.rng.choice(SPLITS)
    sellers = [patch.ae.holder(deal.closes) for patch in history.staff.patches]
    mates = [person for person in sellers if person is not None and person is not deal.owner]
    if deal.owner and len(mates) >= len(shares) - 1:
        deal.splits = list(zip([deal.owner, *history.rng.sample(mates, len(shares) - 1)], shares, strict=True))


def _leave_unvalued(history: History, deal: Deal) -> None:
    """Nobody filled in the annual value, and the total is no round number."""
    odd = history.rng.randrange(CENTS)
    deal.acv_cents = None
    deal.amount_cents = (deal.amount_cents or 0) + odd
    last = deal.lines[-1]
    deal.lines[-1] = replace(last, cents=last.cents + odd)
