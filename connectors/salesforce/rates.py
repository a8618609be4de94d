"""Exchange rates of a multi-currency org as exact rationals.

Salesforce keeps units of a currency per one unit of the corporate currency, so corporate = amount / rate: a rate of
`0.92` becomes 100/92, reduced. Dated rates win; the static rate of a currency serves where it has no dated ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import msgspec

from connectors import reading
from connectors.dialect import Body, RatePlace, Row
from engine.model import Found, Issue, Severity

COLUMNS = ("currency", "from_on", "until_on", "rate_num", "rate_den")
ALWAYS = date.min


STATIC, DATED = RATE_OBJECTS = ("CurrencyType", "DatedConversionRate")


def exchange_rates(bodies: Mapping[str, Iterable[Body]], _: RatePlace) -> Found[list[Row]]:
    """Rows of the `FxRates` frame from static and dated rates. The corporate currency needs none."""
    issues: list[Issue] = []
    currencies = {record_id: _decode(body) for record_id, deleted, body in bodies[STATIC] if not deleted}
    corporate = {row["IsoCode"] for row in currencies.values() if row.get("IsCorporate")}
    rows = []
    for record_id, deleted, body in bodies[DATED]:
        row = _decode(body)
        if not deleted and row["IsoCode"] not in corporate:
            rows += _row(record_id, DATED, row, issues)
    named = {row[0] for row in rows}
    for record_id, row in currencies.items():
        if row["IsoCode"] not in corporate | named:
            rows += _row(record_id, STATIC, row, issues)
    return Found(sorted(rows, key=lambda row: (row[0], row[1])), tuple(issues))


def _row(record_id: str, kind: str, row: dict[str, Any], issues: list[Issue]) -> list[Row]:
    try:
        rate = 1 / reading.rate(row["IsoCode"], row.get("ConversionRate"))
        from_on = reading.day(row["StartDate"], "UTC") if row.get("StartDate") else ALWAYS
        until_on = reading.day(row["NextStartDate"], "UTC") if row.get("NextStartDate") else None
    except ValueError as problem:
        issues.append(
            Issue(
                "unreadable_rate",
                Severity.HOLDS,
                f"{kind} {record_id}",
                f"{problem}.",
                "Correct the rate under Setup > Manage Currencies; deals in this currency are held until then.",
            )
        )
        return []
    return [(row["IsoCode"], from_on, until_on, rate.numerator, rate.denominator)]


def _decode(body: bytes) -> dict[str, Any]:
    row: dict[str, Any] = msgspec.json.Decoder(dict[str, Any], float_hook=str).decode(body)
    return row
