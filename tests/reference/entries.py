"""What counts in a measure, in its order: credits, imported results, other components' earnings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from engine.documents.company.company import Company
from engine.documents.conditions import When
from engine.documents.measures.measure import Measure
from engine.documents.plans.plan import Plan
from tests.reference.cash import paid_of
from tests.reference.classify import Deal
from tests.reference.credits import Credit
from tests.reference.exchange import rate_into_plan
from tests.reference.facts import Facts
from tests.reference.matching import fits
from tests.reference.money import rounded
from tests.reference.participants import Participant
from tests.reference.rollups import above
from tests.reference.worth import UnknownWorthError, counts_for, part_of_deal

EARNING = "earning"
"""What is of no payment."""


@dataclass(frozen=True)
class Entry:
    """What one source adds to a measure: micro-units of the plan's currency, or of pieces."""

    source: str
    deal: Deal | None
    day: date
    base: Fraction | int | None
    """None: it cannot be told, so that the entry is held."""
    share: Fraction | None = None
    part: str = EARNING
    """Of a payment: which one."""
    house: bool = False
    """Of a house account: it counts, and pays nothing."""
    whole: int | None = None
    """Of a rate: what 100 % of it is."""
    moved: bool = False
    """Whether it is surplus of the window before."""

    @property
    def order(self) -> tuple[date, str]:
        """Entries count by day, those of one day by what they are of; what was moved comes before all."""
        return self.day, "" if self.moved else self.source


@dataclass(frozen=True)
class Line:
    """One computed earning."""

    plan: str
    component: str
    payee: str
    period: str
    source: str
    part: str
    kind: str
    deal: Deal | None
    day: date
    amount: int | None
    """None: it is held."""


def of_credits(measure: Measure, plan: Plan, credits_: Sequence[Credit], facts: Facts, company: Company) -> list[Entry]:
    """What a payee's credits count for."""
    counted = [credit for credit in credits_ if _counts(measure, credit, facts)]
    if measure.sum == "cash":
        entries = [entry for credit in counted for entry in _payments(measure, plan, credit, facts, company)]
    else:
        entries = [
            Entry(
                credit.id,
                credit.deal,
                credit.deal.day,
                _in_plans_unit(measure, plan, credit, facts, company),
                credit.share_of_deal,
                house=credit.house is not None,
            )
            for credit in counted
        ]
    return sorted(entries, key=lambda entry: entry.order)


def _payments(measure: Measure, plan: Plan, credit: Credit, facts: Facts, company: Company) -> Iterator[Entry]:
    """The credit's part of what the customer paid, day by day, at the rate of that day."""
    currency = credit.deal.row["currency"]
    for day, micros in paid_of(credit, measure, facts):
        rate = rate_into_plan(currency, day, plan, facts, company)
        base = None if rate is None else rounded(micros * rate)
        house = credit.house is not None
        yield Entry(credit.id, credit.deal, day, base, credit.share_of_deal, f"payment {day}", house=house)


def once(of: Sequence[Sequence[Entry]]) -> list[Entry]:
    """The sources of several measures, each once, in order; what is of a payment in one of them is of it."""
    every = [entry for entries in of for entry in entries]
    found = {entry.order: entry for entry in sorted(every, key=lambda entry: entry.part != EARNING)}
    return [found[order] for order in sorted(found)]


def of_whole_deal(entry: Entry) -> Entry:
    """What the deal would count for if nobody shared it, to the micro-unit."""
    if entry.share is None or entry.base is None:
        return entry
    return replace(entry, base=rounded(entry.base / entry.share))


def _counts(measure: Measure, credit: Credit, facts: Facts) -> bool:
    levels = measure.levels
    if credit.qualified != (measure.dated_by == "qualified_on") and not (credit.qualified and measure.of):
        return False
    if credit.kind not in measure.credits or not fits(measure.when, credit.deal, facts):
        return False
    return levels is None or credit.level is None or among(credit.level, measure)


def among(level: int, measure: Measure) -> bool:
    """Whether a level is one of those that the measure asks for."""
    levels = measure.levels
    return levels is None or (levels.min <= level and (levels.max is None or level <= levels.max))


def _in_plans_unit(measure: Measure, plan: Plan, credit: Credit, facts: Facts, company: Company) -> int | None:
    """Money at the rate of the deal's day, rounded to a micro-unit once; None where that cannot be told."""
    try:
        exact = counts_for(measure, credit, facts)
    except UnknownWorthError:
        return None
    if measure.unit == "amount":
        rate = rate_into_plan(credit.deal.row["currency"], credit.deal.day, plan, facts, company)
        if rate is None:
            return None
        exact *= rate
    base = rounded(exact)
    size, part = abs(base), part_of_deal(measure, credit) * credit.share
    if measure.less_per_deal is not None:
        size = max(size - rounded(measure.less_per_deal * part), 0)
    if measure.most_per_deal is not None:
        size = min(size, rounded(measure.most_per_deal * part))
    return size if base > 0 else -size


def of_results(measure: Measure, payee: str, facts: Facts) -> list[Entry]:
    """Imported results, each on the last day of its window."""
    rows = [row for row in facts.imported_results if (row["person_id"], row["result"]) == (payee, measure.imported)]
    entries = [
        Entry(
            f"result:{measure.imported}:{payee}:{row['from_on']}",
            None,
            row["until_on"] - timedelta(days=1),
            row["value_micros"],
        )
        for row in rows
    ]
    return sorted(entries, key=lambda entry: entry.order)


def of_earnings(
    measure: Measure,
    who: Participant,
    lines: Iterator[tuple[Plan, Line]],
    credits_: Sequence[Credit],
    *,
    facts: Facts,
    company: Company,
) -> list[Entry]:
    """What other components paid for each source, in the plan's currency by the rate of the day.

    Of the team, what it was paid for its direct credits, and managers in between for their roll-ups of them, as the
    manager's own roll-ups; a house account's deal that counts for nobody above brings them none. A source that was
    paid in several currencies, or is held, is held; a credit that was paid nothing counts for nothing.
    """
    shares = {credit.id: credit.share_of_deal for credit in credits_}
    paid: dict[str, list[tuple[Plan, Line]]] = {}
    for earned_in, line in lines:
        kind = line.source.split(":")[1] if line.deal is not None else "direct"
        asked = line.deal is None and measure.when != When()
        if asked or (line.deal is not None and not fits(measure.when, line.deal, facts)):
            continue
        if kind in (("direct", "rollup") if measure.of_the_team else measure.credits):
            source = _rolled_up(line, who.payee) if measure.of_the_team else line.source
            if line.deal is None or not measure.of_the_team or source in shares:
                paid.setdefault(source, []).append((earned_in, line))
    entries = [
        Entry(credit.id, credit.deal, credit.deal.day, 0, credit.share_of_deal)
        for credit in credits_
        if credit.id not in paid and _counts(measure, credit, facts)
    ]
    for source, of in paid.items():
        first = of[0][1]
        base = _exchanged(of, who.plan, facts, company)
        entries.append(Entry(source, first.deal, first.day, base, shares.get(source)))
    return sorted(entries, key=lambda entry: entry.order)


def _rolled_up(line: Line, manager: str) -> str:
    """The id of the manager's roll-up of the credit that earned."""
    if line.deal is None:
        return f"{line.source}:{manager}"
    deal, kind, role, portion, *rest = line.source.split(":")
    member = rest[1:] if kind == "rollup" else rest
    return ":".join([deal, "rollup", role, portion, manager, *member])


def _exchanged(of: list[tuple[Plan, Line]], plan: Plan, facts: Facts, company: Company) -> int | None:
    """The sum in the plan's currency; None where that cannot be told."""
    amounts = [line.amount for _, line in of if line.amount is not None]
    currencies = {earned_in.currency for earned_in, line in of if line.amount is not None}
    if len(amounts) < len(of) or len(currencies) > 1:
        return None
    (currency,) = currencies
    rate = rate_into_plan(currency, of[0][1].day, plan, facts, company)
    return None if rate is None else rounded(sum(amounts) * rate)


def is_below(line: Line, manager: str, measure: Measure, facts: Facts) -> bool:
    """Whether the payee of a line counts for a manager on the line's day."""
    chain = above(line.payee, line.day, facts)
    return manager in chain and among(chain.index(manager) + 1, measure)
