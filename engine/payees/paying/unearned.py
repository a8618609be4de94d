"""How much of an earning a clawback takes: exact shares by whole months or by days (DESIGN 5.16)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from engine.calendar import months_later, whole_months
from engine.documents.plans.clawback import Band, TakesBack, Within


def within(limit: Within, deal: Mapping[str, Any], on: date) -> bool:
    """Whether a day at or after the deal's date (`dated_on`) lies inside the limit."""
    return _elapsed(limit, deal["dated_on"], on) < _length(limit)


def share_taken(rule: TakesBack, limit: Within, deal: Mapping[str, Any], on: date) -> Fraction | None:
    """The share of the earning that a loss on the day takes back; None for a share of an unknown term.

    `deal` holds `dated_on`, `starts_on` and `term_months`; a deal without a start begins on its date.
    """
    if rule.share is not None:
        return rule.share
    if rule.unearned == "window":
        return 1 - Fraction(_elapsed(limit, deal["dated_on"], on), _length(limit))
    if rule.unearned == "term":
        return _unserved(deal["starts_on"] or deal["dated_on"], deal["term_months"], on, rule.by)
    open_bands = (band.share for band in rule.bands if _passed(band, deal["dated_on"], on) < band.until)
    return next(open_bands, Fraction(0))


def _unserved(start: date, term: int | None, on: date, by: str) -> Fraction | None:
    """The share of the term that was still to come; a month that is not over is not served."""
    if not term or term < 0:
        return None
    if by == "days":
        whole = (months_later(start, term) - start).days
        served = (on - start).days
    else:
        whole, served = term, whole_months(start, on)
    return 1 - Fraction(min(max(served, 0), whole), whole)


def _elapsed(limit: Within, since: date, on: date) -> int:
    return (on - since).days if limit.within_days is not None else whole_months(since, on)


def _length(limit: Within) -> int:
    return limit.within_days or limit.within_months or 0


def _passed(band: Band, since: date, on: date) -> int:
    return (on - since).days if band.until_day is not None else whole_months(since, on)
