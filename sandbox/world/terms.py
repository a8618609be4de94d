"""What happens while a contract runs and at its end: additions, reductions, cancellations, renewals."""

from __future__ import annotations

from datetime import date, timedelta

from sandbox.world.customers import Account
from sandbox.world.dates import clear_of_month_end
from sandbox.world.deals import (
    LOST,
    OPEN_AHEAD_DAYS,
    OPEN_STAGES,
    WINDOW_DAYS,
    WON,
    YEAR,
    Contract,
    Deal,
    History,
)  # fmt: skip
from sandbox.world.money import MICROS_A_CENT
from sandbox.world.odds import PERCENT, chance, draw
from sandbox.world.prices import ADDITION, SERVICES, price, renewal_price, to_step

ADDITIONS = {"SMB": (0, 0, 0, 1), "MM": (0, 1, 1, 2), "ENT": (0, 1, 2, 3)}
"""How many additions a year a customer may buy."""
RENEWED_MONTHS = {12: 75, 24: 13, 36: 12}
RENEWS_EARLY_DAYS = 40
DAYS_A_YEAR = 365
INSIDE, OUTSIDE, RUNS = "cancelled inside the window", "cancelled after it", "runs to its end"
FATES = {INSIDE: 8, OUTSIDE: 4, RUNS: 88}


def next_contract(history: History, contract: Contract) -> Contract | None:
    """Live through a contract; answers the one that renews it, if any does."""
    rng, until = history.rng, history.until
    early = timedelta(days=rng.randrange(RENEWS_EARLY_DAYS))
    renews = clear_of_month_end(contract.ends - early, contract.account.signed)
    cancels = _cancellation(history, contract)
    _change(history, contract, min(cancels or renews, until))
    if cancels:
        _leave(history, contract, cancels)
        return None
    if renews >= until:
        if renews < until + timedelta(days=OPEN_AHEAD_DAYS):
            _renewal(history, contract, renews, rng.choice(OPEN_STAGES))
        return None
    if chance(rng, 13) and _lapse(history, contract, renews):
        return None
    renewal = _renewal(history, contract, renews, WON)
    return history.sign(renewal, contract.ends + timedelta(days=1))


def may_shrink(account: Account, day: date) -> bool:
    """Reductions and cancellations need a CSM, and named accounts have none, so that nobody's total turns negative."""
    return not account.named and account.carer("CSM", day) is not None


def _cancellation(history: History, contract: Contract) -> date | None:
    """The day a contract is cancelled before its end, if it is; both sides of the window's last day occur."""
    rng, account = history.rng, contract.account
    fate = draw(rng, FATES)
    if fate == RUNS or (fate == INSIDE and contract.origin.type != "New Business"):
        return None
    within = rng.choice((WINDOW_DAYS - 1, rng.randint(35, WINDOW_DAYS - 2), rng.randint(35, WINDOW_DAYS - 2)))
    beyond = rng.choice((WINDOW_DAYS, rng.randint(WINDOW_DAYS + 3, 330), rng.randint(WINDOW_DAYS + 3, 330)))
    day = contract.origin.closes + timedelta(days=within if fate == INSIDE else beyond)
    inside_history = contract.starts < day < min(contract.ends, history.until)
    settled = clear_of_month_end(day, account.signed) == day
    return day if inside_history and settled and may_shrink(account, day) else None


def _change(history: History, contract: Contract, before: date) -> None:
    """Additions, reductions and services between the start of a contract and the day it ends or is renewed."""
    rng, account = history.rng, contract.account
    span = (before - contract.starts).days - 2
    if span <= 0:
        return
    wanted = sum(rng.choice(ADDITIONS[account.segment]) for _ in range(-(-span // DAYS_A_YEAR)))
    drawn = [contract.starts + timedelta(days=1 + rng.randrange(span)) for _ in range(wanted)]
    days = {clear_of_month_end(day, account.signed) for day in drawn}
    for day in sorted(day for day in days if contract.starts < day < before):
        _add(history, contract, day)
    last = clear_of_month_end(before - timedelta(days=1), account.signed)
    if chance(rng, 6) and last > contract.starts and last not in days:
        _reduce(history, contract, last)
    if chance(rng, 3) and last - timedelta(days=9) > contract.starts:
        _serve(history, account, clear_of_month_end(last - timedelta(days=8), account.signed))


def _add(history: History, contract: Contract, day: date) -> None:
    """An upsell or cross-sell until the end of the contract."""
    rng, account = history.rng, contract.account
    acv = price(rng, ADDITION[account.segment], account.currency)
    left = (contract.ends.year - day.year) * YEAR + contract.ends.month - day.month
    months = YEAR if account.currency == "JPY" else max(1, left)
    kind = rng.choice(("Upsell", "Cross-sell"))
    stage = LOST if chance(rng, 12) else WON
    history.deal(account, kind, stage, day, acv=acv, months=months, owner=history.seller(account, day))
    if stage == WON:
        contract.amend(acv)


def _reduce(history: History, contract: Contract, day: date) -> None:
    """A customer pays for less from now on."""
    account = contract.account
    part = to_step(contract.acv_cents * history.rng.randint(8, 35) // PERCENT, account.currency)
    if part < contract.acv_cents and may_shrink(account, day):
        history.deal(account, "Downgrade", WON, day, acv=-part, owner=account.carer("CSM", day))
        contract.amend(-part)


def _serve(history: History, account: Account, day: date) -> None:
    """A year of training and help, which no rule but that of named accounts covers."""
    acv = price(history.rng, SERVICES[account.segment], account.currency)
    history.deal(account, "Services", WON, day, acv=acv, owner=history.seller(account, day))


def _lapse(history: History, contract: Contract, renews: date) -> bool:
    """The renewal is lost and the contract ends, where somebody answers for it by then."""
    last = clear_of_month_end(contract.ends, contract.account.signed)
    if last >= history.until or not may_shrink(contract.account, last):
        return False
    _renewal(history, contract, min(renews, last - timedelta(days=1)), LOST)
    _leave(history, contract, last)
    return True


def _leave(history: History, contract: Contract, day: date) -> None:
    """The customer cancels: the contract says so, and a negative deal of that day."""
    account = contract.account
    history.deal(account, "Churn", WON, day, acv=-contract.acv_cents, owner=account.carer("CSM", day))
    contract.cancelled = day


def _renewal(history: History, contract: Contract, day: date, stage: str) -> Deal:
    """The deal that renews a contract. Some name the contract, some the deal before, some both."""
    rng, account = history.rng, contract.account
    owner = account.carer("CSM", day) or account.carer("AM", day) or history.seller(account, day)
    acv = renewal_price(rng, contract.acv_cents, account.currency)
    months = draw(rng, RENEWED_MONTHS)
    deal = history.deal(account, "Renewal", stage, day, acv=acv, months=months, owner=owner)
    same_value = not contract.amended and contract.origin.acv_micros == contract.acv_cents * MICROS_A_CENT
    names_prior = chance(rng, 33)
    deal.prior = contract.origin if names_prior else None
    deal.renews = None if names_prior and same_value else contract
    deal.expiring_cents = contract.acv_cents
    return deal
