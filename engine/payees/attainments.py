"""attainments: what payees came to in the measure of a component or a gauge, whatever it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book, Rules
from engine.documents.measures.measure import Levels
from engine.documents.plans.component import Component
from engine.documents.plans.order import Place, earners
from engine.model import join_issues
from engine.payees.attain import UNDEALT, Attainment, attain, attained_as
from engine.payees.curves.earn import Earnings, together
from engine.payees.exchange import Exchange
from engine.payees.measures.added import added_up
from engine.payees.measures.adjusted_measures import with_adjusted
from engine.payees.measures.earnings import with_earnings, without_deals
from engine.payees.measures.everybody import Sharing, of_plans, shared, with_their_quota
from engine.payees.measures.measure import alive, counted
from engine.payees.measures.members import Read, Team, members_at_quota
from engine.payees.measures.money_splits import of_whole_deals
from engine.payees.measures.precedence import Counting
from engine.payees.measures.ratio import ratio_of
from engine.payees.measures.retained import of_cohorts
from engine.payees.measures.weighted import weighted
from engine.payees.paid_before import as_one
from engine.payees.paying.lost import in_windows, lost
from engine.payees.prepare import Prepared
from engine.payees.readings import looking
from engine.payees.to_date import Stretch, to_date
from engine.payees.windows.account_windows import of_each_account
from engine.payees.windows.cap_windows import own_windows, since_enrolment
from engine.payees.windows.carry_over import Chain
from engine.periods import PeriodKind


@dataclass
class SoFar:
    """The components computed so far, and what any measure came to, given those."""

    credits: dy.DataFrame[f.Credits]
    cohorts: dy.DataFrame[f.Cohorts]
    prepared: Prepared
    book: Book
    rules: Rules
    quotas: tuple[dy.DataFrame[f.Quotas], ...]
    """Of each plan file, ramped and prorated, with what people data promises."""
    through: date | None
    attained: dict[Place, Attainment] = field(default_factory=dict)
    earned: dict[Place, Earnings] = field(default_factory=dict)
    unknown: dict[Place, pl.DataFrame] = field(default_factory=dict)
    """The windows (payee_id, window) of which nobody knows what they come to."""

    def came_to(self, file: int, component: Component) -> Attainment:
        """What each came to, or everybody together where that is measured."""
        of_all = self.rules.plans[file].measures[component.measure].across is not None
        return self._everybody(file, component) if of_all else self.attain(file, component)

    def attain(self, file: int, component: Component, counting: Counting | None = None) -> Attainment:
        """What each payee came to in the component's measure, in its own windows."""
        plan = self.rules.plans[file]
        measure = plan.measures[component.measure]
        if component.to_date is not None:
            return self._to_date(file, component, component.to_date, counting)
        if measure.parts:
            return self._made_of_others(file, component)
        if measure.members is not None:
            return attain(self._members(file, component), plan, component, self.quotas[file], self.rules.company)
        if measure.across is not None:
            return self._shared(file, component)
        rows = self.prepared.cash[file] if measure.sum == "cash" else self.prepared.credits[file]
        if measure.of:
            exchange = Exchange(self.book.fx_rates, self.rules.company.currency)
            places = earners(self.rules.plans, file, component.measure)
            read = together([self._read(place) for place in places])
            others = without_deals(self._without_deals(places), component.measure, plan, self.book)
            rows = with_earnings(rows, plan, self.credits, read, exchange, levels=measure.levels, others=others)
        if measure.retention is not None:
            counts = of_cohorts(self.cohorts, plan, component.measure, measure.retention, component.accumulates)
        else:
            counting = counting or Counting(component.measure, measure)
            counts = counted(rows, self.prepared.results[file], plan, component, counting)
        if component.split_of == "money":
            counts = of_whole_deals(counts)
        counts = with_adjusted(counts, self.prepared.adjusted[file], component)
        own = None
        if component.since == "enrolment" and component.accumulates != "transaction":
            counts = since_enrolment(counts, plan, self.book, component.accumulates)
            own = own_windows(plan, self.book, component.accumulates)
        if component.for_each is not None and component.accumulates != "transaction":
            counts = of_each_account(counts, self.prepared.deals, component.accumulates, self.rules.company)
        known = plan, component, self.quotas[file], self.rules.company
        return attain(alive(counts, component), *known, chain=self._chain(file, component), own=own)

    def _chain(self, file: int, component: Component) -> Chain | None:
        """Where the windows of a component begin that carries from one into the next."""
        plan, over, company = self.rules.plans[file], component.accumulates, self.rules.company
        if component.carry is None or over == "transaction":
            return None
        return Chain(plan, component, component.carry, over, self.quotas[file], self.book, company, self.through)

    def _to_date(self, file: int, component: Component, whole: PeriodKind, counting: Counting | None) -> Attainment:
        """What the windows of a year so far came to together."""
        plan, over, company = self.rules.plans[file], component.accumulates, self.rules.company
        if over == "transaction":
            msg = f"component {component.id} looks at no windows"
            raise ValueError(msg)
        alike = looking(component.id, component.measure, over, life=component.effective)
        attained = self.attain(file, alike, counting)
        off = lost(attained.rows, self.prepared.deals, self.book.deal_events, plan, component)
        stretch = Stretch(plan, component, over, whole, self.quotas[file], self.book, company, self.through)
        rows = to_date(attained, in_windows(off.rows, over, company), stretch)
        found = attained_as(rows, plan, component)
        return replace(
            found,
            waiting=pl.concat([attained.waiting, found.waiting]).unique(),
            undealt=pl.concat([attained.undealt, found.undealt]).unique(),
            held=f.HeldSources.cast(pl.concat([attained.held, found.held]).unique()),
            issues=join_issues(attained.issues, off.issues, found.issues),
        )

    def _made_of_others(self, file: int, component: Component) -> Attainment:
        """Several attainments weighted, the ratio of two measures, or a sum; what holds one of them holds it."""
        plan, over = self.rules.plans[file], component.accumulates
        measure = plan.measures[component.measure]
        life = component.effective
        read = [looking(component.id, name, over, quota, life=life) for name, quota in measure.parts]
        parts = [self.attain(file, each) for each in read]
        if measure.ratio is not None:
            counts = ratio_of(parts[0], parts[1], measure.ratio, plan.currency)
        elif measure.adds:
            counts = added_up(list(zip(measure.adds, parts, strict=True)), plan.currency)
        else:
            counts = weighted(list(zip(measure.weighted, parts, strict=True)), plan.currency)
        whole = attain(counts, plan, component, self.quotas[file], self.rules.company)
        every = [whole, *parts]
        return replace(
            whole,
            waiting=pl.concat([attained.waiting for attained in every]).unique(),
            undealt=pl.concat([attained.undealt for attained in every]).unique(),
            held=f.HeldSources.cast(pl.concat([attained.held for attained in every]).unique()),
            issues=tuple(dict.fromkeys(join_issues(*(attained.issues for attained in every)))),
        )

    def _everybody(self, file: int, component: Component) -> Attainment:
        """What everybody together came to: the attainment of one payee, who is called so."""
        plan = self.rules.plans[file]
        measure, known = plan.measures[component.measure], self.prepared.everybody[file]
        if measure.across is None:
            msg = f"component {component.id} does not measure across people"
            raise ValueError(msg)
        rows = of_plans(known.cash if measure.sum == "cash" else known.credits, measure.across, self.book)
        counts = counted(rows, known.results, plan, component, Counting(component.measure, measure))
        return attain(alive(counts, component), plan, component, self.quotas[file], self.rules.company)

    def _shared(self, file: int, component: Component) -> Attainment:
        """What everybody together came to, as that of each payee of the plan; what holds it holds it for all."""
        plan, over, company = self.rules.plans[file], component.accumulates, self.rules.company
        alike = looking(component.id, component.measure, over, component.quota, life=component.effective)
        whole = self._everybody(file, alike)
        rows = shared(whole, Sharing(plan, component.measure, self.book, company, self.through))
        quotas = with_their_quota(self.quotas[file], component.quota, rows["payee_id"].unique().to_list())
        found = attain(rows, plan, component, quotas, company)
        return replace(found, issues=join_issues(whole.issues, found.issues))

    def _members(self, file: int, component: Component) -> pl.DataFrame:
        """How many of the people below each manager attained enough in their own components."""
        plan = self.rules.plans[file]
        measure = plan.measures[component.measure]
        over = component.accumulates
        if measure.members is None or over == "transaction":
            msg = f"component {component.id} does not count members over a window"
            raise ValueError(msg)
        levels, company = measure.levels or Levels(), self.rules.company
        team = Team(plan, component.measure, measure.members, levels, over, self.book, company, self.through)
        places = earners(self.rules.plans, file, component.measure)
        parts = [(self.rules.plans[f], self.rules.plans[f].components[n], self.attained[f, n]) for f, n in places]
        return alive(members_at_quota(team, [Read(*part) for part in parts]), component)

    def _read(self, place: Place) -> Earnings:
        """What a component made, as those see it that add up earnings."""
        component, earned = self.rules.plans[place[0]].components[place[1]], self.earned[place]
        return replace(
            earned,
            lines=f.Lines.cast(as_one(earned.lines, component)),
            held=f.HeldSources.cast(as_one(earned.held, component).unique()),
        )

    def _without_deals(self, places: Sequence[Place]) -> pl.DataFrame:
        """What the components of these places pay on that is of no deal; what is held of it, too.

        A window to date that pays nothing, and says nothing, is no earning.
        """
        found = [f.Attained.empty().select(UNDEALT)]
        for place in places:
            component, attained = self.rules.plans[place[0]].components[place[1]], self.attained[place]
            counted = attained.rows.filter(pl.col("deal_id").is_null()).select(UNDEALT)
            if component.to_date is not None:
                earned = self.earned[place]
                said = pl.concat([earned.lines["source_id"], earned.held["source_id"]])
                counted = counted.filter(pl.col("credit_id").is_in(said.implode()))
            found.append(as_one(pl.concat([counted, attained.undealt]), component, "credit_id"))
        return pl.concat(found).unique()
