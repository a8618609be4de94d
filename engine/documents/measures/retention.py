"""Retention: what became of the revenue that a payee's customers paid at the start of a window (DESIGN 5.12)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, StrictStr

from engine.documents.document import Document
from engine.documents.problems import Problem
from engine.documents.values import Count, Rate, spelt

ACCOUNT_FIELDS = ("segment", "territory", "industry", "country", "employees", "revenue")
"""What `when` may test of a customer; everything else is of a deal, and a cohort has customers."""
ACCOUNT_OWNER = "account_owner"
LONGEST_TRAIL = 120

_owner = spelt(
    rf"([A-Z][A-Z0-9_]{{0,39}}|{ACCOUNT_OWNER})", f"Write a role, such as CSM, or {ACCOUNT_OWNER}.", "an owner"
)
Owner = Annotated[StrictStr, _owner[0], _owner[1]]


class Retention(Document):
    """A rate: revenue kept of the revenue that the customers in the cohort had when it was frozen.

    The cohort is frozen at the start of the window: the customers who paid recurring revenue then and whom the payee
    owned on its first day. Customers who come later do not count. With 1,000,000 at the start, of which 60,000 was lost
    with customers who left and 20,000 with customers who pay less, and 110,000 of expansion:

    - `gross` (GRR): (1,000,000 - 60,000 - 20,000) / 1,000,000 = 92 %, never above 100 %
    - `net` (NRR): (1,000,000 - 60,000 - 20,000 + 110,000) / 1,000,000 = 103 %
    - `logos`: customers kept / customers at the start

    Over the cohort that was `due` these are the dollar renewal rate without and with expansion, and the logo renewal
    rate, of which a customer is kept who renewed anything that was due.

    What is measured is the revenue (or the customers) kept, and its 100 % is that of the start, without rounding: a
    percentage in brackets and gates is the rate, `rate: 0.5%` is of the revenue kept, and `target: 10_000` with
    `times: 1` pays as much of 10,000 as was kept. A rate is known, and counts, on the last day of its window once that
    is over; until then a gate on it is closed, and a multiplier stands at its first bracket.

    Revenue is annual (ARR, that is ACV). It begins with what the deal that started a contract signed, or with the ACV
    of a contract of the CRM that names no deal; upsells, cross-sells and downgrades change it from the day they start,
    until their contract ends: the one that they name, else of those that run then the one that ends last. What is sold
    where none runs lasts its own term. An event `cancelled` ends what its deal signed, `downgraded` makes it less.
    Where the CRM keeps contracts for a customer, these are its contracts, with those of renewals that none of them
    names; new business that none of them names counts for nothing, and an issue says so. (A contract that names no deal
    may be that of a deal that begins at most 31 days after it.) Else every new business and renewal starts one, for its
    term, and a churn ends the one whose deal it names, or the only one that runs that day. A renewal replaces the
    contract it renews: the one that it names, else the customer's one that ends nearest to its start, the nearest
    first; so does a contract that names no deal with one that is over when it starts. A customer whose contract ends is
    lost on the first day without one.
    Foreign revenue is exchanged at the rate of the first day throughout, so that a currency neither keeps nor loses a
    customer; what each deal brought is rounded to a micro-unit. A rate is held while a won deal of one of the customers
    is, and there is none for who is not on the plan on the last day of the window.
    """

    kind: Literal["gross", "net", "logos"] = Field(examples=["gross"])
    """Of what the rate is; see the list above."""
    cohort: Literal["book", "due"] = Field(default="book", examples=["due"])
    """`book`: all customers owned at the start, whether anything was due or not. `due`: of these the contracts whose
    last day lies in the window, each with what it was worth at its end as the start, and what its renewal is
    worth, whenever that was signed."""
    owner: Owner = Field(default=ACCOUNT_OWNER, examples=["CSM"])
    """Whose customers: who holds this role for the account, as in rules of engagement (with their vacancies), or the
    CRM's `account_owner`, which has no dates."""
    transferred: Literal["stays", "follows", "drops", "divides"] = Field(default="stays", examples=["divides"])
    """A customer who changes hands in the window: `stays` with who owned it on the first day; `follows` to who owns it
    on the last day, who answers for all of the window; `drops` out of everybody's cohort, unless it has the
    same owner on both days; `divides`: each answers for
    the days of their own, with the revenue at the handover as the end of the one and the start of the other (`due`:
    who owns it on the day it is due). Managers answer for the customers of whoever reports to them on the first day of
    the window, or of the owner's own days."""
    losses: Literal["every", "net"] = Field(default="every", examples=["net"])
    """What a customer (`due`: a contract) lost: `every` step down counts, whatever the customer bought beside it; `net`
    compares the end with the start alone, customer by customer. Steps of one day are one step. Only `gross` differs."""
    grace_days: Count = Field(default=0, examples=["30"])
    """A renewal that is signed at most so many days after the day on which it had to start is in time, and the revenue
    runs on until it starts; a later one is a loss, and what comes back is expansion."""
    trailing_months: Count | None = Field(default=None, examples=["12"])
    """The window begins so many fiscal months before its end, in place of the beginning of the accumulation window:
    `accumulates: quarter` with 12 is the rate of the last twelve months, every quarter."""

    goal: Rate | None = Field(default=None, examples=["90%"])
    """The rate that counts as 100 %, in place of all that there was at the start: with 90 % a rate of 92 % is an
    attainment of 102.2 %. Every percentage of brackets, points and gates is then one of the goal."""

    def problems(self) -> Iterator[Problem]:
        """Days, months and goals are some."""
        if self.goal == 0:
            yield Problem(("goal",), "0% is no goal.", "Write more than 0%, such as 90%.")
        if self.grace_days < 0:
            yield Problem(("grace_days",), f"{self.grace_days} is no number of days.", "Write 0 or more.")
        if self.trailing_months is not None and not 1 <= self.trailing_months <= LONGEST_TRAIL:
            message = f"{self.trailing_months} is no number of months to look back."
            yield Problem(("trailing_months",), message, f"Write 1 to {LONGEST_TRAIL}.")
