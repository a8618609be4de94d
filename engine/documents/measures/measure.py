"""Measures: what a plan adds up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from engine.documents.conditions import When
from engine.documents.document import Document
from engine.documents.measures.across import WholeCompany
from engine.documents.measures.added import Addend
from engine.documents.measures.members import Members
from engine.documents.measures.ratio import Ratio
from engine.documents.measures.retention import ACCOUNT_FIELDS, Retention
from engine.documents.measures.weighted import WeightedAttainment, weight_problems
from engine.documents.measures.worth import CreditMultiplier, LinesTest, Weights
from engine.documents.problems import Loc, Problem
from engine.documents.values import Count, Dated, Name, Pay

Value = Literal[
    "amount", "acv", "arr", "tcv", "mrr", "first_month", "margin", "list_price", "discount", "units", "fact"
]
Sum = Literal[Value, "cash", "earnings"]
Unit = Literal["amount", "deals", "number", "percent"]
"""What a measure's numbers are: money of the plan's currency, deals, pieces of anything else, or shares of a whole."""

ROLL_UPS = {"rollup", "overlay_rollup"}
"""Credits of people below."""
SOURCES = ("sum", "count", "imported", "retention", "weighted", "ratio", "adds", "members")


class Levels(Document):
    """How far below the manager the people are whose credits roll up: 1 is everybody who reports to the manager."""

    min: Count = Field(default=1, examples=["2"])
    """The nearest level that counts."""
    max: Count | None = Field(default=None, examples=["1"])
    """The farthest level that counts; without it, however deep."""

    def problems(self) -> Iterator[Problem]:
        """There is a level between the two."""
        if self.min < 1:
            yield Problem(("min",), f"{self.min} is no level.", "Write 1 for one's own reports, or more.")
        elif self.max is not None and self.max < self.min:
            yield Problem(("max",), f"no level lies between {self.min} and {self.max}.", f"Write {self.min} or more.")


class Measure(Document):
    """What is added up, of which credits, on which day.

    Exactly one of `sum`, `count`, `import`, `retention`, `weighted`, `ratio`, `adds` and `members` says what. Each
    credit counts for a whole number of millionths of a unit, rounded half up once, after exchange. A credit of which
    something is not known (a cost, an expiring ACV, lines or their amounts, a rate) is held and reported, never counted
    as nothing.
    """

    sum: Sum | None = Field(default=None, examples=["acv"])
    """What is added up, of each credit its share. `amount`: the deal's amount. `acv`, `arr`: its annual contract value.
    `mrr`: a twelfth of the ACV. `tcv`: the amount where the ACV is its yearly part, else ACV x term / 12
    (without a term, of one year). `first_month`: amount / term, without a term a twelfth. `margin`: amount less cost.
    `units`: the quantities of its lines. `cash`: what the customer paid, each payment on its day, less refunds.
    `earnings`: what other components paid. `list_price`: what the deal is worth at list price. `discount`: that, less
    its amount. `fact`: an amount that the CRM holds or works out in a field of its own, which `fact` names."""
    fact: Name | None = Field(default=None, examples=["usage_growth"])
    """With `sum: fact`: which of the fields that the mapping names under `facts`, an amount in the deal's currency:
    what usage grew above the customer's own baseline, or what a partner's margin takes off the price."""
    overpaid: Literal["ignored", "counted", "alone"] = Field(default="ignored", examples=["counted"])
    """With `sum: cash`: whether payments beyond the deal's amount count; `alone`: nothing but these, such as the
    overage of a customer who uses more than was committed to."""
    within_months: Count | None = Field(default=None, examples=["12"])
    """With `sum: cash`: only payments and refunds of the first months after the deal was won count. With 12, of a deal
    won on 2026-03-15 those up to 2027-03-14."""
    of: tuple[Name, ...] = Field(default=(), examples=["[base]"])
    """With `sum: earnings`: the components whose earnings are added up. With `credits: [rollup]` they are those of
    everybody below the manager, in whatever plan they are, overrides of managers in between too; otherwise the payee's
    own, in this plan. What was earned on imported results, and by windows that ended after the payee left, counts, too,
    unless `when` asks about deals, and so does what was earned on deals that qualified. A window that is paid to date
    earned what it was paid: what it is worth less what the windows before it were paid, as one amount on its last
    day."""
    count: Literal["deals"] | None = Field(default=None, examples=["deals"])
    """Counts deals in place of adding up a value; a share of a deal counts as that share."""
    imported: Name | None = Field(default=None, alias="import", examples=["nps"])
    """Takes results in place of credits: rows of this name in `config/people/results.csv`. A row counts on the last
    day of its window."""
    imported_as: Literal["amount", "number", "percent"] = Field(default="number", alias="as", examples=["percent"])
    """What imported results are: an `amount` of the plan's currency, a `number`, or a `percent`. What `adds` comes to
    is an `amount`, unless this says `number`."""
    retention: Retention | None = Field(default=None, examples=["{kind: gross, owner: CSM}"])
    """A rate of revenue or customers kept, in place of credits: see [Retention](#retention). `credits: [rollup]` takes
    the customers of everybody below the payee on the day they are taken, `when` only those that fit today (fields of
    the account: its segment, territory, industry, country, employees, revenue and lists), `lines` only the part of the
    revenue that the products of the deals say."""
    weighted: tuple[WeightedAttainment, ...] = Field(
        default=(),
        examples=["[{measure: bookings, quota: bookings, weight: 60%}, {measure: nrr, weight: 40%}]"],
    )
    """Several attainments as one percentage, of which one curve pays: 110 % of bookings and 80 % of NRR are with these
    weights 60 % x 110 % + 40 % x 80 % = 98 %, kept exact (a denominator above 10^15 makes each of them parts of 10^15);
    more than 100,000 % either way counts as that. Each is that of the window over which the component, or the gauge,
    that looks at this measure adds up; a component with a shorter life looks at the days of that life."""
    ratio: Ratio | None = Field(default=None, examples=["{of: held, to: booked}"])
    """What one measure comes to over what another comes to: a win rate, an attach rate, an average discount."""
    adds: tuple[Addend, ...] = Field(
        default=(), examples=["[{measure: first_year, times: 1}, {measure: later_years, times: 50%}]"]
    )
    """What several measures come to together, each times a number: a quota that bookings and half of the services fill,
    points for meetings, wins and revenue. It is what a window adds up (`accumulates: week` or longer), of no deal."""
    members: Members | None = Field(default=None, examples=["{attaining: [base], least: 100%}"])
    """How many of the people below a manager reached their quota; `levels` says how far below."""
    dated_by: Literal["closed_on", "qualified_on"] = Field(default="closed_on", examples=["qualified_on"])
    """The day on which a credit counts. `closed_on`: won deals, on the day they were won. `qualified_on`: deals that
    passed their qualifying stage, on that day, whether they are won, open, or lost later; what `when` asks of such a
    deal is, once it is won, asked as of the day on which it was. Cash counts on the day of its payment, with the rates
    of that day."""
    credits: tuple[Literal["direct", "overlay", "rollup", "overlay_rollup", "team"], ...] = Field(
        default=("direct",), examples=["[direct, overlay]"]
    )
    """Which credits count: `direct`, `overlay` (on top of the 100 %), `rollup` (of everybody below a manager),
    `overlay_rollup` (of their overlays), and `team` (of everybody who reports to the same manager that day, the payee
    included: team commissions and goals)."""
    across: WholeCompany = Field(default=None, examples=["everybody"])
    """Adds up over people: `everybody` is the company's total, `{plans: [ae, am]}` that of the people on these plans.
    Everybody's gates, multipliers and components can look at it, each deal counted once; without it, the measure is the
    payee's own, as `credits` says."""
    levels: Levels | None = Field(default=None, examples=["{min: 1, max: 1}"])
    """Of roll-ups: whose, by the reporting lines up to the manager on that day; without it, of all below. Measures of
    different levels give each level its own rate. Of earnings: how far below the payee those are who earned."""
    when: When = Field(default=When(), examples=["{motion: new_business, term_months: {min: 36}}"])
    """Which deals count; without it, all. A least amount, margin or discount of a deal is a test here."""
    lines: LinesTest | None = Field(default=None, examples=["{family: {not: [Services]}}"])
    """Which lines of the deals count; without it, all. A deal counts for its lines' part of the amounts of all its
    lines; of margins and units, those of the lines themselves count."""
    weights: Weights | None = Field(default=None, examples=["{family: {Software: 100%, Services: 50%}, otherwise: 0%}"])
    """How much of a line or deal counts."""
    multiply: tuple[CreditMultiplier, ...] = Field(
        default=(),
        examples=["[{when: {term_months: {min: 36}}, by: 150%}, {when: {term_months: {min: 24}}, by: 120%}]"],
    )
    """Deals that count for more or less; the first that fits. Others count for what they are worth."""
    portion: Literal["all", "renewed", "uplift", "delta"] = Field(default="all", examples=["uplift"])
    """Which part of a renewal counts: `renewed` up to the expiring ACV, `uplift` above it (never below zero), `delta`
    the ACV less the expiring one, which is negative where a customer shrinks. What is no renewal is all uplift. A
    credit that the rules of engagement gave for one portion counts for that one only."""
    less_per_deal: Pay | None = Field(default=None, examples=["5_000"])
    """An amount of the plan's currency that each deal must exceed: only what is above it counts, and of a deal below
    zero what is beyond it on that side. A payee with a share of the deal exceeds that share of it."""

    most_per_deal: Pay | None = Field(default=None, examples=["500_000"])
    """The most that one deal counts for, in the plan's currency, either way: a windfall clause. A payee with a share of
    the deal counts for at most that share of it."""

    @property
    def unit(self) -> Unit:
        """What the measure's numbers are."""
        if self.imported is not None:
            return self.imported_as
        if self.weighted or self.is_mean:
            return "percent"
        if self.adds:
            return self.imported_as if "imported_as" in self.model_fields_set else "amount"
        if self.ratio is not None:
            return self.ratio.told_as
        logos = self.retention is not None and self.retention.kind == "logos"
        if self.sum == "units" or logos or self.members is not None:
            return "number"
        return "deals" if self.count is not None else "amount"

    @property
    def of_credits(self) -> bool:
        """Whether credits are added up, and no results or customers."""
        return self.sum is not None or self.count is not None

    @property
    def has_to_come(self) -> bool:
        """Whether nobody knows what it comes to before a result or a rate is there; of credits, none is nothing."""
        return self.imported is not None or self.retention is not None or self.members is not None

    @property
    def is_share(self) -> bool:
        """Whether the measure is a percentage by itself, without a quota."""
        return self.unit == "percent" or self.brings_whole

    @property
    def of_a_window(self) -> str | None:
        """What it is that only a window has and no deal; None where it adds up credits or results."""
        if self.retention is not None:
            return "a rate of retention"
        if self.weighted:
            return "a weighted attainment"
        if self.ratio is not None:
            return "a ratio"
        if self.adds:
            return "a sum of measures"
        if self.across is not None:
            return "what everybody came to"
        return "the number of members" if self.members is not None else None

    @property
    def brings_whole(self) -> bool:
        """Whether its rows say themselves what 100 % of it is."""
        counts_members = self.members is not None and self.members.counted_as == "share"
        return self.retention is not None or self.divides_whole or counts_members

    @property
    def is_mean(self) -> bool:
        """Whether it is the mean of what members attain."""
        return self.members is not None and self.members.counted_as == "mean"

    @property
    def divides_whole(self) -> bool:
        """Whether it is counted in parts of a 100 % of its own."""
        return bool(self.weighted) or self.is_mean or (self.ratio is not None and self.ratio.told_as == "percent")

    @property
    def parts(self) -> tuple[tuple[str, str | None], ...]:
        """The measures that it is made of, and the quotas with which they are compared; none of most."""
        if self.ratio is not None:
            return ((self.ratio.of, None), (self.ratio.to, None))
        if self.adds:
            return tuple((part.measure, None) for part in self.adds)
        return tuple((part.measure, part.quota) for part in self.weighted)

    @property
    def is_plain(self) -> bool:
        """Whether a credit counts for exactly what one of its columns holds."""
        return self.sum in (None, "amount", "acv", "arr", "cash", "earnings") and not self.made_of

    @property
    def made_of(self) -> tuple[str, ...]:
        """The keys that make a credit count for something else than its value."""
        keys = ("lines", "weights", "multiply", "less_per_deal", "most_per_deal")
        return (*(key for key in keys if getattr(self, key)), *(("portion",) if self.portion != "all" else ()))

    def dated(self) -> Iterator[tuple[Loc, Dated[Any]]]:
        """Every value that may change by date, and where it is written."""
        if self.weights is not None:
            for key in ("product", "family", "motion"):
                yield from ((("weights", key, name), leaf) for name, leaf in getattr(self.weights, key).items())
            yield ("weights", "otherwise"), self.weights.otherwise
        yield from ((("multiply", position, "by"), each.by) for position, each in enumerate(self.multiply))

    @property
    def looks_at_lines(self) -> bool:
        """Whether what a deal counts for depends on its lines."""
        weighed = self.weights is not None and bool(self.weights.product or self.weights.family)
        return self.sum == "units" or self.lines is not None or weighed

    def problems(self) -> Iterator[Problem]:
        """There is one thing to add up, of at least one kind of credit."""
        if sum(bool(getattr(self, name)) for name in SOURCES) != 1:
            remedy = "Write sum: acv, sum: amount, count: deals, import with the name of a result, or another of them."
            message = "a measure has exactly one of sum, count, import, retention, weighted, ratio, adds and members."
            yield Problem((), message, remedy)
        if not self.credits:
            yield Problem(("credits",), "empty.", "Write at least one of direct, overlay, rollup, team.")
        if len(set(self.credits)) < len(self.credits):
            yield Problem(("credits",), "names the same credits twice.", "Name each once.")
        if self.imported is not None or self.parts or self.members is not None:
            yield from self._of_credits_only()
        if self.imported is None and not self.adds and "imported_as" in self.model_fields_set:
            yield Problem(("as",), "says what an imported result is.", "Remove it, or write import.")
        yield from self._adds_problems()
        if self.retention is not None:
            yield from self._retention_problems()
        yield from weight_problems(self.weighted)
        if self.levels is not None and self.members is None and not ROLL_UPS & set(self.credits):
            yield Problem(("levels",), "only roll-ups have levels.", "Remove levels, or add credits: [rollup].")
        yield from self._earnings_problems()
        yield from self._worth_problems()
        yield from self._cash_problems()
        if (self.sum == "fact") != (self.fact is not None):
            message = "fact says which field of the CRM is added up."
            yield Problem((), message, "Write both, such as sum: fact and fact: usage_growth.")
        yield from self._across_problems()

    def _adds_problems(self) -> Iterator[Problem]:
        """Each measure is added once, to what is no percentage."""
        names = [part.measure for part in self.adds]
        for position, name in enumerate(names):
            if name in names[:position]:
                yield Problem(("adds", position, "measure"), f"{name} is added twice.", "Write it once.")
        if self.adds and self.imported_as == "percent":
            yield Problem(("as",), "a sum of measures is no percentage.", "Write as: number, or remove it.")

    def _across_problems(self) -> Iterator[Problem]:
        """What adds up over people is deals, each once, or a result of the company's own."""
        if self.across is None:
            return
        if not (self.of_credits and self.sum != "earnings") and self.imported is None:
            message = "only what deals add up to, and imported results, can be everybody's."
            yield Problem(("across",), message, "Write sum (not of earnings), count or import, or remove across.")
        if set(self.credits) != {"direct"}:
            message = "everybody's deals are their direct credits, so that each counts once."
            yield Problem(("credits",), message, "Remove credits.")
        if self.imported is not None and self.across.plans:
            yield Problem(("across",), "an imported result is the company's own.", "Write across: everybody.")

    def _worth_problems(self) -> Iterator[Problem]:
        """What changes a deal's worth needs a worth that it fits."""
        for key in self.made_of:
            if self.retention is not None and key == "lines":
                continue
            if not self.of_credits or self.sum in ("cash", "earnings"):
                yield Problem((key,), "is about the worth of deals, which is not added up here.", f"Remove {key}.")
            elif self.count is not None and key not in ("weights", "multiply"):
                yield Problem((key,), "is about money, and deals are counted.", f"Remove {key}, or write sum.")
        if self.portion == "delta" and self.sum not in ("acv", "arr", "mrr"):
            yield Problem(("portion",), "a delta is one of annual values.", "Write sum: acv, arr or mrr.")
        if self.portion == "delta" and (self.lines or (self.weights and self.looks_at_lines)):
            message = "what was sold before has no lines to compare with."
            yield Problem(("portion",), message, "Remove lines and weights of lines, or write portion: uplift.")
        if self.sum in ("list_price", "discount", "fact") and (self.looks_at_lines or self.portion != "all"):
            message = f"the {self.sum} of a deal is of all of it."
            yield Problem((), message, "Remove lines, weights of lines and portion.")
        for key in ("less_per_deal", "most_per_deal"):
            if self.sum == "units" and getattr(self, key) is not None:
                yield Problem((key,), "is an amount, and units are pieces.", f"Remove {key}.")

    def _cash_problems(self) -> Iterator[Problem]:
        """What asks about payments needs cash."""
        if self.overpaid != "ignored" and self.sum != "cash":
            yield Problem(("overpaid",), "only cash can be more than was sold.", "Remove overpaid, or write sum: cash.")
        if self.within_months is not None and self.sum != "cash":
            message = "only cash comes in the months after a deal was won."
            yield Problem(("within_months",), message, "Remove within_months, or write sum: cash.")
        if self.within_months is not None and self.within_months < 1:
            yield Problem(("within_months",), "no month at all.", "Write 1 or more.")

    def _of_credits_only(self) -> Iterator[Problem]:
        """An imported result, what is made of other measures, and people are no credits."""
        made = "attainments have" if self.weighted else "other measures have"
        what = "an imported result has" if self.imported else made if self.parts else "members have"
        for key in sorted({"credits", "when", "dated_by"} & self.model_fields_set):
            yield Problem((key,), f"asks about credits, and {what} none.", f"Remove {key}.")

    def _retention_problems(self) -> Iterator[Problem]:
        """A cohort has customers, one's own or the team's, and of these only what the account says can be tested."""
        if set(self.credits) - {"direct", "rollup"}:
            message = "a cohort has customers of one's own or of those below."
            yield Problem(("credits",), message, "Write direct, rollup or both.")
        for test in self.when.tests:
            if test.field not in ACCOUNT_FIELDS:
                message = f"{test.field} is of a deal, and a cohort has customers."
                yield Problem(("when", test.field), message, f"Write one of {', '.join(ACCOUNT_FIELDS)} and account.")

    def _earnings_problems(self) -> Iterator[Problem]:
        """Earnings are of some components, and either one's own or the team's."""
        if self.sum == "earnings" and not self.of:
            yield Problem((), "sum: earnings without the components that earn.", "Add of, such as of: [base].")
        if self.of and self.sum != "earnings":
            yield Problem(("of",), "of names the components of sum: earnings.", "Remove of, or write sum: earnings.")
        if self.sum == "earnings" and "team" in self.credits:
            yield Problem(("credits",), "colleagues' earnings are not added up.", "Write direct, overlay or rollup.")
        elif self.sum == "earnings" and ROLL_UPS & set(self.credits) and not self.of_the_team:
            message = "mixes one's own earnings with the team's."
            yield Problem(("credits",), message, "Write two measures: one with credits: [rollup], one without.")

    @property
    def of_the_team(self) -> bool:
        """Whether the earnings that are added up are those of everybody below the payee."""
        return set(self.credits) <= ROLL_UPS
