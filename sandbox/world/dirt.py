"""Dirty data, each piece declared, so that the answer key can say what a correct worker makes of it."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import timedelta

from sandbox.world.customers import Account
from sandbox.world.dates import clear_of_month_end
from sandbox.world.deals import OUTBOUND, WON, YEAR, Deal, History
from sandbox.world.ids import OPPORTUNITY
from sandbox.world.money import CENTS
from sandbox.world.ownership import NOBODY, Hold
from sandbox.world.products import lines_for
from sandbox.world.rates import UNKNOWN

HOLDS, WARNS, GONE = "holds", "warns", "gone"
"""What the dirt does to its record: kept out of pay and shown; counted and shown; not there at all."""
RECORDS_A_PIECE = 2_000
"""So many deals have one more piece of every kind."""
PLAIN_ACV = 24_000 * CENTS
UNKNOWN_TYPE = "Expanded Deal"


@dataclass(frozen=True, slots=True)
class Dirt:
    """One dirty record, and what a correct worker makes of it."""

    kind: str
    object: str
    record: str
    effect: str
    issue: str | None
    """Code of the issue; a record that is gone raises none."""
    because: str
    other: str | None = None
    """The record it repeats or was merged into."""

    @property
    def hold(self) -> Hold | None:
        """Why the record is held, where its own data says so; empty roles show when somebody looks for a holder."""
        if self.issue is None or self.issue == NOBODY or self.effect != HOLDS:
            return None
        return Hold(self.issue, self.because)


def spoil(history: History) -> list[Dirt]:
    """Add dirt of every kind to a history."""
    pieces = 1 + len(history.deals) // RECORDS_A_PIECE
    originals = _to_be_repeated(history, pieces)
    found = [make(history) for make in _KINDS for _ in range(pieces)]
    found += [_duplicate(history, original) for original in originals]
    return found


def _account(history: History) -> Account:
    """An account of its own for a dirty deal, so that the dirt touches nothing else."""
    account = history.customers.prospect(history.start + timedelta(days=history.rng.randint(30, 200)))
    account.named = False
    return account


def _deal(history: History, account: Account, kind: str = "New Business") -> Deal:
    day = account.met + timedelta(days=history.rng.randint(150, 450))
    if account.signed:
        day = clear_of_month_end(account.signed + timedelta(days=history.rng.randint(260, 400)), account.signed)
    owner = account.patch.seller(day) if account.patch else history.staff.chief
    acv = PLAIN_ACV + history.rng.randrange(100) * 60 * CENTS
    return history.deal(account, kind, WON, day, acv=acv, owner=owner)


def _without_owner(history: History) -> Dirt:
    """Where nobody holds a territory the deal's owner would step in: here is none."""
    account = history.customers.uncovered(history.start + timedelta(days=history.rng.randint(30, 200)))
    deal = _deal(history, account)
    deal.owner = None
    return Dirt("won_without_owner", "Opportunity", deal.id, HOLDS, "missing_owner", "a won deal names no owner")


def _without_amount(history: History) -> Dirt:
    deal = _deal(history, _account(history))
    deal.amount_cents = deal.acv_cents = None
    deal.lines = []
    return Dirt("won_without_amount", "Opportunity", deal.id, HOLDS, "missing_amount", "a won deal has no amount")


def _without_account(history: History) -> Dirt:
    deal = _deal(history, _account(history))
    deal.account = None
    return Dirt(
        "won_without_account", "Opportunity", deal.id, HOLDS, "missing_account", "a won deal belongs to no account"
    )


def _unknown_currency(history: History) -> Dirt:
    deal = _deal(history, _account(history))
    deal.currency = UNKNOWN
    return Dirt(
        "unknown_currency", "Opportunity", deal.id, HOLDS, "missing_rate", f"there is no exchange rate for {UNKNOWN}"
    )


def _unknown_type(history: History) -> Dirt:
    deal = _deal(history, _account(history))
    deal.type = UNKNOWN_TYPE
    because = f'no motion is defined for type "{UNKNOWN_TYPE}"'
    return Dirt("unknown_type", "Opportunity", deal.id, HOLDS, "unknown_type", because)


def _no_holder(history: History) -> Dirt:
    """A later addition in a territory without anybody, owned by someone without a manager: all vacancy rules fail."""
    account = history.customers.uncovered(history.start + timedelta(days=history.rng.randint(30, 200)))
    first = _deal(history, account)
    history.sign(first, first.closes + timedelta(days=1))
    account.signed = first.closes
    deal = _deal(history, account, "Upsell")
    because = "nobody holds role CSM for the deal, and nobody steps in"
    return Dirt("no_holder", "Opportunity", deal.id, HOLDS, NOBODY, because)


def _deleted(history: History) -> Dirt:
    deal = _deal(history, _account(history))
    deal.deleted = True
    return Dirt("deleted_won", "Opportunity", deal.id, GONE, None, "nothing may be paid for a deleted deal")


def _backdated(history: History) -> Dirt:
    deal = _deal(history, _account(history))
    deal.created = deal.closes + timedelta(days=history.rng.randint(20, 60))
    return Dirt("backdated", "Opportunity", deal.id, WARNS, "backdated", "it was created after its close date")


def _merged(history: History) -> Dirt:
    master = history.rng.choice([a for a in history.customers.all if a.merged_into is None and a.patch])
    twin = history.customers.merged_twin(master)
    return Dirt("merged_account", "Account", twin.id, GONE, None, "the account was merged into another", master.id)


def _to_be_repeated(history: History, pieces: int) -> list[Deal]:
    """Plain won first deals whose contract was never cancelled."""
    plain = [
        deal
        for deal in history.deals
        if deal.won and deal.contract and not (deal.prior or deal.renews or deal.splits or deal.contract.cancelled)
        and deal.acv_cents is not None and deal.source != OUTBOUND
    ]  # fmt: skip
    if len(plain) < pieces:
        plain += [_deal(history, _account(history)) for _ in range(pieces)]
    return history.rng.sample(plain, pieces)


def _duplicate(history: History, original: Deal) -> Dirt:
    """The same account, amount and date under another id."""
    deal = copy(original)
    deal.id = history.ids.next(OPPORTUNITY)
    deal.contract, deal.starts, deal.months = None, None, original.months or YEAR
    deal.name = f"{original.name} (copy)"
    deal.created = original.created + timedelta(days=1)
    deal.lines = lines_for(history.rng, deal.type, deal.amount_cents or 0, deal.currency)
    history.deals.append(deal)
    because = "it repeats account, amount and close date of another deal"
    return Dirt("duplicate", "Opportunity", deal.id, WARNS, "likely_duplicate", because, original.id)


_KINDS: tuple[Callable[[History], Dirt], ...] = (
    _without_owner, _without_amount, _without_account, _unknown_currency, _unknown_type,
    _no_holder, _deleted, _backdated, _merged,
)  # fmt: skip
