"""Terms of a window: the quota, target and rates that a component's pay for an entry refers to."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from engine.documents.plans.component import Component
from tests.reference.across import whose
from tests.reference.calendar import Span
from tests.reference.cases import case_of
from tests.reference.curve import Terms, depends_on_quota
from tests.reference.entries import Entry
from tests.reference.money import WHOLE
from tests.reference.own_windows import own_window
from tests.reference.participants import Participant
from tests.reference.rate_by import rate_of

if TYPE_CHECKING:
    from tests.reference.earn import Earnings


def terms_of(who: Participant, component: Component, entry: Entry, earned: Earnings) -> Terms:
    """What the curve refers to for one entry."""
    quota = Fraction(WHOLE) if who.plan.measures[component.measure].unit == "percent" else None
    own = None
    if entry.whole is not None:
        quota = Fraction(entry.whole)
    if component.quota is not None:
        asked = whose(who, component.measure)
        quota = earned.quota(asked, component.quota, _days(who, component, entry, earned))
    if component.own_targets is not None:
        own = earned.quota(who, component.own_targets, _days(who, component, entry, earned))
    rate = rate_of(component.rate_by, entry) if component.rate_by is not None else None
    return Terms(entry.day, quota, own, case_of(component.rates, entry, earned.facts), rate)


def check_window(who: Participant, component: Component, entry: Entry, earned: Earnings) -> None:
    """MissingQuotaError where the entry's window lacks a quota or target that the component depends on."""
    terms = terms_of(who, component, entry, earned)
    if depends_on_quota(component) and not asks_nothing(who, component, entry, earned):
        terms.needed_quota()
    if component.own_targets is not None:
        terms.target(component)


def asks_nothing(who: Participant, component: Component, entry: Entry, earned: Earnings) -> bool:
    """Whether the entry is of a window with a quota of 0 in which deals are to count and pay nothing."""
    asks = who.plan.zero_quota == "unpaid" and depends_on_quota(component)
    return asks and terms_of(who, component, entry, earned).quota == 0


def _days(who: Participant, component: Component, entry: Entry, earned: Earnings) -> Span:
    """Those of the entry's window: a fiscal period, or one from the payee's first day on."""
    since = earned.begins(who, component)
    if since is None:
        return earned.span(component.accumulates, entry)
    return own_window(since, entry.day, component.accumulates)
