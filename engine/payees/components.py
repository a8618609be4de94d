"""components: the lines of every component, each after the components that it reads (attain and earn, DESIGN 2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import cast

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book, Rules
from engine.calendar import period_of
from engine.documents.company.company import Company
from engine.documents.curves.gauge import Gauge
from engine.documents.measures.across import EVERYBODY
from engine.documents.plans.alternatives import Alternatives
from engine.documents.plans.bonus_pool import BonusPool
from engine.documents.plans.component import Component
from engine.documents.plans.order import Place, in_order
from engine.documents.plans.plan import Plan
from engine.model import Issue
from engine.payees.attain import WINDOW, Attainment
from engine.payees.attainments import SoFar
from engine.payees.curves.cases import cases_lack_values, found_by_case
from engine.payees.curves.earn import Earnings, earn, together
from engine.payees.curves.factors import Reading, either, judged, with_factors
from engine.payees.curves.matrix import in_cells
from engine.payees.curves.places import Contest, placed
from engine.payees.curves.rates_by_deal import found_by_ratio
from engine.payees.curves.rounded import in_steps
from engine.payees.curves.unheard import has_to_come, unheard
from engine.payees.curves.unpaid import unpaid
from engine.payees.measures.money_splits import shares_of_money
from engine.payees.measures.precedence import counting_of
from engine.payees.paid_before import kept, paid_before, unknown_from
from engine.payees.paying.alternatives import chosen, unknown_windows
from engine.payees.paying.bonus_pools import pooled
from engine.payees.paying.division import Ground
from engine.payees.prepare import prepare
from engine.payees.readings import achieved, looking, payouts
from engine.payees.trailing import LookBack, looked_back
from engine.payees.trouble import HELD, held_sources, troubles
from engine.payees.windows.compensation import promised_rows
from engine.payees.windows.proration import quotas_of


def earn_all(
    credits_: dy.DataFrame[f.Credits],
    classified: dy.DataFrame[f.Classified],
    cohorts: dy.DataFrame[f.Cohorts],
    book: Book,
    rules: Rules,
    *,
    through: date | None = None,
) -> Earnings:
    """The lines of all components for all payees of the credits, in the order in which the plans are written.

    Places among payees are known for windows that end by `through`; without it, for all.
    """
    prepared = prepare(credits_, classified, book, rules)
    ends = pl.concat([cohorts.select("until_on"), pl.DataFrame({"until_on": [through]}, schema={"until_on": pl.Date})])
    ends = ends.drop_nulls().select(dated_on=pl.col("until_on").dt.offset_by("-1d"))
    every = (prepared.credits, prepared.cash, prepared.results, prepared.adjusted)
    counting = [ends, *(rows for of_plans in every for rows in of_plans)]
    quotas = tuple(_targets(plan, book, rules.company, counting) for plan in rules.plans)
    walk = _Walk(credits_, cohorts, prepared, book, rules, quotas, through)
    for place in in_order(rules.plans):
        walk.earn(place)
    before = Earnings(f.Lines.empty(), prepared.held, prepared.issues)
    made = [walk.earned[place] for place in sorted(walk.earned)]
    return together([before, *made, *(earned for file in range(len(rules.plans)) for earned in walk.pools(file))])


def _targets(plan: Plan, book: Book, company: Company, rows: Sequence[pl.DataFrame]) -> dy.DataFrame[f.Quotas]:
    """What the plan's payees have to reach, and what they are promised for it when any of the rows counts."""
    quotas = quotas_of(plan, book, company)
    if not plan.promises:
        return quotas
    return f.Quotas.cast(pl.concat([quotas, promised_rows(plan, book, company, _fiscal_years(rows, company))]))


def _fiscal_years(rows: Sequence[pl.DataFrame], company: Company) -> tuple[date, date]:
    """The first day and the end of the fiscal years in which anything counts, or is known to be nothing."""
    counted = pl.concat([of.select("dated_on") for of in rows])["dated_on"]
    first, last = cast("tuple[date | None, date | None]", (counted.min(), counted.max()))
    if first is None or last is None:
        return date.min, date.min
    return period_of(first, "year", company).starts_on, period_of(last, "year", company).ends_on


class _Walk(SoFar):
    """One component after the other, each after those that it reads."""

    def earn(self, place: Place) -> None:
        """One component; those that it reads are there."""
        plan, component = self.rules.plans[place[0]], self.rules.plans[place[0]].components[place[1]]
        attained = self.attain(place[0], component, counting_of(plan, component))
        attained = replace(attained, rows=in_steps(attained.rows, component))
        self.attained[place] = attained
        rows, stuck = self._judged(place, component, attained.rows)
        gated = Earnings(
            f.Lines.empty(),
            held_sources(stuck, plan, component),
            (
                *troubles(stuck, plan, component),
                *self._lacking(attained.rows, plan, component),
                *unheard(rows, plan, component, self.rules.company, self.through),
            ),
        )
        before = Earnings(f.Lines.empty(), attained.held, attained.issues)
        paid = _earned(rows, plan, component)
        self.earned[place] = together([before, gated, paid])
        self.unknown[place] = unknown_windows(attained, stuck, paid)
        for choice in plan.alternatives:
            if component.id in choice.names:
                self._choose(place[0], choice)

    def _choose(self, file: int, choice: Alternatives) -> None:
        """Of alternatives, once all are computed, only one is paid; while one is not known, none is."""
        plan = self.rules.plans[file]
        places = {part.id: (file, nth) for nth, part in enumerate(plan.components) if part.id in choice.names}
        if not places.keys() <= {plan.components[nth].id for of, nth in self.earned if of == file}:
            return
        earned = {name: self.earned[places[name]] for name in choice.names}
        unknown = pl.concat([self.unknown[places[name]] for name in choice.names]).unique()
        known = {name: _not_in(of.lines, unknown) for name, of in earned.items()}
        for name, lines in chosen(choice, known).items():
            place, part = places[name], plan.components[places[name][1]]
            waiting = (
                earned[name]
                .lines.join(unknown, on=WINDOW, how="semi")
                .with_columns(credit_id="source_id", trouble=pl.lit("gauge_held"))
            )
            stuck = waiting.select(HELD).unique()
            found = Earnings(lines, held_sources(stuck, plan, part), tuple(troubles(stuck, plan, part)))
            self.earned[place] = together([replace(earned[name], lines=lines.clear()), found])

    def pools(self, file: int) -> Iterator[Earnings]:
        """The bonus pools of a plan file, after its components."""
        plan, company = self.rules.plans[file], self.rules.company
        ground = Ground.of(plan, self.quotas[file], self.book, company, through=self.through)
        for pool in plan.bonus_pools:
            looks_at = {name for _, name in pool.measures}
            came_to = {name: self.came_to(file, looking(pool.id, name, pool.per)) for name in looks_at}
            yield pooled(pool, came_to, ground, list(self._of_others(pool)))

    def _of_others(self, pool: BonusPool) -> Iterator[Attainment]:
        """What people of another plan came to, in each of its files."""
        for file, plan in enumerate(self.rules.plans):
            if pool.of_others is not None and plan.plan == pool.of_others.plan:
                yield self.attain(file, looking(pool.id, pool.of_others.measure, pool.per))

    def _lacking(self, rows: pl.DataFrame, plan: Plan, component: Component) -> Iterator[Issue]:
        for cases in component.tables:
            yield from cases_lack_values(rows, cases, self.prepared.deals, plan, component)

    def _judged(
        self, place: Place, component: Component, rows: dy.DataFrame[f.Attained]
    ) -> tuple[dy.DataFrame[f.Attained], pl.DataFrame]:
        """The rows with their factors, and those whose factor is not known (columns `HELD`)."""
        plan = self.rules.plans[place[0]]
        readings = [
            (gauge, replace(self._reading(place, component, gauge), has_to_come=has_to_come(gauge, component, plan)))
            for gauge in component.gauges()
        ]
        company, at_end = self.rules.company, component.to_date is not None
        finds = [judged(rows, gauge, reading, company, at_end=at_end) for gauge, reading in readings]
        first, last = len(component.needed), len(component.needed) + len(component.enough)
        finds[first:last] = either(finds[first:last], [len(gate.single()) for gate in component.only_if_any])
        if component.matrix is not None:
            finds[-2:] = in_cells(finds[-2], finds[-1], component.matrix)
        finds += [found_by_case(rows, cases, self.prepared.deals, component) for cases in component.tables]
        if component.rate_by is not None:
            finds.append(found_by_ratio(rows, component.rate_by, self.prepared.deals))
        finds += [shares_of_money(rows)] if component.split_of == "money" else []
        if not finds:
            return unpaid(rows, self.rules.plans[place[0]], component), pl.DataFrame(
                schema=dict.fromkeys(HELD, pl.String)
            )
        told = with_factors(rows, finds)
        told = unknown_from(told) if component.to_date is not None else told
        known = pl.col("stuck").is_null()
        stuck = told.filter(~known).with_columns(trouble="stuck", currency=pl.lit(plan.currency))
        sound = f.Attained.cast(told.filter(known))
        return unpaid(sound, self.rules.plans[place[0]], component), stuck.select(HELD)

    def _reading(self, place: Place, component: Component, gauge: Gauge) -> Reading:
        """The number that a gauge looks at."""
        parts = self.rules.plans[place[0]].components
        places = {part.id: (place[0], nth) for nth, part in enumerate(parts)}
        if gauge.payout_of is not None:
            of = places[gauge.payout_of]
            return payouts(self.earned[of], self.attained[of], parts[of[1]])
        if gauge.attainment_of is not None:
            of = places[gauge.attainment_of]
            return achieved(self.attained[of], parts[of[1]])
        over = gauge.over or component.accumulates
        judge = looking(component.id, gauge.measure or "", over, gauge.quota)
        of_all = self.rules.plans[place[0]].measures[judge.measure].across is not None
        attained = self.came_to(place[0], judge)
        whose = EVERYBODY if of_all else None
        if gauge.looks_back is not None and over != "transaction":
            back = LookBack(gauge, over, self.rules.company)
            return replace(looked_back(attained, back, self.quotas[place[0]]), whose=whose)
        if gauge.ranked is None:
            return replace(achieved(attained, judge), whose=whose)
        plan, company = self.rules.plans[place[0]], self.rules.company
        contest = Contest(gauge.ranked, plan, self.book, over, company, self.through)
        of_quota = gauge.quota is not None or plan.measures[judge.measure].is_share
        return placed(attained, contest, of_quota=of_quota)


def _earned(rows: dy.DataFrame[f.Attained], plan: Plan, component: Component) -> Earnings:
    """The lines of a component; one that is paid to date is paid less what it was paid before."""
    if component.to_date is None:
        return earn(rows, plan, component)
    if component.overpaid == "kept":
        return earn(kept(rows, earn(rows, plan, component).lines), plan, component)
    return earn(paid_before(rows), plan, component)


def _not_in(lines: dy.DataFrame[f.Lines], windows: pl.DataFrame) -> dy.DataFrame[f.Lines]:
    """The lines of other windows."""
    return f.Lines.cast(lines.join(windows, on=WINDOW, how="anti"))
