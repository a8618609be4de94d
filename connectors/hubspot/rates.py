"""Exchange rates of a portal as exact rationals.

HubSpot keeps units of the company's currency for one unit of another, so company = amount * rate. A rate holds from its
day in the portal's zone until the next one of its currency. Before the first there is none: it would be a guess.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import msgspec

from connectors import reading
from connectors.dialect import Body, RatePlace, Row
from engine.model import Found, Issue, Severity

RATE_OBJECTS = ("exchange_rates",)
Dated = dict[date, Fraction]


def exchange_rates(bodies: Mapping[str, Iterable[Body]], place: RatePlace) -> Found[list[Row]]:
    """Rows of the `FxRates` frame. The company's own currency needs none."""
    issues: list[Issue] = []
    by_currency: dict[str, Dated] = defaultdict(dict)
    decode = msgspec.json.Decoder(dict[str, Any], float_hook=str).decode
    for record_id, deleted, body in bodies[RATE_OBJECTS[0]]:
        row = decode(body)
        if deleted or row["toCurrencyCode"] != place.home:
            continue
        try:
            code, from_on = row["fromCurrencyCode"], reading.day(row["effectiveAt"], place.zone)
            rate = reading.rate(code, row["conversionRate"])
        except ValueError as problem:
            issues.append(_unreadable(record_id, str(problem)))
        else:
            by_currency[code][from_on] = rate
    return Found([row for code in sorted(by_currency) for row in _rows(code, by_currency[code])], tuple(issues))


def _rows(code: str, dated: Dated) -> Iterable[Row]:
    starts = sorted(dated)
    for start, until in zip(starts, [*starts[1:], None], strict=True):
        yield code, start, until, dated[start].numerator, dated[start].denominator


def _unreadable(record_id: str, problem: str) -> Issue:
    return Issue(
        "unreadable_rate",
        Severity.HOLDS,
        f"exchange rate {record_id}",
        f"{problem}.",
        "Correct the rate under Settings > Account Defaults > Currency; deals in this currency are held until then.",
    )
