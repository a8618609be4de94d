"""Deals and contracts of the generated company as it knows them, before they are written as CRM records."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from sandbox.world.company import Person, Staff
from sandbox.world.customers import Account, Customers
from sandbox.world.dates import add_months
from sandbox.world.ids import CONTRACT, OPPORTUNITY, Ids
from sandbox.world.money import MICROS_A_CENT, half_up
from sandbox.world.products import Line, lines_for

MOTION_OF_TYPE = {
    "New Business": "new_business",
    "Renewal": "renewal",
    "Upsell": "upsell",
    "Cross-sell": "cross_sell",
    "Downgrade": "downgrade",
    "Churn": "churn",
    "Services": "services",
}
WON, LOST = "Closed Won", "Closed Lost"
OPEN_STAGES = ("Prospecting", "Qualification", "Proposal", "Negotiation")
OUTBOUND = "Outbound SDR"
SOURCES = ("Website", "Referral", "Event", "Partner", "Outbound AE")
YEAR = 12
OPEN_AHEAD_DAYS = 150
"""Open deals are expected to close within so many days after the history."""
WINDOW_DAYS = 180
"""Cancelled before so many days are over, a contract's commission is clawed back."""


@dataclass(slots=True, eq=False)
class Contract:
    """A signed term. `acv_cents` follows additions and reductions while it runs."""

    id: str
    account: Account
    origin: Deal
    starts: date
    months: int
    acv_cents: int
    owner: Person
    amended: bool = False
    cancelled: date | None = None

    @property
    def ends(self) -> date:
        """The last day of the term."""
        return add_months(self.starts, self.months) - timedelta(days=1)

    def amend(self, acv_cents: int) -> None:
        """Add to the annual value, or take from it."""
        self.acv_cents += acv_cents
        self.amended = True


@dataclass(slots=True, eq=False)
class Deal:
    """An opportunity. Amounts are in hundredths of the currency's unit."""

    id: str
    account: Account | None
    owner: Person | None
    type: str
    stage: str
    closes: date
    created: date
    currency: str
    amount_cents: int | None
    acv_cents: int | None
    """None where the CRM's field is empty: the value then follows from amount and term."""
    months: int | None
    source: str = "Website"
    starts: date | None = None
    prior: Deal | None = None
    renews: Contract | None = None
    expiring_cents: int | None = None
    signed: date | None = None
    """When the customer first bought; None for first deals."""
    contract: Contract | None = None
    """The contract this deal started."""
    sourced_by: Person | None = None
    splits: list[tuple[Person, int]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    note: str | None = None
    deleted: bool = False
    name: str = ""

    @property
    def won(self) -> bool:
        """Whether it is closed and won."""
        return self.stage == WON

    @property
    def motion(self) -> str | None:
        """What kind of sale the type means, None for a type nobody defined."""
        return MOTION_OF_TYPE.get(self.type)

    @property
    def acv_micros(self) -> int:
        """Annual contract value in micro-units of the deal's currency."""
        if self.acv_cents is not None:
            return self.acv_cents * MICROS_A_CENT
        if self.amount_cents is None or not self.months:
            raise ValueError(f"deal {self.id} has no value")
        return half_up(self.amount_cents * MICROS_A_CENT * YEAR, self.months)


@dataclass(slots=True)
class History:
    """Everything that happened, and what is needed to let more happen."""

    rng: Random
    ids: Ids
    staff: Staff
    customers: Customers
    start: date
    until: date
    deals: list[Deal] = field(default_factory=list)
    contracts: list[Contract] = field(default_factory=list)

    def seller(self, account: Account, day: date) -> Person:
        """Who owns a new deal with the account in the CRM; for days to come, whoever sells there at the end."""
        if account.patch is None:
            return self.staff.chief
        return account.patch.seller(min(day, self.until - timedelta(days=1)))

    def deal(
        self, account: Account, kind: str, stage: str, closes: date, *,
        acv: int, months: int = YEAR, owner: Person | None, source: str = "Website",
    ) -> Deal:  # fmt: skip
        """A new deal worth `acv` cents a year for so many months."""
        amount = half_up(acv * months, YEAR)
        made = Deal(
            id=self.ids.next(OPPORTUNITY),
            account=account,
            owner=owner,
            type=kind,
            stage=stage,
            closes=closes,
            created=min(closes, self.until) - timedelta(days=self.rng.randint(5, 110)),
            currency=account.currency,
            amount_cents=amount,
            acv_cents=acv,
            months=months,
            source=source,
            signed=account.signed,
            lines=lines_for(self.rng, kind, amount, account.currency),
            name=f"{account.name} - {kind} {closes:%Y-%m}",
        )
        self.deals.append(made)
        return made

    def sign(self, deal: Deal, starts: date) -> Contract:
        """The contract a won deal starts."""
        if deal.account is None or deal.owner is None:
            raise ValueError(f"deal {deal.id} has nobody to sign for")
        acv = half_up(deal.acv_micros, MICROS_A_CENT)
        months = deal.months or YEAR
        contract = Contract(self.ids.next(CONTRACT), deal.account, deal, starts, months, acv, deal.owner)
        deal.starts, deal.contract = starts, contract
        self.contracts.append(contract)
        return contract
