"""Goals of the CRM as quotas: HubSpot's goals, Salesforce's forecasting quotas, or an object of the company's own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from connectors.dialect import Body, Row
from connectors.mapping import CrmMapping
from connectors.record_reader import Context, Reader
from engine.model import Found

MONTHS = {"month": 1, "quarter": 3, "year": 12}


def goals(bodies: Iterable[Body], mapping: CrmMapping, context: Context, people: Mapping[str, str]) -> Found[list[Row]]:
    """Rows of `Quotas` from the goals that the mapping names; `people` are person ids by the assignee's id.

    Of two whose days overlap, the one with the higher id does not count: together they would be one target twice.
    """
    reader = Reader("goals", mapping, context)
    taken: dict[tuple[str, str], list[tuple[date, date, str]]] = defaultdict(list)
    rows: list[Row] = []
    for record_id, _, body in sorted(bodies, key=lambda each: (len(each[0]), each[0])):
        v = reader.read(record_id, body)
        quota = mapping.goals.get(v["name"] or "")
        if quota is None or reader.lacks(record_id, v, *mapping.objects["goals"].fields):
            continue
        if v["user_id"] not in people:
            reader.flaw(record_id, _field(mapping, "user_id"), "nobody of the people is meant")
        elif (days := _days(reader, record_id, v)) is not None:
            same = taken[people[v["user_id"]], quota]
            other = next((known for begins, ends, known in same if begins < days[1] and days[0] < ends), None)
            if other is None:
                same.append((*days, record_id))
                rows.append((people[v["user_id"]], quota, *days, v["amount"]))
            else:
                reader.flaw(record_id, _field(mapping, "from_on"), f"the days overlap with those of goal {other}")
    return Found(rows, tuple(reader.issues))


def _days(reader: Reader, record_id: str, v: Mapping[str, Any]) -> tuple[date, date] | None:
    """The first day and the first day after, which follows from how long goals last where the CRM does not say it."""
    begins, ends = v["from_on"], v["until_on"]
    if reader.mapping.goals_last is not None:
        month = begins.month - 1 + MONTHS[reader.mapping.goals_last]
        if begins.day != 1:
            reader.flaw(record_id, _field(reader.mapping, "from_on"), f"{begins} is not the first day of a month")
            return None
        ends = date(begins.year + month // 12, month % 12 + 1, 1)
    if ends <= begins:
        reader.flaw(record_id, _field(reader.mapping, "until_on"), f"there is no day from {begins} until {ends}")
        return None
    return begins, ends


def _field(mapping: CrmMapping, name: str) -> str:
    return mapping.objects["goals"].fields[name].field
