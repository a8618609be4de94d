"""Rates of retention: what became, within a window, of the customers whom a payee owned on its first day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import groupby, pairwise
from typing import Any

from engine.documents.company.company import Company
from engine.documents.engagement.engagement import Engagement
from engine.documents.measures.measure import Measure
from engine.documents.measures.retention import Retention
from engine.documents.plans.plan import Plan
from tests.reference.calendar import Span, months_before, span_of
from tests.reference.classify import Deal, rate_into_company
from tests.reference.entries import Entry
from tests.reference.exchange import rate_into_plan
from tests.reference.facts import Facts, Row
from tests.reference.holders import HeldDealError, holder_of
from tests.reference.matching import fits
from tests.reference.money import WHOLE, rounded
from tests.reference.participants import Participant, is_on
from tests.reference.revenue import History, Piece, UnknownRevenueError, Value, history_of
from tests.reference.rollups import above
from tests.reference.worth import UnknownWorthError, part_of_lines

DAY = timedelta(days=1)
UNKNOWN = (
    *("cost", "list_price", "expiring_acv", "running_acv", "signing"),
    *("first_won_on", "last_purchase_on", "cancelled_on"),
)
Answering = tuple[date, date]
"""The days for which somebody answers, the last of them out."""
Outcome = tuple[int, int]
"""What was kept, and what there was: revenue, or customers."""


@dataclass(frozen=True)
class Customers:
    """Whose customers everybody's are, and how far days are over."""

    facts: Facts
    company: Company
    engagements: Sequence[Engagement]
    through: date
    remembered: dict[Any, Any] = field(default_factory=dict)

    def rates(self, name: str, who: Participant, over: str) -> Iterator[Entry]:
        """What a payee kept of each window, on its last day, once it is over; nobody to keep is no rate.

        It is held while what became of a customer is not known, and of nobody who is not on the plan that day.
        """
        asked = who.plan.measures[name].retention
        assert asked is not None
        for window in self._windows(over, asked):
            if is_on(who, window.end - DAY, self.facts):
                entry = Entry(f"retention:{name}:{who.payee}:{window.end}", None, window.end - DAY, None)
                try:
                    outcomes = list(self._outcomes(who, who.plan.measures[name], asked, window))
                except UnknownRevenueError:
                    yield entry
                    continue
                if outcomes:
                    kept, whole = (sum(each[place] for each in outcomes) for place in (0, 1))
                    yield replace(entry, base=kept, whole=rounded(whole * (asked.goal or Fraction(1))))

    def _windows(self, over: str, asked: Retention) -> Iterator[Span]:
        """Every window that is over, since the first customer signed; it may begin months before its period."""
        since = [row["starts_on"] for row in self.facts.contracts] + [row["closed_on"] for row in self.facts.deals]
        period = span_of(min(since), over, self.company)
        while period.end <= self.through:
            months = asked.trailing_months
            first = period.first if months is None else months_before(period.end, months, self.company)
            yield Span(period.label, first, period.end)
            period = span_of(period.end, over, self.company)

    def _outcomes(self, who: Participant, measure: Measure, asked: Retention, window: Span) -> Iterator[Outcome]:
        """One for each customer, and stretch of days, for whom the payee answers."""
        value = self._value(who.plan, measure, window.first)
        for account in self.facts.accounts:
            history = self._history(account, asked.grace_days)
            if not _pays(history, asked, window) or not fits(measure.when, _as_deal(account, window.first), self.facts):
                continue
            for since, until in self._answers(who.payee, account, window, measure, asked):
                if any(day < window.end for day in self._held(account)):
                    raise UnknownRevenueError(account["account_id"])
                yield from _outcome(history, asked, window, (since, until), value)

    def _answers(
        self, payee: str, account: Row, window: Span, measure: Measure, asked: Retention
    ) -> Iterator[Answering]:
        """The days for which a customer is the payee's, as its owner or as a manager above; what follows is one."""
        mine: list[Answering] = []
        for owner, since, until in self._owned(account, window, asked):
            if payee in self._answering(owner, since, measure):
                if mine and mine[-1][1] >= since:
                    mine[-1] = (mine[-1][0], until)
                else:
                    mine.append((since, until))
        yield from mine

    def _owned(self, account: Row, window: Span, asked: Retention) -> Iterator[tuple[str, date, date]]:
        """Who owns a customer from when to when, by the rule for those who change hands."""
        last = window.end - DAY
        if asked.transferred == "divides":
            days = [window.first + DAY * place for place in range(window.days)]
            for owner, of in groupby(days, lambda day: self._owner(account, day, asked.owner)):
                theirs = list(of)
                if owner is not None:
                    yield owner, theirs[0], theirs[-1] + DAY
            return
        owners = [self._owner(account, day, asked.owner) for day in (window.first, last)]
        owner = owners[1] if asked.transferred == "follows" else owners[0]
        if owner is not None and (asked.transferred != "drops" or owners[0] == owners[1]):
            yield owner, window.first, window.end

    def _answering(self, owner: str, day: date, measure: Measure) -> set[str]:
        """The owner, and everybody above on the first day of the stretch, as the measure takes them."""
        found = {owner} if "direct" in measure.credits else set()
        if "rollup" in measure.credits:
            for level, manager in enumerate(above(owner, day, self.facts), start=1):
                levels = measure.levels
                if levels is None or (levels.min <= level and (levels.max is None or level <= levels.max)):
                    found.add(manager)
        return found

    def _owner(self, account: Row, day: date, owner: str) -> str | None:
        """Who holds the role for the account, or steps in for its vacancy; nobody where that cannot be told."""
        key = (account["account_id"], day, owner)
        if key not in self.remembered:
            in_force = next(each for each in self.engagements if each.effective.covers(day))
            try:
                self.remembered[key] = holder_of(owner, _as_deal(account, day), in_force, self.facts)
            except HeldDealError:
                self.remembered[key] = None
        found: str | None = self.remembered[key]
        return found

    @cached_property
    def _settled(self) -> Facts:
        """What is known, without the won deals that are held because their day has no exchange rate.

        A churn ends its contract, whatever it is worth.
        """
        known = [row for row in self.facts.deals if row["motion"] == "churn" or self._is_settled(row)]
        return replace(self.facts, deals=known)

    def _is_settled(self, row: Row) -> bool:
        return rate_into_company(row["currency"], row["closed_on"], self.facts, self.company) is not None

    def _held(self, account: Row) -> list[date]:
        """The days of the customer's won deals of which nobody knows yet what they did to the revenue."""
        won = self.facts.won_of(account["account_id"])
        return [row["closed_on"] for row in won if not self._is_settled(row)]

    def _history(self, account: Row, grace_days: int) -> History:
        key = ("history", account["account_id"], grace_days)
        if key not in self.remembered:
            self.remembered[key] = history_of(account["account_id"], self._settled, grace_days)
        found: History = self.remembered[key]
        return found

    def _value(self, plan: Plan, measure: Measure, day: date) -> Value:
        """What a piece of revenue counts for: its part by products, at the rate of the window's first day."""

        def value(piece: Piece) -> int:
            rate = rate_into_plan(piece.currency or self.company.currency, day, plan, self.facts, self.company)
            if piece.acv is None or rate is None:
                raise UnknownRevenueError
            return rounded(piece.acv * rate * self._part(piece, measure))

        return value

    def _part(self, piece: Piece, measure: Measure) -> Fraction:
        if measure.lines is None:
            return Fraction(1)
        if piece.deal is None:
            raise UnknownRevenueError
        sold = _as_deal({}, piece.deal["closed_on"])
        try:
            return part_of_lines(measure, replace(sold, lines=tuple(self.facts.lines_of(piece.deal["deal_id"]))))
        except UnknownWorthError as unknown:
            raise UnknownRevenueError from unknown


def _as_deal(account: Row, day: date) -> Deal:
    """What rules of engagement look at where nothing is sold: the account and the day."""
    row = {"deal_id": "", "owner_id": None}
    unknown = dict.fromkeys(UNKNOWN)
    return Deal(row=row, account=account, lines=(), day=day, motion="", amount=0, acv=0, fx=None, **unknown)  # type: ignore[arg-type]  # nobody asks


def _pays(history: History, asked: Retention, window: Span) -> bool:
    """Whether the customer pays when the window opens; of what is due, by a contract that has an end."""
    before = window.first - DAY
    if asked.cohort == "book":
        return bool(history.on(before))
    ending = (each for each in history.contracts if each.over is not None and before < each.over)
    return any(each.since(asked.grace_days) <= before for each in ending)


def _outcome(history: History, asked: Retention, window: Span, days: Answering, value: Value) -> Iterator[Outcome]:
    """What became of a customer in the days for which somebody answers; none where there was nothing at first."""
    paths = list(_paths(history, asked, window, days, value))
    if asked.losses == "net" and paths:
        paths = [[sum(path[0] for path in paths), sum(path[-1] for path in paths)]]
    paths = [path for path in paths if path[0] > 0]
    if not paths:
        return
    if asked.kind == "logos":
        yield (WHOLE if any(path[-1] > 0 for path in paths) else 0), WHOLE
    else:
        yield sum(_kept(asked, path) for path in paths), sum(path[0] for path in paths)


def _paths(history: History, asked: Retention, window: Span, days: Answering, value: Value) -> Iterator[list[int]]:
    """Revenue day by day from the day before on: of the customer, or of each contract that was due on one of them."""
    since, until = days
    if asked.cohort == "book":
        before = (since - DAY + DAY * place for place in range((until - since).days + 1))
        yield [history.revenue(day, value) for day in before]
        return
    for each in history.contracts:
        due = each.over is not None and since <= each.over - DAY < until
        if due and each.since(asked.grace_days) < window.first:
            yield list(history.due(each, value))


def _kept(asked: Retention, path: Sequence[int]) -> int:
    """Of what there was at first: never more than that, unless expansion counts."""
    start, end = path[0], path[-1]
    if asked.kind == "net":
        return max(end, 0)
    steps = [before - after for before, after in pairwise(path) if after < before]
    lost = start - end if asked.losses == "net" else start if end <= 0 else sum(steps)
    return min(max(start - lost, 0), start)
