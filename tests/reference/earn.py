"""Lines: what every credit earns, component by component. A component that reads another asks for its lines."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any

from engine.documents.company.company import Company
from engine.documents.curves.gauge import Gate, Multiplier
from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan
from engine.documents.values import Window
from tests.reference import entries as e
from tests.reference.across import EVERYBODY, shared
from tests.reference.alternatives import one_of
from tests.reference.calendar import STATEMENTS, Span, span_of
from tests.reference.caps import of_sum, within_cap
from tests.reference.carried import Chain, UnknownStartError, bounded
from tests.reference.counting import everything, is_there, takes
from tests.reference.credits import Credit
from tests.reference.curve import MissingQuotaError, Terms, depends_on_quota, payout
from tests.reference.entries import Entry, Line
from tests.reference.factors import shares_money, times_of
from tests.reference.facts import Facts
from tests.reference.floors import topped_up
from tests.reference.gauges import cell
from tests.reference.money import rounded
from tests.reference.own_windows import apart, first_day, own_window
from tests.reference.participants import Participant
from tests.reference.quotas import asked_of
from tests.reference.rate_by import rate_of
from tests.reference.ratios import ratio_of, sum_of
from tests.reference.retention import Customers
from tests.reference.steps import in_steps
from tests.reference.terms import asks_nothing, check_window, terms_of
from tests.reference.to_date import Stand, ToDate, UnknownStretchError
from tests.reference.weighted import weighted


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
        return [*lines, *(topped_up(who, component, lines, self) if component.floor else ())]

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

        Rates are those of the windows of `over`. What components paid the payee without a deal was earned already.
        """
        of = who.plan.measures[measure]
        of_its_window = of.retention is not None or of.members is not None
        key = ("entries", who.key, measure, over if of_its_window else "")
        if key not in self.remembered:
            found = everything(who, measure, over, self)
            self.remembered[key] = [each for each in found if of_its_window or is_there(who, of, each, self)]
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
            elif measure.adds:
                added = [self.entries_over(who, part, over, life) for part, _ in measure.parts]
                self.remembered[key] = sum_of(measure.adds, added, over, self)
            elif measure.across is not None and who.payee != EVERYBODY:
                self.remembered[key] = list(shared(name, who, over, life, self))
            else:
                entries = self.entries_of(who, name, over)
                self.remembered[key] = [each for each in entries if life is None or life.covers(each.day)]
        found: list[Entry] = self.remembered[key]
        return found

    def counted(self, who: Participant, component: Component) -> list[Entry]:
        """What counts for a component: its measure's entries within its own life."""
        key = ("counted", who.key, component.id)
        if key not in self.remembered:
            life = component.effective or who.plan.effective
            entries = self.entries_over(who, component.measure, component.accumulates, life)
            takers = who.plan.before(component.id)
            left = [each for each in entries if not any(takes(part, who, each, self) for part in takers)]
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
            self.remembered[key] = asked_of(who, name, window, self.facts, self.company)
        quota: Fraction | None = self.remembered[key]
        return quota

    def worth_to_date(self, who: Participant, component: Component, entry: Entry, stand: Stand) -> int:
        """What a year so far is worth, by its sums and the gates of its last window, up to its cap."""
        terms = replace(terms_of(who, component, entry, self), quota=stand.quota, summed_target=stand.target)
        rests = who.plan.zero_quota == "unpaid" and depends_on_quota(component) and stand.quota == 0
        if depends_on_quota(component) and not rests:
            terms.needed_quota()
        if component.own_targets is not None and not rests:
            terms.target(component)
        times = times_of(who, component, entry, self)
        if times is None:
            raise UnknownStretchError
        if rests:
            return 0
        if component.matrix is not None and not component.matrix.factors:
            terms = replace(terms, cell=cell(component, who, entry, self))
        achieved = in_steps(component, entry.base or 0, stand.quota)
        paid = self._paid(who.plan, component, achieved, terms, times)
        return paid if component.cap is None else of_sum(component, terms, paid, who.plan)

    def _lines(self, who: Participant, component: Component) -> Iterator[Line]:
        """Window by window; a window whose quota is not known is held as a whole."""
        if component.to_date is not None:
            paid = ToDate(who, component, self).paid()
            yield from (self.line(who, component, entry, amount) for entry, amount in paid)
            return
        counted = self.counted(who, component)
        deals: dict[str, int] = {}
        since = self.begins(who, component) if counted else None
        windows = self.windows((who.key, component.id), counted, component.accumulates, since)
        for entries in apart(component, windows):
            try:
                yield from list(self._of_window(who, component, entries, deals))
            except (MissingQuotaError, UnknownStartError):
                yield from [self.line(who, component, entry, None) for entry in entries]

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
        check_window(who, component, entries[0], self)
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
            times = None if held else times_of(who, component, entry, self)
            if times is None:
                yield self.line(who, component, entry, None)
            if times is None or entry.base is None or (before == achieved and not tells_all and not tops_all):
                continue
            terms = terms_of(who, component, entry, self)
            if component.matrix is not None and not component.matrix.factors:
                terms = replace(terms, cell=cell(component, who, entry, self))
            unpaid = entry.house or asks_nothing(who, component, entry, self)
            amount = 0 if unpaid else self._gained(who.plan, component, (before, achieved), terms, times)
            if component.cap is not None:
                amount = within_cap(component, entry, terms, amount, plan=who.plan, raw=raw)
            yield self.line(who, component, entry, amount)

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

    def _paid(self, plan: Plan, component: Component, achieved: Fraction | int, terms: Terms, times: Fraction) -> int:
        """What the window pays in all once so much is achieved."""
        return rounded(payout(component, achieved, terms) * times, plan.unit_micros, plan.rounding)

    def line(self, who: Participant, component: Component, entry: Entry, amount: int | None) -> Line:
        """A line of the entry; None for what is held."""
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
