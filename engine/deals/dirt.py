"""What is wrong with a won deal on its own: missing, impossible and suspicious values, each with its remedy.

A deal without something pay depends on is held; one that merely looks odd counts, with a warning. Amounts are never
written into a message, because issues are logged.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from engine.deals.problems import Text, problems
from engine.model import LARGEST_MICROS, Motion, Severity
from engine.texts import text

FIRST_DAY, LAST_DAY = date(1980, 1, 1), date(2100, 12, 31)
"""Days outside are typing errors or stand for "unknown", and overflow calendars."""

Check = tuple[str, pl.Expr, Text, Text]
"""Code, when it is found, message and remedy."""

_GAINS = (Motion.NEW_BUSINESS, Motion.RENEWAL, Motion.UPSELL, Motion.CROSS_SELL)
_LOSSES = (Motion.DOWNGRADE, Motion.CHURN)
_SAME_DEAL = ("account_id", "amount_micros", "dated_on", "type")


def plausible(day: pl.Expr) -> pl.Expr:
    """The day, null where it cannot be meant."""
    return pl.when(day.is_between(FIRST_DAY, LAST_DAY)).then(day)


def dirt(won: pl.DataFrame) -> list[pl.DataFrame]:
    """Problems of won deals with their motion, by kind."""
    checks = [
        *((Severity.HOLDS, *check) for check in (*_missing(), *_impossible())),
        *((Severity.WARNS, *check) for check in _odd()),
    ]
    single = [
        problems(won.filter(found), code, severity, message, remedy)
        for severity, code, found, message, remedy in checks
    ]
    return [*single, _repeated(won)]


def _missing() -> list[Check]:
    account, owner, currency = pl.col("account_id"), pl.col("owner_id"), pl.col("currency")
    return [
        ("missing_account", account.is_null(), "has no account.", "Set the account in the CRM."),
        (
            "unknown_account",
            account.is_not_null() & ~pl.col("account_known"),
            text("belongs to account {}, which is not among the accounts.", account),
            "Restore the account, or let the worker's user see it.",
        ),
        ("missing_owner", owner.is_null(), "has no owner.", "Set the owner in the CRM."),
        ("missing_amount", pl.col("amount_micros").is_null(), "has no amount.", "Set the amount in the CRM."),
        ("missing_close_date", pl.col("dated_on").is_null(), "has no close date.", "Set the close date in the CRM."),
        ("missing_currency", currency.is_null(), "has no currency.", "Set the currency in the CRM."),
        (
            "missing_rate",
            currency.is_not_null() & pl.col("fx_num").is_null() & pl.col("closed_on").is_not_null(),
            text("is in {}, which has no single exchange rate on {}.", currency, "dated_on"),
            "Keep one dated exchange rate for that day in the CRM (a plan test: in fx_rates), or correct the currency.",
        ),
    ]


def _impossible() -> list[Check]:
    motion, acv = pl.col("motion"), pl.col("exact_acv")
    amount = pl.col("amount_micros")
    too_large = (amount.cast(pl.Int128).abs() > LARGEST_MICROS) | (acv.abs() > LARGEST_MICROS)
    term = pl.col("term_months")
    return [
        (
            "implausible_close_date",
            pl.col("dated_on").is_not_null() & pl.col("closed_on").is_null(),
            text("was closed on {}, which is before {} or after {}.", "dated_on", *map(pl.lit, _days())),
            "Correct the close date in the CRM.",
        ),
        (
            "amount_out_of_bounds",
            too_large,
            "has an amount beyond a million million.",
            "Correct the amount, the ACV or the term in the CRM.",
        ),
        (
            "impossible_term",
            acv.is_null() & amount.is_not_null() & (term < 1),
            text("has a term of {} months, so its ACV cannot be told.", term),
            "Correct the term, or set the ACV in the CRM.",
        ),
        (
            "gain_is_negative",
            motion.is_in(_GAINS) & ((amount < 0) | (acv < 0)),
            text("is {} but its amount or ACV is below zero.", motion),
            "Correct the sign, or use the type of a downgrade or churn.",
        ),
        (
            "loss_is_positive",
            motion.is_in(_LOSSES) & ((amount > 0) | (acv > 0)),
            text("is {} but its amount or ACV is above zero.", motion),
            "Enter what was lost as a negative amount, or correct the type.",
        ),
        (
            "renews_itself",
            (motion == Motion.RENEWAL) & (pl.col("prior_deal_id") == pl.col("deal_id")),
            "is named as the prior deal of itself.",
            "Name the deal that it renews.",
        ),
    ]


def _odd() -> list[Check]:
    owner, starts_on = pl.col("owner_id"), pl.col("starts_on")
    return [
        (
            "backdated",
            pl.col("created_on") > pl.col("dated_on"),
            text("was closed on {}, before it was created on {}.", "dated_on", "created_on"),
            "Check the close date: it decides the period and who held which role.",
        ),
        (
            "unknown_owner",
            owner.is_not_null() & ~pl.col("owner_known"),
            text("is owned by user {}, who is not among the people.", owner),
            "Give it to a person, or let the worker's user see its owner.",
        ),
        (
            "implausible_start",
            starts_on.is_not_null() & plausible(starts_on).is_null(),
            text("starts on {}, which cannot be meant; its close date counts instead.", starts_on),
            "Correct the start date in the CRM.",
        ),
    ]


def _repeated(won: pl.DataFrame) -> pl.DataFrame:
    """Deals that agree in account, amount, close date and type; each names the others."""
    whole = won.filter(pl.all_horizontal(pl.col("account_id", "amount_micros", "dated_on").is_not_null()))
    twins = whole.filter(pl.len().over(_SAME_DEAL) > 1)
    groups = twins.group_by(_SAME_DEAL).agg(twin_ids=pl.col("deal_id").sort())
    named = twins.join(groups, on=_SAME_DEAL, nulls_equal=True).with_columns(
        pl.col("twin_ids").list.set_difference(pl.concat_list("deal_id")).list.sort().list.head(3).list.join(", ")
    )
    return problems(
        named,
        "likely_duplicate",
        Severity.WARNS,
        text("has the account, amount, close date and type of deal {}.", "twin_ids"),
        "Delete or merge one of them if they are the same sale.",
    )


def _days() -> tuple[str, str]:
    return FIRST_DAY.isoformat(), LAST_DAY.isoformat()
