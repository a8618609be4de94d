"""Lines: what every credit earns, component by component. A component that reads another asks for its lines."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any, get_args

from engine.documents.company import Company
from engine.documents.compensation import Promise, promise_rows
from engine.documents.component import Component
from engine.documents.gauge import Gate, Multiplier
from engine.documents.measure import Measure
from engine.documents.plan import Plan
from engine.documents.values import Window
from tests.reference import entries as e
from tests.reference.across import EVERYBODY, across_people, shared, whose
from tests.reference.alternatives import one_of
from tests.reference.calendar import STATEMENTS, Span, span_of
from tests.reference.caps import of_sum, within_cap
from tests.reference.carried import Chain, UnknownStartError, bounded
from tests.reference.cases import case_of
from tests.reference.credits import Credit
from tests.reference.curve import MissingQuotaError, Terms, depends_on_quota, payout
from tests.reference.entries import Entry, Line
from tests.reference.facts import Facts
from tests.reference.floors import topped_up
from tests.reference.gauges import UnknownGaugeError, cell, factor
from tests.reference.leave import is_unpaid
from tests.reference.matching import fits
from tests.reference.money import WHOLE, rounded
from tests.reference.own_windows import first_day, own_window
from tests.reference.participants import Participant, counts_on
from tests.reference.quotas import promised, quota_of
from tests.reference.rate_by import rate_of
from tests.reference.ratios import ratio_of
from tests.reference.retention import Customers
from tests.reference.steps import in_steps
from tests.reference.teams import members_of
from tests.reference.to_date import Stand, ToDate, UnknownStretchError
from tests.reference.weighted import weighted

PROMISES: dict[str, Promise] = {promise_rows(promise): promise for promise in get_args(Promise)}
"""What people data promises, by the names under which components refer to it."""


@dataclass
class Earnings:
    """What the payees of a book earn on the plans in force, computed where it is asked for and then remembered."""

    facts: Facts
    company: Company
    plans: Sequence[Plan]
    credits: Sequence[Credit]
    through: date
    """How far days are over."""
    customers: Customers
    remembered: dict[Any, Any] = field(default_factory=dict)

    def everybody(self) -> list[Participant]:
        """Every payee on every plan file."""
        payees = sorted({row["person_id"] for row in self.facts.enrolments})
        return [Participant(payee, plan) for plan in self.plans for payee in payees]

    def lines_of(self, who: Participant, component: Component) -> list[Line]:
        """The earnings of one component, which may be an alternative to others."""
        key = ("lines", who.key, component.id)
        if key not in self.remembered:
            for name, lines in one_of(who, component, self):
                self.remembered["lines", who.key, name] = lines
        found: list[Line] = self.remembered[key]
        return found

    def by_itself(self, who: Participant, component: Component) -> list[Line]:
        """What a component comes to, whatever others do."""
        lines = list(self._lines(who, component))
        return [*lines, *(self._topped_up(who, component, lines) if component.floor else ())]

    def paid_for(self, who: Participant, component: Component) -> dict[tuple[str, date], int | None]:
        """What a component paid for each source on each day; None where the source is held on any day."""
        key = ("paid for", who.key, component.id)
        if key not in self.remembered:
            lines = self.lines_of(who, component)
            held = {line.source for line in lines if line.amount is None}
            paid: dict[tuple[str, date], int | None] = {}
            for line in lines:
                of_day = (line.source, line.day)
                paid[of_day] = None if line.source in held else (line.amount or 0) + (paid.get(of_day) or 0)
            self.remembered[key] = paid
        of: dict[tuple[str, date], int | None] = self.remembered[key]
        return of

    def entries_of(self, who: Participant, measure: str, over: str = "") -> list[Entry]:
        """What counts in a measure of the plan, on the days on which the payee is on the plan, or has just left.

        Rates are those of the windows of `over`.
        """
        of = who.plan.measures[measure]
        of_its_window = of.retention is not None or of.members is not None
        key = ("entries", who.key, measure, over if of_its_window else "")
        if key not in self.remembered:
            found = self._all_entries(who, measure, over)
            self.remembered[key] = [each for each in found if of_its_window or self._is_there(who, of, each)]
        entries: list[Entry] = self.remembered[key]
        return entries

    def entries_over(self, who: Participant, name: str, over: str, life: Window | None = None) -> list[Entry]:
        """What counts in a measure, on the days of a life; what is made of windows is made of those of `over`."""
        key = ("entries over", who.key, name, over, life)
        if key not in self.remembered:
            measure = who.plan.measures[name]
            if measure.weighted:
                parts = [(part, self.entries_over(who, part.measure, over, life)) for part in measure.weighted]
                self.remembered[key] = weighted(parts, who, over, self)
            elif measure.ratio is not None:
                of, to = (self.entries_over(who, part, over, life) for part, _ in measure.parts)
                self.remembered[key] = ratio_of(measure.ratio, of, to, over, self)
            else:
                of_all = measure.across is not None and who.payee != EVERYBODY
                entries = shared(name, who, over, life, self) if of_all else self.entries_of(who, name, over)
                self.remembered[key] = [each for each in entries if life is None or life.covers(each.day)]
        found: list[Entry] = self.remembered[key]
        return found

    def _is_there(self, who: Participant, measure: Measure, entry: Entry) -> bool:
        """Whether what is of the day counts for the payee; of all people together what is of the plan file's days.

        What a payee earned by a window counts, too, once its last day is one after leaving.
        """
        if measure.across is not None:
            return who.plan.effective.covers(entry.day)
        if measure.of and not measure.of_the_team and entry.deal is None:
            return True
        return counts_on(who, entry.day, self.facts) and not is_unpaid(who.payee, entry.day, who.plan, self.facts)

    def counted(self, who: Participant, component: Component) -> list[Entry]:
        """What counts for a component: its measure's entries within its own life."""
        key = ("counted", who.key, component.id)
        if key not in self.remembered:
            life = component.effective or who.plan.effective
            entries = self.entries_over(who, component.measure, component.accumulates, life)
            takers = who.plan.before(component.id)
            left = [each for each in entries if not any(self._takes(part, who, each) for part in takers)]
            left = [e.of_whole_deal(each) for each in left] if shares_money(component) else left
            if component.carry is not None:
                chain = Chain(who, component, self, left)
                self.remembered["starts", *key[1:]] = chain.starts()
                left = sorted([*chain.moved(), *left], key=lambda each: each.order)
            self.remembered[key] = left
        counted: list[Entry] = self.remembered[key]
        return counted

    def start(self, who: Participant, component: Component, entry: Entry) -> Fraction | None:
        """Where the window of an entry begins, without what was moved into it; None where nobody knows."""
        if component.carry is None:
            return Fraction(0)
        starts: dict[str, Fraction | None] = self.remembered["starts", who.key, component.id]
        start = starts.get(self.window(component.accumulates, entry), Fraction(0))
        return Fraction(0) if start is not None and start > 0 and component.carry.surplus == "moved" else start

    def window(self, accumulates: str, entry: Entry, since: date | None = None) -> str:
        """What adds up together: a period, or the deal by itself; `since` is where a payee's own windows begin."""
        if accumulates == "transaction":
            return entry.deal.id if entry.deal is not None else entry.source
        if since is not None:
            return own_window(since, entry.day, accumulates).label
        return self.span(accumulates, entry).label

    def span(self, accumulates: str, entry: Entry) -> Span:
        """The days of a window that is a period."""
        key = ("span", accumulates, entry.day)
        if key not in self.remembered:
            self.remembered[key] = span_of(entry.day, accumulates, self.company)
        span: Span = self.remembered[key]
        return span

    def begins(self, who: Participant, component: Component) -> date | None:
        """Where windows of the payee's own begin, if the component has them."""
        return first_day(who, self.facts) if component.since == "enrolment" else None

    def windows(
        self, of: Hashable, entries: Sequence[Entry], accumulates: str, since: date | None = None
    ) -> dict[str, list[Entry]]:
        """The entries of each window; `of` names the entries, so that they are told apart once."""
        key = ("windows", of, accumulates, since)
        if key not in self.remembered:
            found: dict[str, list[Entry]] = {}
            for entry in entries:
                found.setdefault(self.window(accumulates, entry, since), []).append(entry)
            self.remembered[key] = found
        windows: dict[str, list[Entry]] = self.remembered[key]
        return windows

    def gauges(self, component: Component) -> Sequence[Gate | Multiplier]:
        """Its gates and multipliers, one for each measure of a gate on several."""
        key = ("gauges", id(component))
        if key not in self.remembered:
            self.remembered[key] = component.gauges()
        gauges: Sequence[Gate | Multiplier] = self.remembered[key]
        return gauges

    def quota(self, who: Participant, name: str, window: Span) -> Fraction | None:
        """The quota of a window, where there is one."""
        key = ("quota", who.key, name, window)
        if key not in self.remembered:
            promise = PROMISES.get(name)
            of = (window, self.facts, self.company)
            self.remembered[key] = promised(who, promise, *of) if promise else quota_of(who, name, *of)
        quota: Fraction | None = self.remembered[key]
        return quota

    def check_window(self, who: Participant, component: Component, entry: Entry) -> None:
        """MissingQuotaError where the entry's window lacks a quota or target that the component depends on."""
        terms = self._terms(who, component, entry)
        if depends_on_quota(component) and not self._asks_nothing(who, component, entry):
            terms.needed_quota()
        if component.own_targets is not None:
            terms.target(component)

    def _asks_nothing(self, who: Participant, component: Component, entry: Entry) -> bool:
        """Whether the entry is of a window with a quota of 0 in which deals are to count and pay nothing."""
        asks = who.plan.zero_quota == "unpaid" and depends_on_quota(component)
        return asks and self._terms(who, component, entry).quota == 0

    def _topped_up(self, who: Participant, component: Component, lines: Sequence[Line]) -> Iterator[Line]:
        counted = self.counted(who, component)
        opened = {entry.source for entry in counted if not entry.house and self._pays(who, component, entry)}
        return topped_up(component, who.plan, counted, lines, opened)

    def _pays(self, who: Participant, component: Component, entry: Entry) -> bool:
        """Whether neither a gate nor what the deal is (its case, its straight line, its cell) makes it pay nothing."""
        case = case_of(component.rates, entry, self.facts)
        of_case = case is None or case.value.at(entry.day) != 0
        of_line = component.rate_by is None or rate_of(component.rate_by, entry) != 0
        asks = not self._asks_nothing(who, component, entry)
        return bool(self._factor(who, component, entry)) and of_case and of_line and asks

    def _factor(self, who: Participant, component: Component, entry: Entry) -> Fraction | None:
        try:
            times = factor(component, who, entry, self) * self._by_deal(component, entry)
            if shares_money(component) and entry.share is not None:
                times *= entry.share
            found = cell(component, who, entry, self)
            return times * found if found is not None and component.matrix and component.matrix.factors else times
        except (UnknownGaugeError, MissingQuotaError):
            return None

    def _takes(self, component: Component, who: Participant, entry: Entry) -> bool:
        """Whether a component that stands before others takes the entry's deal: on the days of its own life."""
        life = component.effective or who.plan.effective
        measure = who.plan.measures[component.measure]
        return life.covers(entry.day) and entry.deal is not None and fits(measure.when, entry.deal, self.facts)

    def _by_deal(self, component: Component, entry: Entry) -> Fraction:
        """What the deal itself multiplies its payout by."""
        case = case_of(component.by_deal, entry, self.facts)
        return Fraction(1) if case is None else Fraction(case.value.at(entry.day))

    def _all_entries(self, who: Participant, name: str, over: str) -> list[Entry]:
        measure = who.plan.measures[name]
        if measure.retention is not None:
            return list(self.customers.rates(name, who, over))
        if measure.members is not None:
            return list(members_of(name, who, over, self))
        if measure.imported is not None:
            return e.of_results(measure, EVERYBODY if measure.across is not None else who.payee, self.facts)
        if measure.across is not None:
            return across_people(measure, who, self.credits, self.facts, self.company)
        own = [credit for credit in self.credits if credit.payee == who.payee]
        if measure.sum == "earnings":
            lines = self._earned(who, name)
            return e.of_earnings(measure, who, lines, own, facts=self.facts, company=self.company)
        return e.of_credits(measure, who.plan, own, self.facts, self.company)

    def _earned(self, who: Participant, name: str) -> Iterator[tuple[Plan, Line]]:
        """The lines that a measure of earnings adds up: one's own of this plan file, or the team's of any plan."""
        measure = who.plan.measures[name]
        members = {row["person_id"] for row in self.facts.enrolments} if measure.of_the_team else {who.payee}
        for read in self.plans if measure.of_the_team else (who.plan,):
            for component in (part for part in read.components if part.id in measure.of):
                for member in sorted(members):
                    for line in self._earned_by(Participant(member, read), component):
                        if not measure.of_the_team or e.is_below(line, who.payee, measure, self.facts):
                            yield read, line

    def _earned_by(self, who: Participant, component: Component) -> Iterator[Line]:
        """The lines of a component, and what it counted without a deal and paid nothing for."""
        lines = self.lines_of(who, component)
        yield from lines
        paid = {line.source for line in lines}
        for entry in self.counted(who, component):
            if entry.deal is None and entry.source not in paid:
                yield self._line(who, component, entry, 0)

    def worth_to_date(self, who: Participant, component: Component, entry: Entry, stand: Stand) -> int:
        """What a year so far is worth, by its sums and the gates of its last window, up to its cap."""
        terms = replace(self._terms(who, component, entry), quota=stand.quota, summed_target=stand.target)
        if depends_on_quota(component):
            terms.needed_quota()
        times = self._factor(who, component, entry)
        if times is None:
            raise UnknownStretchError
        paid = self._paid(who.plan, component, entry.base or 0, terms, times)
        return paid if component.cap is None else of_sum(component, terms, paid, who.plan)

    def _lines(self, who: Participant, component: Component) -> Iterator[Line]:
        """Window by window; a window whose quota is not known is held as a whole."""
        if component.to_date is not None:
            paid = ToDate(who, component, self).paid()
            yield from (self._line(who, component, entry, amount) for entry, amount in paid)
            return
        counted = self.counted(who, component)
        deals: dict[str, int] = {}
        since = self.begins(who, component) if counted else None
        windows = self.windows((who.key, component.id), counted, component.accumulates, since)
        for entries in self._apart(component, windows):
            try:
                yield from list(self._of_window(who, component, entries, deals))
            except (MissingQuotaError, UnknownStartError):
                yield from [self._line(who, component, entry, None) for entry in entries]

    def _apart(self, component: Component, windows: dict[str, list[Entry]]) -> Iterable[list[Entry]]:
        """The windows, of each customer by itself where the component adds up so."""
        if component.for_each is None:
            return windows.values()
        found: dict[Hashable, list[Entry]] = {}
        for window, entries in windows.items():
            for entry in entries:
                whose = entry.deal.account["account_id"] if entry.deal is not None else None
                found.setdefault((window, whose), []).append(entry)
        return found.values()

    def _of_window(
        self, who: Participant, component: Component, entries: list[Entry], deals: dict[str, int]
    ) -> Iterator[Line]:
        """F(after) less F(before), each rounded, for every entry that adds something, in their order.

        What counts in a weighted sum and does not move it (a part is at its most) has a line that says so.

        A cap per deal is about all windows: `deals` is what each came to before. A window in which a result of 0 pays
        begins below it.
        """
        start = self.start(who, component, entries[0])
        if start is None:
            raise UnknownStartError
        self.check_window(who, component, entries[0])
        achieved: Fraction | int = start
        opening = component.at_zero == "first_row"
        measure = who.plan.measures[component.measure]
        tells_all = bool(measure.of_a_window)
        tops_all = component.floor is not None and component.floor.always
        raw = deals if component.cap is not None and component.cap.per == "deal" else {}
        for entry in entries:
            before, achieved = -1 if opening else achieved, achieved + (entry.base or 0)
            opening = False
            held = entry.base is None or (component.rate_by is not None and rate_of(component.rate_by, entry) is None)
            times = None if held else self._factor(who, component, entry)
            if times is None:
                yield self._line(who, component, entry, None)
            if times is None or entry.base is None or (before == achieved and not tells_all and not tops_all):
                continue
            terms = self._terms(who, component, entry)
            if component.matrix is not None and not component.matrix.factors:
                terms = replace(terms, cell=cell(component, who, entry, self))
            unpaid = entry.house or self._asks_nothing(who, component, entry)
            amount = 0 if unpaid else self._gained(who.plan, component, (before, achieved), terms, times)
            if component.cap is not None:
                amount = within_cap(component, entry, terms, amount, plan=who.plan, raw=raw)
            yield self._line(who, component, entry, amount)

    def _gained(
        self,
        plan: Plan,
        component: Component,
        ends: tuple[Fraction | int, Fraction | int],
        terms: Terms,
        times: Fraction,
    ) -> int:
        """F at the second end less F at the first, each rounded."""
        seen = [in_steps(component, bounded(component, end, terms.quota), terms.quota) for end in ends]
        before, after = (self._paid(plan, component, end, terms, times) for end in seen)
        return after - before

    def _terms(self, who: Participant, component: Component, entry: Entry) -> Terms:
        quota = Fraction(WHOLE) if who.plan.measures[component.measure].unit == "percent" else None
        own = None
        if entry.whole is not None:
            quota = Fraction(entry.whole)
        if component.quota is not None:
            asked = whose(who, component.measure)
            quota = self.quota(asked, component.quota, self._days(who, component, entry))
        if component.own_targets is not None:
            own = self.quota(who, component.own_targets, self._days(who, component, entry))
        rate = rate_of(component.rate_by, entry) if component.rate_by is not None else None
        return Terms(entry.day, quota, own, case_of(component.rates, entry, self.facts), rate)

    def _days(self, who: Participant, component: Component, entry: Entry) -> Span:
        """Those of the entry's window: a fiscal period, or one from the payee's first day on."""
        since = self.begins(who, component)
        if since is None:
            return self.span(component.accumulates, entry)
        return own_window(since, entry.day, component.accumulates)

    def _paid(self, plan: Plan, component: Component, achieved: Fraction | int, terms: Terms, times: Fraction) -> int:
        """What the window pays in all once so much is achieved."""
        return rounded(payout(component, achieved, terms) * times, plan.unit_micros, plan.rounding)

    def _line(self, who: Participant, component: Component, entry: Entry, amount: int | None) -> Line:
        return Line(
            plan=who.plan.plan,
            component=component.id,
            payee=who.payee,
            period=span_of(entry.day, STATEMENTS[who.plan.pays], self.company).label,
            source=entry.source,
            part=entry.part,
            kind=component.kind,
            deal=entry.deal,
            day=entry.day,
            amount=amount,
        )


def shares_money(component: Component) -> bool:
    """Whether a split divides what is paid, and not what is achieved."""
    return component.split_of == "money"
