"""What a won deal is: its kind of sale, its annual value, what it renews, how long the customer has been one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from engine.documents.company.company import Company
from tests.reference.calendar import months_later, whole_months
from tests.reference.contracts import (
    CHANGES,
    STARTS,
    Contract,
    Worth,
    all_contracts_of,
    contracts_of,
    ended_by_churn,
    ended_by_event,
    running_acv,
)
from tests.reference.facts import Facts, Row, holds_on
from tests.reference.money import rounded


@dataclass(frozen=True)
class Deal:
    """A won deal with everything that conditions may ask about."""

    row: Row
    account: Row
    lines: tuple[Row, ...]
    day: date
    motion: str
    amount: int
    acv: int
    cost: int | None
    list_price: int | None
    fx: Fraction
    """One unit of its currency in the company's, on its day."""
    expiring_acv: int | None
    running_acv: int | None
    signing: Row | None
    """The deal that began the running relationship."""
    first_won_on: date | None
    """The day of the account's very first won deal."""
    last_purchase_on: date | None
    """The last earlier day on which the account bought anything."""
    cancelled_on: date | None
    windows: frozenset[str] = frozenset()
    """Windows of the rules of engagement that it lies in."""
    arms: frozenset[str] = frozenset()
    """Arms of experiments that it is in."""
    won: Deal | None = None
    """Of a deal that counts for having qualified: itself as it was won, where it was; conditions of plans ask that."""

    @property
    def id(self) -> str:
        """How the CRM names it."""
        return str(self.row["deal_id"])

    @property
    def term(self) -> int | None:
        """Months of its contract."""
        term: int | None = self.row["term_months"]
        return term

    @property
    def months_since_signing(self) -> int | None:
        """Whole months since the customer signed."""
        return None if self.signing is None else whole_months(self.signing["closed_on"], self.day)

    @property
    def lifetime_months(self) -> int | None:
        """Whole months since the customer's first won deal."""
        return None if self.first_won_on is None else whole_months(self.first_won_on, self.day)

    @property
    def months_since_last_purchase(self) -> int | None:
        """Whole months since the customer last bought on an earlier day."""
        return None if self.last_purchase_on is None else whole_months(self.last_purchase_on, self.day)

    @property
    def uplift(self) -> Fraction | None:
        """Its ACV over the expiring one, less one; none where nothing, or less, expires."""
        if self.expiring_acv is None or self.expiring_acv <= 0:
            return None
        return Fraction(self.acv, self.expiring_acv) - 1

    @property
    def uplift_amount(self) -> int | None:
        """Its ACV less the expiring one."""
        return None if self.expiring_acv is None else self.acv - self.expiring_acv

    @property
    def days_open(self) -> int | None:
        """From the day it was opened."""
        opened: date | None = self.row["created_on"]
        return None if opened is None else (self.day - opened).days

    @property
    def days_to_start(self) -> int | None:
        """To the start of its contract."""
        starts: date | None = self.row["starts_on"]
        return None if starts is None else (starts - self.day).days

    @property
    def growth(self) -> Fraction | None:
        """Its ACV over what the account has running; none where that is nothing, or less."""
        return Fraction(self.acv, self.running_acv) if self.running_acv is not None and self.running_acv > 0 else None

    @property
    def families(self) -> set[str]:
        """Families of its products."""
        return {line["family"] for line in self.lines if line["family"] is not None}


def classify(facts: Facts, company: Company) -> list[Deal]:
    """Every won deal that can be told; a deal in a currency without one exchange rate on its day is held."""
    deals = [_deal(row, facts, company) for row in facts.won.values()]
    return sorted((deal for deal in deals if deal is not None), key=lambda deal: deal.id)


def qualified(facts: Facts, company: Company) -> list[Deal]:
    """Every deal that passed its qualifying stage, as if it had been won that day for what it is worth so far."""
    passed = [row for row in facts.deals if row["qualified_on"] is not None]
    as_won = ({**row, "closed_on": row["qualified_on"], "amount_micros": row["amount_micros"] or 0} for row in passed)
    deals = [_deal(row, facts, company) for row in as_won]
    return sorted((deal for deal in deals if deal is not None), key=lambda deal: deal.id)


def rate_into_company(currency: str, day: date, facts: Facts, company: Company) -> Fraction | None:
    """What one unit of the currency is in the company's on the day; None without exactly one rate."""
    if currency == company.currency:
        return Fraction(1)
    rates = [row for row in facts.fx_rates if row["currency"] == currency and holds_on(row, day)]
    return Fraction(rates[0]["rate_num"], rates[0]["rate_den"]) if len(rates) == 1 else None


def _deal(row: Row, facts: Facts, company: Company) -> Deal | None:
    fx = rate_into_company(row["currency"], row["closed_on"], facts, company)
    if fx is None:
        return None
    lines = tuple(facts.lines_of(row["deal_id"]))
    return Deal(
        row=row,
        account=next(each for each in facts.accounts if each["account_id"] == row["account_id"]),
        lines=lines,
        day=row["closed_on"],
        motion=row["motion"],
        amount=row["amount_micros"],
        acv=acv_of(row),
        cost=_stated_or_of_lines(row["cost_micros"], [line["cost_micros"] for line in lines]),
        list_price=_stated_or_of_lines(row["list_micros"], [line["list_micros"] for line in lines]),
        fx=fx,
        expiring_acv=_expiring(row, facts),
        running_acv=_running(row, facts),
        signing=_signing(row, facts),
        first_won_on=next((each["closed_on"] for each in _won_before(row, facts)), None),
        last_purchase_on=_last_purchase_on(row, facts),
        cancelled_on=cancelled_on(row, facts),
    )


def _last_purchase_on(row: Row, facts: Facts) -> date | None:
    """The day of the last deal before that of this one by which the account did not buy less."""
    bought = (each for each in facts.won_of(row["account_id"]) if each["motion"] not in ("downgrade", "churn"))
    return max((each["closed_on"] for each in bought if each["closed_on"] < row["closed_on"]), default=None)


def acv_of(row: Row) -> int:
    """What the CRM says, else a year's part of the amount; without a term, the amount."""
    if row["acv_micros"] is not None:
        return int(row["acv_micros"])
    return (
        rounded(Fraction(row["amount_micros"] * 12, row["term_months"])) if row["term_months"] else row["amount_micros"]
    )


def _stated_or_of_lines(stated: int | None, of_lines: list[int | None]) -> int | None:
    """What the deal states, else the sum of its lines where every one of them states it."""
    if stated is not None:
        return stated
    known = [each for each in of_lines if each is not None]
    return sum(known) if known and len(known) == len(of_lines) else None


def _expiring(row: Row, facts: Facts) -> int | None:
    """The ACV of the contract that a renewal renews: as it states, else of the deal that started it, else of the
    prior deal with all that ends with it; only in the renewal's own currency."""
    if row["motion"] != "renewal":
        return None
    contract = next((each for each in facts.contracts if each["contract_id"] == row["renewed_contract_id"]), None)
    if contract is not None and contract["acv_micros"] is not None:
        return int(contract["acv_micros"]) if contract["currency"] == row["currency"] else None
    origin = facts.won.get(contract["origin_deal_id"] if contract is not None else row["prior_deal_id"])
    if origin is None:
        return None
    whole = [origin, *(_co_termed(origin, row, facts) if contract is None else [])]
    return sum(map(acv_of, whole)) if {each["currency"] for each in whole} == {row["currency"]} else None


def _co_termed(origin: Row, renewal: Row, facts: Facts) -> list[Row]:
    """What was sold or given up from a deal on until its renewal, and ends with it; what is renewed itself is not."""
    return [
        each
        for each in facts.won_of(origin["account_id"])
        if each["motion"] in CHANGES
        and origin["closed_on"] <= each["closed_on"] <= renewal["closed_on"]
        and None is not _over(each) == _over(origin)
        and not facts.renewals_of("", each["deal_id"])
    ]


def _over(row: Row) -> date | None:
    """The first day after a deal's term."""
    return months_later(row["starts_on"] or row["closed_on"], row["term_months"]) if row["term_months"] else None


def _signing(row: Row, facts: Facts) -> Row | None:
    """The account's first new business, of one day by its id; who had left altogether by then signs anew."""
    signed = None
    for deal in (each for each in _won_before(row, facts) if each["motion"] == "new_business"):
        if signed is None or (deal["closed_on"] > signed["closed_on"] and not _is_customer(deal, facts)):
            signed = deal
    return signed


def _won_before(row: Row, facts: Facts) -> list[Row]:
    """The deals of the same account that were won by the deal's day, in order."""
    return [each for each in facts.won_of(row["account_id"]) if each["closed_on"] <= row["closed_on"]]


def _is_customer(deal: Row, facts: Facts) -> bool:
    """Whether a contract of the account runs on the deal's day: signed before it, neither over nor cancelled."""
    contracts = _remembered(contracts_of, deal["account_id"], facts)
    return any(each.signed < deal["closed_on"] and each.covers(deal["closed_on"]) for each in contracts)


def _running(row: Row, facts: Facts) -> int | None:
    return running_acv(row, _remembered(all_contracts_of, row["account_id"], facts), facts, acv_of)


def _remembered(of: Callable[[str, Facts, Worth], list[Contract]], account: str, facts: Facts) -> list[Contract]:
    if (of, account) not in facts.remembered:
        facts.remembered[of, account] = of(account, facts, acv_of)
    found: list[Contract] = facts.remembered[of, account]
    return found


def cancelled_on(row: Row, facts: Facts) -> date | None:
    """The day on which the first contract that the deal started was cancelled, a churn or an event ended it."""
    started = [ended_by_event(row, facts), *([ended_by_churn(row, facts)] if row["motion"] in STARTS else [])]
    started += [
        each["cancelled_on"]
        for each in facts.contracts_of(row["account_id"])
        if each["origin_deal_id"] == row["deal_id"]
    ]
    return min((day for day in started if day is not None), default=None)


def ends_on(deal: Deal) -> date | None:
    """The day after the deal's term, from its start."""
    begins = max(deal.row["starts_on"] or deal.day, deal.day)
    return months_later(begins, deal.term) if deal.term else None
