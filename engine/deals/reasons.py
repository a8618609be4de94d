"""The sentence that says why a deal has its owners: the rule, the facts it tested, the day and how each was found."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from engine.documents.conditions import FIELDS, FieldTest, When
from engine.documents.engagement.engagement import Owners, Rule
from engine.matching import ratio_of, value_of
from engine.model import MICROS
from engine.texts import text

_PERCENT_DECIMALS = 4
_IN_A_CURRENCY = frozenset(name for name, kind in FIELDS.items() if kind == "money" and name != "revenue")


def reason(rule: Rule) -> pl.Expr:
    """The sentence for the deals of a rule; column `found:ROLE` says who fills each owner's role and how."""
    because = f" ({rule.because})" if rule.because else ""
    owners = pl.concat_str(_owners(rule.owners), separator=", ")
    facts = pl.concat_str(_facts(rule.when), separator=", ")
    return text("{}: {} on {}; {}.", pl.lit(rule.id + because), facts, "dated_on", owners)


def roles_of(owners: Owners) -> dict[str, list[str]]:
    """The roles that own, each with its responsibilities."""
    roles: dict[str, list[str]] = {}
    for responsibility in Owners.model_fields:
        roles.setdefault(getattr(owners, responsibility), []).append(responsibility)
    return roles


def _owners(owners: Owners) -> Sequence[pl.Expr]:
    roles = roles_of(owners)
    return [
        text("{} {}", pl.lit("owner" if len(roles) == 1 else f"{' and '.join(names)} owner"), f"found:{role}")
        for role, names in roles.items()
    ]


def _facts(when: When) -> list[pl.Expr]:
    listed = when.account.listed_in if when.account else None
    unlisted = when.account.not_listed_in if when.account else None
    lists = [pl.lit(f"account on list {listed}")] if listed else []
    lists += [pl.lit(f"account not on list {unlisted}")] if unlisted else []
    tested = [text("{} {}", pl.lit(test.name), _shown(test)) for test in when.tests]
    return [*lists, *tested] or [pl.lit("any deal")]


def _shown(test: FieldTest) -> pl.Expr:
    """The deal's value of a field, for people."""
    if test.type == "percent":
        return _percent(*ratio_of(test.field))
    column = value_of(test.field)
    if test.type == "money":
        amount = _amount(column.cast(pl.Int64))
        return text("{} {}", amount, "currency") if test.field in _IN_A_CURRENCY else amount
    if test.type in ("texts", "names"):
        return pl.when(column.list.len() == 0).then(pl.lit("none")).otherwise(column.list.join("/"))
    return column.cast(pl.String)


def _amount(micros: pl.Expr) -> pl.Expr:
    """`-1,234.50`: every decimal that is there, and none where there is none."""
    size = micros.cast(pl.Int128).abs()
    thousands = (
        (size // MICROS).cast(pl.String).str.reverse().str.replace_all(r"(\d{3})", "${1},").str.strip_chars_end(",")
    )
    rest = (size % MICROS).cast(pl.String).str.zfill(6).str.strip_chars_end("0").str.pad_end(2, "0")
    decimals = pl.when(size % MICROS == 0).then(pl.lit("")).otherwise(text(".{}", rest))
    return text("{}{}{}", _sign(micros), thousands.str.reverse(), decimals)


def _percent(num: pl.Expr, den: pl.Expr) -> pl.Expr:
    """`12.5 %`, cut after four decimals."""
    scale = 10**_PERCENT_DECIMALS
    size = num.cast(pl.Int128).abs() * (100 * scale) // den
    rest = (size % scale).cast(pl.String).str.zfill(_PERCENT_DECIMALS).str.strip_chars_end("0")
    decimals = pl.when(rest == "").then(pl.lit("")).otherwise(text(".{}", rest))
    return text("{}{}{} %", _sign(num), (size // scale).cast(pl.String), decimals)


def _sign(number: pl.Expr) -> pl.Expr:
    return pl.when(number < 0).then(pl.lit("-")).otherwise(pl.lit(""))
