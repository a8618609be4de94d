"""Compute: what changed in the mirror or in the rules becomes owners, lines, postings and desired CRM values.

All of it happens in ONE transaction, from reading the changed records to queueing the writes: a crash leaves the books
as they were, and a preview is the same path without the commit.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from typing import TypeVar, cast

import dataframely as dy
import polars as pl
from sqlalchemy import Connection

from connectors.outcomes import NOTE_TEXT, NOTES
from engine import frames as f
from engine.book import Book, Credited, Expected, Outcome, Rules
from engine.calendar import business_date, period_of
from engine.cohorts.windows import Reach
from engine.compute import credit_deals, expected
from engine.documents.plans.order import looking_at_each_other, team_is_read
from engine.model import Issue, join_issues
from engine.pay import pay
from engine.payees.attain import STATEMENT
from engine.payees.paying.booking import book_in
from engine.periods import PeriodKind
from engine.telling.publish import publish
from engine.version import VERSION
from jobs.access.activation import check_activation
from jobs.access.waiting import waiting_id
from jobs.books.terms import refuse_other_terms
from jobs.canonical import Touched, refresh
from jobs.concerned import concerned, measured_together
from jobs.configuration import Configuration
from jobs.desire import wanted_fields, wanted_notes, wanted_owners
from jobs.guard import Shown, check
from jobs.publishing.desire import desire_records, is_new
from jobs.publishing.objects import pay_objects
from jobs.running import Run
from jobs.sharing import wanted_people
from store import (
    canonical,
    closing,
    computations,
    expectations,
    ledger,
    ownership,
    results,
    runs,
    settings,
    writeback,
)

S = TypeVar("S", bound=f.Frame)

COMPUTED, POLICY = "computed_fingerprint", "computed_policy"
SOURCE = ["plan", "component", "payee_id", "source_id"]


@dataclass(frozen=True, slots=True)
class Computed:
    """What one computation did; also what a preview shows."""

    full: bool = False
    deals: int = 0
    payees: int = 0
    wanted: int = 0
    postings: pl.DataFrame = field(default_factory=pl.DataFrame)
    released: pl.DataFrame = field(default_factory=pl.DataFrame)
    """Postings of what is payable."""
    outcomes: pl.DataFrame = field(default_factory=pl.DataFrame)
    issues: tuple[Issue, ...] = ()


def advance(conn: Connection, configuration: Configuration, run: Run, *, guarded: bool = True) -> Computed:
    """The whole computation inside the caller's transaction."""
    now = run.clock()
    if guarded:
        check_activation(configuration.rules.plans, configuration.access, partial(waiting_id, conn))
    touched = refresh(conn, configuration, now)
    through = computed_through(configuration, now)
    state = f"{configuration.fingerprint} {through}"
    full = touched.everything or settings.setting_of(conn, COMPUTED) != state or is_new(conn, configuration)
    if not full and not (touched.accounts or touched.deals or touched.payees):
        return Computed(wanted=desire_records(conn, configuration, run, (), through))
    scope = Scope(conn, configuration, through, full=full)
    book, credited = scope.credit(touched)
    outcome = _in_open_periods(conn, scope.pay(book, credited), configuration)
    if guarded:
        _check(conn, configuration, outcome, full=full, slips=touched.slips)
    shows_open, records = configuration.mapping.open_deals, pay_objects(configuration) is not None
    open_deals = _open_deals(book, credited, configuration, now) if shows_open or records else Expected.nothing()
    outcomes = scope.publish(book, outcome, open_deals if shows_open else None)
    wanted = _save(conn, configuration, run, outcome, outcomes)
    if configuration.mapping.note:
        wanted += writeback.desire(conn, NOTES, wanted_notes(outcomes, book.people, NOTE_TEXT))
    scope.want_owners(configuration, book, outcomes, open_deals if shows_open else None)
    wanted += desire_records(conn, configuration, run, scope.payees | scope.expect(open_deals), through)
    issues = join_issues(credited.issues, outcome.issues)
    subjects = None if full else touched.subjects | scope.subjects
    runs.record_issues(conn, "compute", issues, run.clock(), subjects)
    settings.set_setting(conn, COMPUTED, state)
    if full:
        settings.set_setting(conn, POLICY, configuration.policy)
    _note(conn, configuration, run, now, anchored=scope.anchored)
    return Computed(
        full, len(scope.deals), len(scope.payees), wanted, outcome.postings, outcome.released, outcomes, issues
    )


def _check(
    conn: Connection, configuration: Configuration, outcome: Outcome, *, full: bool, slips: tuple[str, ...]
) -> None:
    """Stop where a person must look first. Before the first computation there was no other policy."""
    shown = Shown(partial(ledger.line_count, conn), partial(ledger.money_shown, conn))
    before = settings.setting_of(conn, POLICY)
    check(
        outcome.postings,
        shown,
        configuration.settings.guard,
        partial(waiting_id, conn),
        released=outcome.released,
        edited=full and before is not None and before != configuration.policy,
        slips=slips,
    )


class Scope:
    """One computation: the deals and payees it is about, all (`full`) or those that touched records concern."""

    def __init__(self, conn: Connection, configuration: Configuration, through: date, *, full: bool) -> None:
        self.conn, self.rules, self.through, self.full = conn, configuration.rules, through, full
        self.deal_object = configuration.mapping.deal_object
        self.deals: set[str] = set()
        self.accounts: set[str] = set()
        self.payees: set[str] = set()
        self.keeps = False
        """Whether something shown earlier stays as it is because it cannot be computed now."""

    @property
    def anchored(self) -> bool:
        """Whether all results now follow from the inputs alone; what is not looked at is as it was."""
        last = computations.last_computation(self.conn)
        return not self.keeps and (self.full or (last is not None and last.anchored))

    @property
    def subjects(self) -> set[str]:
        """Whose issues this computation knows anew."""
        named = (("deal", self.deals), ("account", self.accounts), ("payee", self.payees))
        return {f"{kind} {name}" for kind, names in named for name in names}

    def credit(self, touched: Touched) -> tuple[Book, Credited]:
        """The deal stages for whole accounts; remembers whom the earlier credits named, too."""
        book = canonical.load_book(self.conn, None if self.full else touched.accounts, touched.deals)
        credited = credit_deals(book, self.rules, Reach(self.through))
        self.deals = touched.deals | set(book.deals["deal_id"])
        if self.full:
            self.deals |= set(results.assignments_of(self.conn, None)["deal_id"])
        self.payees = touched.payees | results.payees_of(self.conn, self.deals) | set(credited.credits["payee_id"])
        self.accounts = set(book.accounts["account_id"]) | touched.accounts
        self.payees |= results.answering_for(self.conn, self.accounts) | set(credited.cohorts["payee_id"])
        results.replace_credited(self.conn, self.deals, credited)
        canonical.keep_lots(self.conn, credited.lots)
        results.replace_cohorts(self.conn, None if self.full else self.accounts, credited.cohorts)
        if team_is_read(self.rules.plans):
            self.payees = results.with_teams(self.conn, self.payees)
        self.payees |= rivals(self.payees, book, self.rules) | measured_together(self.conn, book, self.rules)
        return book, credited

    def pay(self, book: Book, credited: Credited) -> Outcome:
        """The payee stages for everything that the affected payees are credited with.

        What was shown for a deal that is held now, or for a credit that cannot be computed now, stays as it is: a
        missing value in the CRM takes nothing back from anybody.
        """
        credits_ = credited.credits if self.full else results.credits_of(self.conn, self.payees)
        deals = credited.classified if self.full else results.classified_of(self.conn, set(credits_["deal_id"]))
        posted = ledger.posted(self.conn, None if self.full else self.payees)
        named = set(credits_["deal_id"])
        mine = book if self.full else concerned(self.conn, book, self.rules, self.payees, named)
        frozen = results.held_among(self.conn, posted["deal_id"].drop_nulls())
        released = ledger.posted(self.conn, None if self.full else self.payees, ledger.PAYABLE)
        kept_of_deals = results.lines_of(self.conn, None, frozen)
        payables_of_deals = results.payables_of(self.conn, None, frozen)
        outcome = pay(
            credits_,
            deals,
            mine,
            self.rules,
            _not_of(posted, frozen),
            cohorts=credited.cohorts if self.full else results.cohorts_of(self.conn, self.payees),
            through=self.through,
            kept=kept_of_deals if self.full else _of(kept_of_deals, "payee_id", self.payees),
            released=_not_of(released, frozen),
            kept_payables=payables_of_deals if self.full else _of(payables_of_deals, "payee_id", self.payees),
        )
        self.payees |= {*outcome.postings["payee_id"], *outcome.lines["payee_id"], *outcome.released["payee_id"]}
        self.keeps = bool(frozen) or not outcome.held.is_empty()
        lines = _with_kept(outcome.lines, results.lines_of(self.conn, self.payees), frozen, outcome.held)
        payables = _with_kept(outcome.payables, results.payables_of(self.conn, self.payees), frozen, outcome.held)
        results.replace_lines(self.conn, self.payees, f.Lines.cast(lines))
        results.replace_payables(self.conn, self.payees, f.Payables.cast(payables))
        return outcome

    def expect(self, open_deals: Expected) -> set[str]:
        """Remember who is expected to be credited for the open deals; answers whose estimates may be others now."""
        pairs = list(open_deals.credits.select("deal_id", "payee_id").unique().iter_rows())
        return expectations.replace_expected(self.conn, None if self.full else self.deals, pairs)

    def publish(self, book: Book, outcome: Outcome, open_deals: Expected | None) -> dy.DataFrame[f.DealOutcomes]:
        """What the CRM should say of every deal that was looked at or whose lines moved."""
        deals = self.deals | set(outcome.postings["deal_id"].drop_nulls())
        assignments = results.assignments_of(self.conn, deals)
        known = writeback.wanted_ids(self.conn, self.deal_object, deals)
        writeback.unpark(self.conn, self.deal_object, self.deals)
        return publish(
            results.classified_of(self.conn, deals),
            assignments,
            results.lines_of(self.conn, None, deals),
            book.people,
            known,
            expected=open_deals,
        )

    def want_owners(
        self, configuration: Configuration, book: Book, outcomes: pl.DataFrame, open_deals: Expected | None
    ) -> None:
        """Remember whom the places of these deals should name that show people in the CRM's own way."""
        mapping = configuration.mapping
        if mapping.ownership.empty:
            return
        if self.full:  # another policy may decide otherwise about what nobody has changed since
            ownership.look_again(self.conn, mapping.deal_object)
        credited: dict[str, dict[str, str]] = {}
        if mapping.ownership.team or mapping.ownership.splits:
            credits_ = results.credits_of(self.conn, None, set(outcomes["deal_id"]))
            every = pl.concat([credits_, open_deals.credits]) if open_deals else credits_
            credited = wanted_people(every, book.people, mapping.ownership)
        ownership.want(self.conn, mapping.deal_object, list(wanted_owners(outcomes, mapping, credited)))


def _open_deals(book: Book, credited: Credited, configuration: Configuration, now: datetime) -> Expected:
    """Whose the open deals of the book will be; what was just given away counts."""
    rules = configuration.rules
    lots = f.Lots.cast(pl.concat([book.lots, credited.lots]))
    return expected(replace(book, lots=lots), rules, business_date(now, rules.company.zone))


def rivals(payees: set[str], book: Book, rules: Rules) -> set[str]:
    """Everybody in the plans that look at each other's achievements with a plan that any of the payees is in."""
    found: set[str] = set()
    circles = looking_at_each_other(rules.plans)
    while True:
        here = book.enrolments.filter(pl.col("person_id").is_in(list(payees | found)))
        touched = [circle for circle in circles if circle & set(here["plan"])]
        more = book.enrolments.filter(pl.col("plan").is_in(list(set[str]().union(*touched))))
        if set(more["person_id"]) <= found:
            return found
        found |= set(more["person_id"])


def computed_through(configuration: Configuration, now: datetime) -> date:
    """The end of the last fiscal month that is over, or of the last week or half-month where a plan pays by those.

    What time alone makes due is computed as far as that.
    """
    company = configuration.rules.company
    kinds: set[PeriodKind] = {"month", *(STATEMENT[plan.pays] for plan in configuration.rules.plans)}
    today = business_date(now, company.zone)
    return max(period_of(today, kind, company).starts_on for kind in kinds)


def _in_open_periods(conn: Connection, outcome: Outcome, configuration: Configuration) -> Outcome:
    """The outcome with postings about closed periods booked in the first open one."""
    shut, company = frozenset(closing.closed(conn)), configuration.rules.company
    if shut:
        refuse_other_terms(conn, configuration.rules.plans)
    return replace(
        outcome,
        postings=book_in(outcome.postings, shut, company),
        released=book_in(outcome.released, shut, company),
    )


def _of(rows: dy.DataFrame[S], column: str, names: set[str]) -> dy.DataFrame[S]:
    """The rows of these names."""
    return cast("dy.DataFrame[S]", rows.filter(pl.col(column).is_in(list(names))))


def _with_kept(new: pl.DataFrame, shown: pl.DataFrame, frozen: set[str], held: pl.DataFrame) -> pl.DataFrame:
    """The rows, and those shown before for deals and credits that cannot be computed now."""
    kept = [shown.filter(pl.col("deal_id").is_in(list(frozen))), shown.join(held, on=SOURCE, how="semi")]
    return pl.concat([new, *kept]).unique()


def _not_of(posted: pl.DataFrame, deals: set[str]) -> dy.DataFrame[f.Posted]:
    """What is posted, without these deals."""
    return f.Posted.cast(posted.filter(~pl.col("deal_id").is_in(list(deals)).fill_null(value=False)))


def _save(
    conn: Connection,
    configuration: Configuration,
    run: Run,
    outcome: Outcome,
    outcomes: dy.DataFrame[f.DealOutcomes],
) -> int:
    """Ledgers, documents and desired values; answers for how many records the CRM should now say something else."""
    now = run.clock()
    ledger.append(conn, outcome.postings, run.run_id, now)
    ledger.append(conn, outcome.released, run.run_id, now, account=ledger.PAYABLE)
    wanted = wanted_fields(outcomes, configuration.mapping, now)
    return writeback.desire(conn, configuration.mapping.deal_object, wanted)


def _note(conn: Connection, configuration: Configuration, run: Run, now: datetime, *, anchored: bool) -> None:
    """Keep what this was computed from."""
    fingerprint = configuration.fingerprint
    computations.keep_configuration(conn, fingerprint, configuration.texts, now)
    computations.note_computation(conn, run.run_id, now, fingerprint, VERSION, anchored=anchored)
