"""Desire: deal outcomes become the values that CRM fields should hold, by the mapping's `write:` section."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

import polars as pl

from connectors.mapping import CrmMapping
from connectors.ownership import RESPONSIBLE, SPLITS
from engine.money import amount_text
from store.ownership import Wish
from store.writeback import Wanted

DECIDED = ("credited", "expected")


def wanted_fields(outcomes: pl.DataFrame, mapping: CrmMapping, now: datetime) -> Iterator[Wanted]:
    """One row a deal, with only the fields that the mapping names; a new as-of alone is no reason to write."""
    volatile = [crm for name, crm in mapping.write.items() if name == "as_of"]
    for row in outcomes.iter_rows(named=True):
        fields = {crm: _value(name, row, now) for name, crm in mapping.write.items()}
        yield Wanted(row["deal_id"], row["account_id"] or "", fields, volatile)


def wanted_owners(
    outcomes: pl.DataFrame, mapping: CrmMapping, credited: Mapping[str, Mapping[str, str]]
) -> Iterator[Wish]:
    """Whom the deals' own owner fields, teams and splits should name; nobody while a deal is held or counts no more.

    `credited` names people by deal and place.
    """
    ownership = mapping.ownership
    beside = [*(each.place for each in ownership.team.values()), *([SPLITS] if ownership.splits else [])]
    for row in outcomes.iter_rows(named=True) if not ownership.empty else ():
        named = {each.field: row[f"{name}_owner_id"] for name, each in ownership.owners.items()}
        named |= {place: credited.get(row["deal_id"], {}).get(place) for place in beside}
        for place, wanted in named.items():
            decided = wanted if row["status"] in DECIDED else None
            yield Wish(row["deal_id"], row["account_id"] or "", place, decided)


def wanted_notes(outcomes: pl.DataFrame, people: pl.DataFrame, field: str) -> Iterator[Wanted]:
    """A note a deal: status, motion, owners and reason. Everybody who views the deal reads it, hence no pay."""
    names = dict(people.select("user_id", "name").drop_nulls().iter_rows())
    for row in outcomes.iter_rows(named=True):
        owners = [(name, row[f"{name}_owner_id"]) for name in RESPONSIBLE]
        lines = [
            f"Commission: {row['status']}" + (f", {row['motion'].replace('_', ' ')}" if row["motion"] else ""),
            *(f"{name.capitalize()} owner: {names.get(user, user)}" for name, user in owners if user),
            f"Why: {row['reason']}",
        ]
        text = "\n".join(" ".join(line.split()) for line in lines)
        yield Wanted(row["deal_id"], row["account_id"] or "", {field: text}, [])


def _value(name: str, row: dict[str, object], now: datetime) -> str | None:
    if name == "as_of":
        return now.strftime("%Y-%m-%dT%H:%M:%SZ")
    value = row["amount_micros" if name == "amount" else name]
    if value is None:
        return None
    if name == "amount":
        return amount_text(int(str(value)), 2)
    return str(value)
