"""The report of an experiment: renewal rate and cost of each arm, with what is known and what is not yet decided."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

import polars as pl

from engine.calendar import business_date
from engine.documents.engagement.experiments import Experiment
from engine.documents.problems import nearest
from engine.money import format_amount, round_ratio
from engine.telling.intervals import Interval, difference, wilson
from engine.telling.trial import GRACE_DAYS, OUTCOMES, in_window, outcomes
from jobs.configuration import Configuration
from jobs.settings import SettingsProblem
from store import canonical, ledger, results
from store.database import Store

METHOD = "95 % intervals: Wilson's score for a rate, Newcombe's for a difference."
DEFINED = (
    "Renewed: a renewal was won between start and end. Lost: a contract was cancelled, a churn was recorded, or a "
    f"contract ended and {GRACE_DAYS} days have passed. The rate is renewed over renewed and lost; each account once. "
    "Cost: what is booked for deals dated between start and end."
)


def report(configuration: Configuration, store: Store, name: str, clock: Callable[[], datetime]) -> dict[str, Any]:
    """Everything that is known of an experiment by now."""
    experiment = _experiment(configuration, name)
    company = configuration.rules.company
    with store.read() as conn:
        book = canonical.load_book(conn, None)
        classified = results.classified_of(conn, None)
        posted = ledger.posted(conn, None)
    accounts = outcomes(experiment, book, classified, business_date(clock(), company.zone))
    costs = _costs(experiment, accounts, classified, posted)
    arms = [_arm(arm, experiment, accounts, costs) for arm in experiment.arms]
    return {
        "experiment": experiment.id,
        "question": experiment.because,
        "from": experiment.effective.from_on.isoformat(),
        "until": experiment.effective.until_on.isoformat() if experiment.effective.until_on else None,
        "n": accounts.height,
        "arms": arms,
        "strata": _strata(accounts),
        "differences": list(_differences(arms)),
        "method": METHOD,
        "defined": DEFINED,
    }


def _experiment(configuration: Configuration, name: str) -> Experiment:
    found = {each.id: each for engagement in configuration.rules.engagements for each in engagement.experiments}
    if name not in found:
        remedy = nearest(name, found) if found else "There are none in config/engagement."
        raise SettingsProblem(f"no experiment is called {name}. {remedy}")
    return found[name]


def _costs(
    experiment: Experiment, accounts: pl.DataFrame, classified: pl.DataFrame, posted: pl.DataFrame
) -> Mapping[str, dict[str, int]]:
    """By arm and currency: what is booked for deals of its accounts in the window."""
    deals = classified.filter(in_window("dated_on", experiment)).select("deal_id", "account_id")
    booked = posted.join(deals, on="deal_id").join(accounts.select("account_id", "arm"), on="account_id")
    sums = booked.group_by("arm", "currency").agg(pl.col("amount_micros").cast(pl.Int128).sum()).sort("arm", "currency")
    costs: dict[str, dict[str, int]] = {arm: {} for arm in experiment.arms}
    for arm, currency, amount in sums.iter_rows():
        costs.setdefault(arm, {})[currency] = amount
    return costs


def _arm(
    arm: str, experiment: Experiment, accounts: pl.DataFrame, costs: Mapping[str, dict[str, int]]
) -> dict[str, Any]:
    mine = accounts.filter(pl.col("arm") == arm)["outcome"].to_list()
    counted = {outcome: mine.count(outcome) for outcome in OUTCOMES}
    decided = counted["renewed"] + counted["lost"]
    return {
        "arm": arm,
        "share": _percent(experiment.arms[arm]),
        "drawn": len(mine),
        **counted,
        "decided": decided,
        "rate": _percent(Fraction(counted["renewed"], decided)) if decided else None,
        "interval": _interval(wilson(counted["renewed"], decided)) if decided else None,
        "cost": {currency: format_amount(amount, currency) for currency, amount in costs[arm].items()},
        "cost_per_decided": {
            currency: format_amount(round_ratio(amount, decided, 10_000, "half_up"), currency)
            for currency, amount in costs[arm].items()
            if decided
        },
    }


def _differences(arms: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every other arm against the first."""
    first, *others = arms
    for other in others:
        if first["decided"] and other["decided"]:
            found = difference((first["renewed"], first["decided"]), (other["renewed"], other["decided"]))
            says = "undecided: 0 is inside" if found.low <= 0 <= found.high else "they differ: 0 is outside"
            yield {"arms": f"{first['arm']} - {other['arm']}", "interval": _interval(found), "says": says}
        else:
            yield {"arms": f"{first['arm']} - {other['arm']}", "interval": None, "says": "no account is decided yet"}


def _strata(accounts: pl.DataFrame) -> list[dict[str, Any]]:
    counts = accounts.group_by("stratum", "arm").len("accounts").sort("stratum", "arm")
    return list(counts.iter_rows(named=True))


def _interval(found: Interval) -> list[str]:
    return [_percent(found.low), _percent(found.high)]


def _percent(share: Fraction) -> str:
    """To a tenth."""
    tenths = round_ratio(share.numerator * 1000, share.denominator, 1, "half_up")
    sign = "-" if tenths < 0 else ""
    return f"{sign}{abs(tenths) // 10}.{abs(tenths) % 10} %"
