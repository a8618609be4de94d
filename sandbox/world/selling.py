"""Three years of selling: first deals, additions, reductions, renewals and cancellations, customer by customer."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from sandbox.world.company import Person
from sandbox.world.customers import PERCENT, Account
from sandbox.world.dates import add_months, clear_of_month_end, first_of_month
from sandbox.world.deals import LOST, OPEN_STAGES, OUTBOUND, SOURCES, WON, YEAR, Contract, Deal, History
from sandbox.world.money import CENTS, MICROS_A_CENT, half_up
from sandbox.world.names import NOTES

FIRST_DEAL_ACV = {"SMB": (6_000, 24_000), "MM": (18_000, 90_000), "ENT": (70_000, 400_000)}
ADDITION_ACV = {"SMB": (600, 6_000), "MM": (4_000, 60_000), "ENT": (12_000, 160_000)}
"""Annual values in dollars; other currencies by the rough price level below."""
PRICE_LEVEL = {"USD": 100, "EUR": 90, "GBP": 80, "JPY": 15_000}
"""Hundredths of the currency's unit for a dollar."""
PRICE_STEP = {"USD": 60, "EUR": 60, "GBP": 60, "JPY": 6_000}
"""Prices are multiples of this, so that years, months and most shares of them are whole."""
TERMS, TERM_WEIGHTS = (12, 18, 24, 36), (58, 6, 14, 22)
ADDITIONS = {"SMB": (0, 0, 0, 1), "MM": (0, 1, 1, 2), "ENT": (0, 1, 2, 3)}
"""How many additions a year a customer may buy."""
SPLITS = ((5000, 5000), (6000, 4000), (3333, 3333, 3334))
LEAD_DAYS = 125
"""No first deal is won earlier than this after the start, so that a deal lost before it closes inside the history."""
WINDOW_DAYS = 180
"""Cancelled before so many days are over, a contract's commission is clawed back."""
RENEWS_EARLY_DAYS = 40
OPEN_AHEAD_DAYS = 150


def sell(history: History, deals: int) -> None:
    """Live through customers until there are so many deals."""
    while len(history.deals) < deals:
        _meet(history)


def price(rng: Random, span: tuple[int, int], currency: str) -> int:
    """An annual price in cents, a multiple of the currency's step."""
    dollars = rng.randint(*span)
    return to_step(dollars * PRICE_LEVEL[currency], currency)


def to_step(cents: int, currency: str) -> int:
    """The nearest multiple of the currency's price step, at least one."""
    step = PRICE_STEP[currency] * CENTS
    return max(1, half_up(cents, step)) * step


def _meet(history: History) -> None:
    """A prospect: most sign once, some are lost before, some never sign."""
    rng = history.rng
    signs = _closing_day(history)
    account = history.customers.prospect(signs - timedelta(days=rng.randint(30, 120)))
    fate = rng.randrange(PERCENT)
    if fate < 14:  # noqa: PLR2004 - percent of prospects never won
        _pitch(history, account, LOST, signs)
    elif fate < 22:  # noqa: PLR2004 - and percent still open
        _pitch(
            history, account, rng.choice(OPEN_STAGES), history.until + timedelta(days=rng.randint(3, OPEN_AHEAD_DAYS))
        )
    else:
        if fate < 36:  # noqa: PLR2004 - lost first, won later
            _pitch(history, account, LOST, signs - timedelta(days=rng.randint(20, 90)))
        _live(history, account, signs)


def _closing_day(history: History) -> date:
    """A day of the history; one in three deals closes in the last days of its month."""
    rng = history.rng
    span = (history.until - history.start).days - LEAD_DAYS
    day = history.start + timedelta(days=LEAD_DAYS + rng.randrange(span))
    if rng.randrange(3) == 0:
        late = add_months(first_of_month(day), 1) - timedelta(days=rng.randint(1, 4))
        day = late if late < history.until else day
    return day


def _seller(history: History, account: Account, day: date) -> Person:
    return account.patch.seller(min(day, history.until - timedelta(days=1))) if account.patch else history.staff.chief


def _pitch(history: History, account: Account, stage: str, closes: date) -> Deal:
    """A first deal with a new customer, won or not."""
    rng = history.rng
    acv = price(rng, FIRST_DEAL_ACV[account.segment], account.currency)
    months = rng.choices(TERMS, TERM_WEIGHTS)[0]
    sdr = account.patch.sdr.holder(closes) if account.patch else None
    source = OUTBOUND if rng.randrange(4) == 0 else rng.choice(SOURCES)
    owner = _seller(history, account, closes)
    deal = history.deal(account, "New Business", stage, closes, acv=acv, months=months, owner=owner, source=source)
    deal.sourced_by = sdr if source == OUTBOUND else None
    if rng.randrange(25) == 0:
        deal.note = rng.choice(NOTES)
    return deal


def _live(history: History, account: Account, signs: date) -> None:
    """A customer's life: sign, then term after term until they leave or the history ends."""
    first = _pitch(history, account, WON, signs)
    if not account.named:
        _share_or_leave_unvalued(history, first)
    starts = signs + timedelta(days=history.rng.choice((1, 10, 30)))
    if history.rng.randrange(2):
        starts = add_months(first_of_month(signs), 1)
    account.signed = signs
    contract: Contract | None = history.sign(first, starts)
    while contract is not None:
        contract = _term(history, account, contract)


def _share_or_leave_unvalued(history: History, deal: Deal) -> None:
    """Some first deals are split between sellers, some carry only the total and the term."""
    rng = history.rng
    lot = rng.randrange(PERCENT)
    if lot < 14:  # noqa: PLR2004 - percent of first deals that are split
        shares = rng.choice(SPLITS)
        others = {patch.ae.holder(deal.closes) for patch in history.staff.patches} - {None, deal.owner}
        mates = sorted((person for person in others if person), key=lambda person: person.number)
        if deal.owner and len(mates) >= len(shares) - 1:
            deal.splits = list(zip([deal.owner, *rng.sample(mates, len(shares) - 1)], shares, strict=True))
    elif lot < 21 and deal.currency != "JPY" and deal.amount_cents:  # noqa: PLR2004
        deal.acv_cents = None
        odd = rng.randrange(CENTS)
        deal.amount_cents += odd
        last = deal.lines[-1]
        deal.lines[-1] = type(last)(last.code, last.quantity, last.cents + odd)


def _term(history: History, account: Account, contract: Contract) -> Contract | None:
    """One term of a contract; answers the next one, if there is one."""
    rng = history.rng
    renews = clear_of_month_end(contract.ends - timedelta(days=rng.randrange(RENEWS_EARLY_DAYS)), account.signed)
    quits = _cancellation(history, account, contract)
    _change(history, account, contract, min(quits or renews, history.until))
    if quits:
        _leave(history, account, contract, quits)
        return None
    if renews >= history.until:
        if renews < history.until + timedelta(days=OPEN_AHEAD_DAYS):
            _renewal(history, account, contract, renews, rng.choice(OPEN_STAGES))
        return None
    if rng.randrange(PERCENT) < 13:  # noqa: PLR2004 - percent of contracts that are not renewed
        last = clear_of_month_end(contract.ends, account.signed)
        if last < history.until and _may_shrink(account, last):
            _renewal(history, account, contract, min(renews, last - timedelta(days=1)), LOST)
            _leave(history, account, contract, last)
            return None
    renewal = _renewal(history, account, contract, renews, WON)
    return history.sign(renewal, contract.ends + timedelta(days=1))


def _may_shrink(account: Account, day: date) -> bool:
    """Reductions and cancellations need a CSM, and named accounts have none, so that nobody's total turns negative."""
    return not account.named and account.carer("CSM", day) is not None


def _cancellation(history: History, account: Account, contract: Contract) -> date | None:
    """The day a contract is cancelled before its end, if it is: inside or outside the clawback window."""
    rng = history.rng
    closed = contract.origin.closes
    lot = rng.randrange(PERCENT)
    if lot < 6 and contract.origin.type == "New Business":  # noqa: PLR2004 - percent cancelled inside the window
        days = rng.choice((WINDOW_DAYS - 1, rng.randint(35, WINDOW_DAYS - 2), rng.randint(35, WINDOW_DAYS - 2)))
    elif lot < 10:  # noqa: PLR2004 - and outside it
        days = rng.choice((WINDOW_DAYS, rng.randint(WINDOW_DAYS + 3, 330), rng.randint(WINDOW_DAYS + 3, 330)))
    else:
        return None
    day = closed + timedelta(days=days)
    usable = (
        contract.starts < day < min(contract.ends, history.until) and clear_of_month_end(day, account.signed) == day
    )
    return day if usable and _may_shrink(account, day) else None


def _change(history: History, account: Account, contract: Contract, before: date) -> None:
    """Additions and reductions between the start of a term and the day it ends or is renewed."""
    rng = history.rng
    span = (before - contract.starts).days - 2
    if span <= 0:
        return
    wanted = sum(rng.choice(ADDITIONS[account.segment]) for _ in range(-(-span // 365)))
    days = {
        clear_of_month_end(contract.starts + timedelta(days=1 + rng.randrange(span)), account.signed)
        for _ in range(wanted)
    }
    for day in sorted(day for day in days if contract.starts < day < before):
        _add(history, account, contract, day)
    last = clear_of_month_end(before - timedelta(days=1), account.signed)
    if rng.randrange(PERCENT) < 6 and last > contract.starts and last not in days:  # noqa: PLR2004 - percent reduced
        _reduce(history, account, contract, last)
    if rng.randrange(PERCENT) < 3 and last - timedelta(days=9) > contract.starts:  # noqa: PLR2004 - percent
        _serve(history, account, clear_of_month_end(last - timedelta(days=8), account.signed))


def _add(history: History, account: Account, contract: Contract, day: date) -> None:
    """An upsell or cross-sell until the end of the term."""
    rng = history.rng
    acv = price(rng, ADDITION_ACV[account.segment], account.currency)
    left = (contract.ends.year - day.year) * YEAR + contract.ends.month - day.month
    kind = rng.choice(("Upsell", "Cross-sell"))
    stage = LOST if rng.randrange(8) == 0 else WON
    months = max(1, left) if account.currency != "JPY" else YEAR
    owner = _seller(history, account, day)
    history.deal(account, kind, stage, day, acv=acv, months=months, owner=owner)
    if stage == WON:
        contract.acv_cents += acv
        contract.amended = True


def _reduce(history: History, account: Account, contract: Contract, day: date) -> None:
    """A customer pays for less from now on."""
    part = to_step(contract.acv_cents * history.rng.randint(8, 35) // PERCENT, account.currency)
    if part < contract.acv_cents and _may_shrink(account, day):
        owner = account.carer("CSM", day)
        history.deal(account, "Downgrade", WON, day, acv=-part, owner=owner)
        contract.acv_cents -= part
        contract.amended = True


def _serve(history: History, account: Account, day: date) -> None:
    """A year of training and help, which no rule but that of named accounts covers."""
    acv = price(history.rng, ADDITION_ACV["SMB"], account.currency)
    history.deal(account, "Services", WON, day, acv=acv, owner=_seller(history, account, day))


def _leave(history: History, account: Account, contract: Contract, day: date) -> None:
    """The customer cancels: the contract says so, and a negative deal of that day."""
    owner = account.carer("CSM", day)
    history.deal(account, "Churn", WON, day, acv=-contract.acv_cents, owner=owner)
    contract.cancelled = day


def _renewal(history: History, account: Account, contract: Contract, day: date, stage: str) -> Deal:
    """The deal that renews a contract. Some name the contract, some the deal before, some both."""
    rng = history.rng
    owner = account.carer("CSM", day) or account.carer("AM", day) or _seller(history, account, day)
    acv = _renewed_acv(rng, contract, account.currency)
    months = rng.choices((12, 24, 36), (75, 13, 12))[0]
    deal = history.deal(account, "Renewal", stage, day, acv=acv, months=months, owner=owner)
    same_value = not contract.amended and contract.origin.acv_micros == contract.acv_cents * MICROS_A_CENT
    names_prior = rng.randrange(3) == 0
    deal.prior = contract.origin if names_prior else None
    deal.renews = None if names_prior and same_value else contract
    deal.expiring_cents = contract.acv_cents
    return deal


def _renewed_acv(rng: Random, contract: Contract, currency: str) -> int:
    """The new annual value: often the same, sometimes exactly 20 % more, sometimes far more or a little less."""
    acv = contract.acv_cents
    lot = rng.randrange(PERCENT)
    if lot < 35:  # noqa: PLR2004 - percent of renewals at the same price
        return acv
    if lot < 41:  # noqa: PLR2004 - percent exactly at the edge of a large uplift
        unit = CENTS if currency == "JPY" else 1
        return half_up(acv * 6, 5 * unit) * unit
    low, high = rng.choice(((103, 112), (103, 119), (121, 170), (85, 97)))
    return to_step(acv * rng.randint(low, high) // PERCENT, currency)
