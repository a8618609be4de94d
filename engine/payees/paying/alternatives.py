"""Alternatives: of some components only the one that pays most (or least) is paid, for each payee and window.

The lines of the others stay, and say what they would have paid and which one is paid in their place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.documents.plans.alternatives import Alternatives
from engine.payees.attain import WINDOW, Attainment
from engine.payees.curves.earn import Earnings

BEATEN_BY = "beaten_by"
"""What a line's factors name the component that is paid in its place by."""


def unknown_windows(attained: Attainment, stuck: pl.DataFrame, paid: Earnings) -> pl.DataFrame:
    """The windows (payee_id, window) of which nobody knows what a component comes to.

    They are those that wait, those of `stuck`, and those of pay beyond what the books hold. One credit may count in
    several windows, as cash comes, and be held in one of them only.
    """
    beyond = paid.held.select("payee_id", credit_id="source_id")
    of_them = attained.rows.join(beyond, on=["payee_id", "credit_id"], how="semi")
    return pl.concat([of.select(WINDOW) for of in (attained.waiting, stuck, of_them)]).unique()


def chosen(of: Alternatives, earned: Mapping[str, dy.DataFrame[f.Lines]]) -> dict[str, dy.DataFrame[f.Lines]]:
    """The lines of every component: those of the one that is paid as they are, those of the others at nothing.

    Of equals the first that is written is paid. Who has no line in a window comes to nothing there.
    """
    totals: dict[tuple[str, str], dict[str, int]] = {}
    for name in of.names:
        sums = earned[name].group_by(WINDOW).agg(pl.col("amount_micros").cast(pl.Int128).sum())
        for payee, window, amount in sums.iter_rows():
            totals.setdefault((payee, window), {})[name] = amount
    winners = {key: _winner(of, amounts) for key, amounts in totals.items()}
    return {name: _paid(earned[name], name, winners, totals) for name in of.names}


def _winner(of: Alternatives, amounts: Mapping[str, int]) -> str:
    sign = 1 if of.greatest else -1
    return max(of.names, key=lambda name: sign * amounts.get(name, 0))


def _paid(
    lines: dy.DataFrame[f.Lines],
    name: str,
    winners: Mapping[tuple[str, str], str],
    totals: Mapping[tuple[str, str], Mapping[str, int]],
) -> dy.DataFrame[f.Lines]:
    """The lines of a component, at nothing in the windows in which another is paid."""
    lost = [
        (*key, json.dumps({BEATEN_BY: winner, "factor": "0", "mine": of.get(name, 0), "theirs": of.get(winner, 0)}))
        for key, winner in winners.items()
        for of in [totals[key]]
        if winner != name
    ]
    beaten = pl.DataFrame(lost, schema={**dict.fromkeys(WINDOW, pl.String), "why": pl.String}, orient="row")
    told = lines.filter(pl.col("kind") != "floor").join(beaten, on=WINDOW, how="left", maintain_order="left")
    before = pl.col("factors").fill_null("[]").str.strip_chars_end("]")
    joined = pl.concat_str(before, pl.when(before == "[").then(pl.lit("")).otherwise(pl.lit(", ")), "why", pl.lit("]"))
    is_beaten = pl.col("why").is_not_null()
    paid = told.with_columns(
        amount_micros=pl.when(is_beaten).then(0).otherwise("amount_micros"),
        factors=pl.when(is_beaten).then(joined).otherwise("factors"),
        limit_micros=pl.when(~is_beaten).then("limit_micros"),
    ).drop("why")
    topped_up = lines.filter(pl.col("kind") == "floor").join(beaten, on=WINDOW, how="anti")
    return f.Lines.cast(pl.concat([paid.select(lines.columns), topped_up]))
