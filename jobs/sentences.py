"""Lines with their sentences, made from the lines' own facts and the plan documents that they were computed with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from engine.documents.plans.plan import Plan
from engine.money import format_amount
from engine.telling.explain import explain
from engine.telling.keys import line_key as key_of_line
from jobs.books.material import Told
from jobs.configuration import Configuration
from jobs.outlooks import why_no_more

OUTDATED = "Computed under an earlier plan document; run sync to compute it again."


HELD = "Shown as it was last computed: the deal is held until its record is mended; worker.py issues says how."

Row = dict[str, Any]


def told_lines(lines: pl.DataFrame, of: Told, configuration: Configuration) -> list[Row]:
    """Lines with their sentences, made from the lines' own facts."""
    told = []
    for line in lines.iter_rows(named=True):
        deal, credit = of.deals.get(line["deal_id"]), of.credits.get(line["source_id"])
        said = {
            "sentence": _sentence(line, configuration, deal, credit, of),
            "why_not_more": why_no_more(line, plan_of(configuration, line["plan_version"])),
        }
        told.append(_line(line, deal or {}, of.names) | said)
    return told


def _sentence(line: Row, configuration: Configuration, deal: Row | None, credit: Row | None, of: Told) -> str:
    plan = plan_of(configuration, line["plan_version"])
    if plan is None:
        return OUTDATED
    if line["deal_id"] is not None and (deal is None or credit is None):
        return HELD
    return explain(line, plan, deal, credit, of.names, adjustment=of.adjustments.get(line["source_id"]))


def plan_of(configuration: Configuration, version: str) -> Plan | None:
    """The plan document with this content hash, among those in force."""
    return next((plan for plan in configuration.rules.plans if plan.version == version), None)


def _line(line: dict[str, Any], deal: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "key": key_of_line(line),
        "deal_id": line["deal_id"],
        "deal": deal.get("name"),
        "payee": names.get(line["payee_id"], line["payee_id"]),
        "plan": line["plan"],
        "component": line["component"],
        "kind": line["kind"],
        "period": line["period"],
        "dated_on": line["dated_on"].isoformat(),
        "amount": format_amount(line["amount_micros"], line["currency"]),
        "currency": line["currency"],
    }
