"""The price of a late change: what it would move in closed periods, for whom, and in which words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import Connection

from jobs.books.material import Told
from jobs.changes import changed_fields, deal_of, told_changes
from jobs.compute import Computed
from jobs.configuration import Configuration
from jobs.sentences import told_lines
from store import results
from store.ledger import KEY
from store.mirror import ChangedRecord

EFFECT = ["account", "payee_id", "period", "currency"]
"""What a price is told by; `account` is earned or payable, `period` the closed one."""
LINES_A_PAYEE = 2
"""Lines told of each payee, those that move most: a deal that goes moves the rounding of all after it."""

KIND_OF_FIELD = {
    **dict.fromkeys(("amount_micros", "acv_micros", "cost_micros", "list_micros", "currency", "term_months"), "amount"),
    **dict.fromkeys(("closed_on", "starts_on"), "close_date"),
    **dict.fromkeys(("stage", "is_won", "is_closed"), "stage"),
    "owner_id": "owner",
}
KIND_OF_FRAME = {"deal_lines": "amount", "splits": "owner", "team_members": "owner", "accounts": "account"}


@dataclass(frozen=True, slots=True)
class Trial:
    """A change as it would be: what it moves, what changed of the record, and the lines of then."""

    effects: pl.DataFrame
    after: Mapping[str, Any]
    lines: pl.DataFrame
    sentences: Mapping[tuple[str, ...], str]


def about_closed(computed: Computed) -> pl.DataFrame:
    """What a computation booked about closed periods, summed by EFFECT; zero sums stay: something did move."""
    accounts = {"earned": computed.postings, "payable": computed.released}
    booked = [
        each.filter(pl.col("booked_in") != pl.col("period")).select(*EFFECT[1:], "delta_micros", account=pl.lit(name))
        for name, each in accounts.items()
        if each.height
    ]
    if not booked:
        return pl.DataFrame()
    return pl.concat(booked).group_by(EFFECT).agg(pl.col("delta_micros").sum()).sort(EFFECT)


def tried(conn: Connection, record: ChangedRecord, computed: Computed, configuration: Configuration) -> Trial:
    """What is to be known of a change while it is in force."""
    effects = about_closed(computed)
    lines = _lines(conn, effects)
    return Trial(effects, deal_of(conn, record.record_id), lines, _sentences(conn, lines, configuration))


def told(conn: Connection, record: ChangedRecord, trial: Trial, configuration: Configuration) -> dict[str, list[Any]]:
    """The price of the change, in words and numbers, once it is undone again."""
    before = deal_of(conn, record.record_id)
    fields = changed_fields(before, trial.after)
    shown = _lines(conn, trial.effects)
    return {
        "kinds": sorted(set(_kinds(record, before, trial.after, fields, configuration))),
        "changes": told_changes(before, trial.after),
        "effects": trial.effects.to_dicts(),
        "lines": list(_changed(shown, _sentences(conn, shown, configuration), trial)),
    }


def _kinds(
    record: ChangedRecord,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    fields: Sequence[str],
    configuration: Configuration,
) -> Iterator[str]:
    frame = configuration.mapping.frame_of(record.object)
    if frame != "deals":
        yield "deleted" if record.deleted else KIND_OF_FRAME.get(frame or "", "other")
    elif not before:
        yield "new"
    elif not after:
        yield "deleted"
    else:
        yield from (KIND_OF_FIELD.get(name, "other") for name in fields)
        if not fields:
            yield "other"


def _lines(conn: Connection, effects: pl.DataFrame) -> pl.DataFrame:
    """The lines of these payees in these periods."""
    payees = effects["payee_id"].unique().to_list()
    lines = results.lines_of(conn, payees)
    return lines.join(effects.select("payee_id", "period").unique(), on=["payee_id", "period"], how="semi")


def _sentences(conn: Connection, lines: pl.DataFrame, configuration: Configuration) -> dict[tuple[str, ...], str]:
    words = told_lines(lines, Told.about(conn, lines), configuration)
    return {key: line["sentence"] for key, line in zip(lines.select(KEY).iter_rows(), words, strict=True)}


def _changed(
    shown: pl.DataFrame, sentences: Mapping[tuple[str, ...], str], trial: Trial
) -> Iterator[dict[str, str | None]]:
    """The lines that say another amount, with what they say and would say."""
    amounts, would = _amounts(shown), _amounts(trial.lines)
    deltas = {key: would.get(key, 0) - amounts.get(key, 0) for key in {**amounts, **would}}
    told: Counter[str] = Counter()
    for key, delta in sorted(deltas.items(), key=lambda each: -abs(each[1])):
        payee, period = key[KEY.index("payee_id")], key[KEY.index("period")]
        told[payee] += 1
        if delta and told[payee] <= LINES_A_PAYEE:
            yield {"payee_id": payee, "period": period, "was": sentences.get(key), "becomes": trial.sentences.get(key)}


def _amounts(lines: pl.DataFrame) -> dict[tuple[str, ...], int]:
    return {tuple(row[:-1]): row[-1] for row in lines.select(*KEY, "amount_micros").iter_rows()}
