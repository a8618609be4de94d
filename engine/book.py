"""What a computation reads (`Book`, `Rules`) and what it answers (`Credited`, `Outcome`). All frozen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.documents.company.company import Company
from engine.documents.engagement.engagement import Engagement
from engine.documents.plans.plan import Plan
from engine.model import Issue


@dataclass(frozen=True, slots=True)
class Book:
    """The records a computation may look at: whole accounts for the deal stages, the people data always whole."""

    accounts: dy.DataFrame[f.Accounts]
    deals: dy.DataFrame[f.Deals]
    deal_lines: dy.DataFrame[f.DealLines]
    splits: dy.DataFrame[f.Splits]
    team_members: dy.DataFrame[f.TeamMembers]
    contracts: dy.DataFrame[f.Contracts]
    people: dy.DataFrame[f.People]
    role_holdings: dy.DataFrame[f.RoleHoldings]
    reporting_lines: dy.DataFrame[f.ReportingLines]
    enrolments: dy.DataFrame[f.Enrolments]
    quotas: dy.DataFrame[f.Quotas]
    compensation: dy.DataFrame[f.Compensation]
    leaves: dy.DataFrame[f.Leaves]
    imported_results: dy.DataFrame[f.ImportedResults]
    fx_rates: dy.DataFrame[f.FxRates]
    list_entries: dy.DataFrame[f.ListEntries]
    deal_events: dy.DataFrame[f.DealEvents]
    deal_stages: dy.DataFrame[f.DealStages]
    lots: dy.DataFrame[f.Lots]
    """What was given to pools and arms before: results of earlier computations, which stay."""
    adjustments: dy.DataFrame[f.Adjustments] = field(default_factory=f.Adjustments.create_empty)
    """What people corrected by hand; those that were withdrawn or wait for approval are not here."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The documents in force, each valid on its own and checked against the others."""

    company: Company
    engagements: tuple[Engagement, ...]
    plans: tuple[Plan, ...]


@dataclass(frozen=True, slots=True)
class Credited:
    """Result of the deal stages (classify, assign, credit, cohort), rebuildable per account."""

    classified: dy.DataFrame[f.Classified]
    assignments: dy.DataFrame[f.Assignments]
    credits: dy.DataFrame[f.Credits]
    cohorts: dy.DataFrame[f.Cohorts]
    lots: dy.DataFrame[f.Lots]
    """What was given away anew, to be kept."""
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """What the open deals would come to if they were won; never a result, and never beside one in a frame."""

    classified: dy.DataFrame[f.Classified]
    """The open deals, dated by the day on which they are expected to close."""
    assignments: dy.DataFrame[f.Assignments]
    credits: dy.DataFrame[f.Credits]
    """With the event `expected`, which no measure counts."""
    issues: tuple[Issue, ...]

    @classmethod
    def nothing(cls) -> Self:
        """Where there are no open deals."""
        return cls(f.Classified.empty(), f.Assignments.empty(), f.Credits.empty(), ())

    def as_won(self) -> dy.DataFrame[f.Credits]:
        """The credits as measures would count them, to ask what a deal would pay: for `pay`, never for the store."""
        return f.Credits.cast(self.credits.with_columns(event=pl.lit(None, dtype=pl.String)))


@dataclass(frozen=True, slots=True)
class Outcome:
    """Result of the payee stages (attain, earn, settle) for whole plan years of the given payees."""

    lines: dy.DataFrame[f.Lines]
    postings: dy.DataFrame[f.Postings]
    held: dy.DataFrame[f.HeldSources]
    """Credits without a line, because something that it needs is missing; what is posted for them stays."""
    payables: dy.DataFrame[f.Payables]
    """When the lines become payable, of plans that say so."""
    released: dy.DataFrame[f.Postings]
    """What is still to be posted to the account of what is payable; `period` is that in which it became so."""
    issues: tuple[Issue, ...]
