"""The past on demand: the books as they were believed at an instant, and what moved them between two."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Connection

from engine.money import format_amount
from jobs.configuration import Configuration
from jobs.proof.causes import Cause, causes
from jobs.proof.rebuild import believed, rebuilt
from jobs.settings import SettingsProblem
from store import canonical
from store.database import Store


def instant_asked(text: str, zone: str) -> datetime:
    """The instant that a person names: a day means its end in the company's zone, a time without zone is there."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise SettingsProblem(f"{text!r} is no instant; write 2026-10-31 or 2026-10-31T18:00:00+01:00.") from None
    if len(text) == len("2026-10-31"):
        instant = datetime.combine(date.fromisoformat(text) + timedelta(days=1), time())
    return instant if instant.tzinfo else instant.replace(tzinfo=ZoneInfo(zone))


@contextmanager
def shown_at(
    configuration: Configuration, store: Store, as_of: str | None
) -> Iterator[tuple[Connection, Configuration]]:
    """A look at the books of now, or as they were believed at an instant, with the configuration of then."""
    if as_of is None:
        with store.read() as conn:
            yield conn, configuration
        return
    instant = instant_asked(as_of, configuration.rules.company.zone)
    with rebuilt(store, believed(store, instant), closed_by=instant) as then, then.store.read() as conn:
        yield conn, then.configuration


def difference(configuration: Configuration, store: Store, first: str, second: str) -> dict[str, Any]:
    """What moved the books between two instants: causes with their effects, which add up to the difference."""
    zone = configuration.rules.company.zone
    start, end = (believed(store, instant_asked(text, zone)) for text in (first, second))
    if start.number > end.number:
        raise SettingsProblem(f"{first} is later than {second}; name the earlier instant first.")
    with rebuilt(store, start) as then, store.read() as past:
        found = causes(past, then, end)
        names = dict(canonical.whole(past, "people").select("person_id", "name").iter_rows())
    return {
        "from": start.computed_at,
        "to": end.computed_at,
        "causes": [_cause(each, names) for each in found],
        "totals": _totals(found),
    }


def _cause(cause: Cause, names: dict[str, str]) -> dict[str, Any]:
    return {
        "kind": cause.kind,
        "subject": cause.subject,
        "changes": list(cause.changes),
        "effects": [
            {
                "account": row["account"],
                "payee_id": row["payee_id"],
                "payee": names.get(row["payee_id"], row["payee_id"]),
                "period": row["period"],
                "amount": format_amount(row["delta_micros"], row["currency"]),
                "currency": row["currency"],
            }
            for row in cause.effect.iter_rows(named=True)
        ],
    }


def _totals(found: list[Cause]) -> list[dict[str, str]]:
    """The sum of all effects by account and currency."""
    if not found:
        return []
    sums = (
        pl.concat([cause.effect for cause in found]).group_by("account", "currency").agg(pl.col("delta_micros").sum())
    )
    return [
        {"account": account, "currency": currency, "amount": format_amount(amount, currency)}
        for account, currency, amount in sums.sort("account", "currency").iter_rows()
    ]
