"""How HubSpot writes values: everything is text, numbers often with the tail of a binary float."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import msgspec

from connectors import reading
from connectors.canonical import Kind
from connectors.dialect import Body, Dialect, Stage
from connectors.hubspot.rates import RATE_OBJECTS, exchange_rates
from engine.model import MICROS
from engine.money import parse_amount

STAGE_OBJECT = "deal_stages"
"""Stages of all deal pipelines, as our source names them; record ids are `pipeline/stage`."""

_ID = re.compile(r"[0-9]{1,20}")
_TAILED = re.compile(r"([+-]?)([0-9]{1,20})\.([0-9]{7,120})")
AMOUNT_DECIMALS, SHARE_DECIMALS = 6, 8
TAIL = Fraction(1, 2**50)
"""A double is right to one part in 2^53; a sum of a few of them to one in 2^50. A rest larger than that was meant."""


def without_tail(text: str, decimals: int) -> str:
    """The number that was typed, where HubSpot shows the double that is nearest to it; other text as it is.

    A number of more decimals than there can be is cut to the fewest decimals that lie within the error of a double.
    Where none do, the digits were meant, and are left for the reader to refuse.

    >>> without_tail("8.600000000000000477395900588817312382161617279052734375", 6)
    '8.6'
    >>> without_tail("0.3333333333333333148", 6)
    '0.3333333333333333148'
    """
    match = _TAILED.fullmatch(text)
    if match is None or len(match[3]) <= decimals:
        return text
    exact = Fraction(int(match[2] + match[3]), 10 ** len(match[3]))
    for places in range(decimals + 1):
        near = round(exact * 10**places)
        if abs(Fraction(near, 10**places) - exact) <= exact * TAIL:
            digits = str(near).rjust(places + 1, "0")
            return match[1] + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)
    return text


def record_id(value: Any) -> str:
    """A record id: digits, as text or as the number that associations use."""
    found = str(value)
    if isinstance(value, bool) or not _ID.fullmatch(found):
        raise ValueError("is not a record id, which has digits only")
    return found


def amount(value: Any) -> int:
    """Micro-units of the number that was typed."""
    return parse_amount(without_tail(reading.text(value), AMOUNT_DECIMALS))


def whole(value: Any) -> int:
    """A count without a fraction."""
    micros = amount(value)
    if micros % MICROS:
        raise ValueError("is not a whole number")
    return micros // MICROS


def share(value: Any) -> Fraction:
    """0.125 is one eighth: HubSpot keeps shares with eight decimals."""
    written = without_tail(reading.text(value), SHARE_DECIMALS)
    whole_part, _, decimals = written.partition(".")
    if not (whole_part + decimals).isascii() or not (whole_part + decimals).isdigit():
        raise ValueError("is not a share, such as 0.5")
    if len(decimals) > SHARE_DECIMALS:
        raise ValueError(f"has more than {SHARE_DECIMALS} decimals")
    return Fraction(written)


def yes_or_no(value: Any) -> bool:
    """A checkbox, or what the connector has worked out."""
    known = {"true": True, "false": False, True: True, False: False}
    if value not in known:
        raise ValueError("is neither true nor false")
    return known[value]


def stages(bodies: Iterable[Body]) -> Mapping[tuple[str, str], Stage]:
    """Stages by pipeline and stage id. Won is what is closed and certain; probabilities are decimal text."""
    found = {}
    for _, _, body in bodies:
        row = msgspec.json.decode(body, type=dict[str, Any])
        closed = row["isClosed"] == "true"
        won = closed and row["probability"] in {"1", "1.0"}
        found[row["pipeline"], row["stage"]] = Stage(row["label"], row["pipeline_label"], closed, won)
    return found


def splits(value: Any) -> Iterable[tuple[str, str | None, Fraction | None]]:
    """Split id, owner and share; what cannot be read is None, and holds the deal."""
    for each in value:
        yield str(each["id"]), _or_none(record_id, each["owner"]), _or_none(share, each["share"])


def assignees(bodies: Iterable[Body]) -> Mapping[str, str]:
    """Owners by their other number, that of the user: goals name people by it."""
    users = ((msgspec.json.decode(body, type=dict[str, Any]).get("user_id"), owner) for owner, _, body in bodies)
    return {user: owner for user, owner in users if user}


def _or_none(read: Any, value: Any) -> Any:
    try:
        return read(value)
    except ValueError:
        return None


HUBSPOT = Dialect(
    crm="HubSpot",
    parsers={
        Kind.ID: record_id,
        Kind.TEXT: reading.text,
        Kind.AMOUNT: amount,
        Kind.QUANTITY: amount,
        Kind.INTEGER: whole,
        Kind.PERCENT: share,
        Kind.BOOL: yes_or_no,
    },
    rate_objects=RATE_OBJECTS,
    exchange_rates=exchange_rates,
    org_zone=True,
    stage_object=STAGE_OBJECT,
    stages=stages,
    assignees=assignees,
    splits=splits,
)
