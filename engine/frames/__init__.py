"""Schemas of every frame that passes between stages: read a stage's input and output here.

Money is Int64 micro-units beside a currency; shares and rates are exact rationals in `_num`/`_den` pairs; ids are the
CRM's, case-sensitive text; ranges of dates are half-open (`from_on` is in, `until_on` is out, null means open).
"""

from __future__ import annotations

from engine.frames.deals import (
    Appointments,
    Assignments,
    Classified,
    Cohorts,
    Credits,
)
from engine.frames.frame import Frame
from engine.frames.payees import (
    Attained,
    DealOutcomes,
    HeldSources,
    Lines,
    Payables,
    Posted,
    Postings,
)
from engine.frames.people import (
    Adjustments,
    Compensation,
    Enrolments,
    ImportedResults,
    Leaves,
    ListEntries,
    Lots,
    People,
    Quotas,
    ReportingLines,
    RoleHoldings,
)
from engine.frames.records import (
    Accounts,
    Contracts,
    DealEvents,
    DealLines,
    Deals,
    DealStages,
    FxRates,
    Splits,
    TeamMembers,
)

__all__ = [
    "Accounts",
    "Adjustments",
    "Appointments",
    "Assignments",
    "Attained",
    "Classified",
    "Cohorts",
    "Compensation",
    "Contracts",
    "Credits",
    "DealEvents",
    "DealLines",
    "DealOutcomes",
    "DealStages",
    "Deals",
    "Enrolments",
    "Frame",
    "FxRates",
    "HeldSources",
    "ImportedResults",
    "Leaves",
    "Lines",
    "ListEntries",
    "Lots",
    "Payables",
    "People",
    "Posted",
    "Postings",
    "Quotas",
    "ReportingLines",
    "RoleHoldings",
    "Splits",
    "TeamMembers",
]
