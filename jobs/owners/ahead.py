"""Which owners the next cycle would set, by what was last read: from whom, to whom, and by which rule.

The cycle itself looks at the CRM again right before it writes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection

from connectors.mapping import CrmMapping
from connectors.ownership import OwnerPolicy
from jobs.owners.deciding import Seen, decide, last_change
from store import canonical, ownership, results
from store.ownership import Owned


def owners_ahead(conn: Connection, mapping: CrmMapping, outcomes: pl.DataFrame, now: datetime) -> list[dict[str, Any]]:
    """Every owner field that would be set; `outcomes` tell of deals that no rule has credited yet."""
    name, policies = mapping.deal_object, mapping.ownership.fields
    due = ownership.due_records(conn, name, policies) if policies else []
    if not due:
        return []
    people = canonical.whole(conn, "people")
    users = {row["user_id"]: row["name"] or row["email"] or row["user_id"] for row in people.iter_rows(named=True)}
    inactive, rules = frozenset(people.filter(~people["active"])["user_id"]), _rules(conn, due, outcomes)
    read, every = ownership.as_read(conn, name, due), ownership.owned(conn, name, due)
    return [
        {
            "record": record_id,
            "field": owned.field,
            "from": users.get(present or "", present),
            "to": users.get(owned.wanted or "", owned.wanted),
            "rule": rules.get(record_id),
        }
        for record_id, fields in every.items()
        for owned, present in _set(fields, policies, read.get(record_id, {}), inactive, now)
    ]


def _set(
    fields: Sequence[Owned],
    policies: Mapping[str, OwnerPolicy],
    read: Mapping[str, Any],
    inactive: Collection[str],
    now: datetime,
) -> Iterator[tuple[Owned, str | None]]:
    """The fields of one record that would be set, with what each says now by all that we know."""
    present = {each.field: _present(each, read) for each in fields}
    seen = Seen(present, read, last_change(fields, now), now)
    for each in fields:
        if each.field in policies and decide(each, policies[each.field], seen, inactive).writes:
            yield each, present[each.field]


def _present(owned: Owned, read: Mapping[str, Any]) -> str | None:
    """What the field says by all that we know: what was read stands for our own write, too."""
    if owned.state == "ours" and read.get(owned.field, owned.stood) == owned.stood:
        return owned.written
    return read.get(owned.field)


def _rules(conn: Connection, deals: list[str], outcomes: pl.DataFrame) -> Mapping[str, str]:
    """The rule that decided on each deal; of an open one, in words."""
    said = dict(outcomes.select("deal_id", "reason").iter_rows()) if outcomes.height else {}
    decided = results.assignments_of(conn, deals).filter(pl.col("rule").is_not_null())
    return said | dict(decided.select("deal_id", "rule").iter_rows())
