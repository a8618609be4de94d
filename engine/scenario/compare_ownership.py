"""Comparing owners and credits with what a scenario expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from engine.scenario.expectation import Expect
from engine.scenario.ownership import NOBODY, ExpectedCredit, ExpectedOwners
from engine.telling.wording import percent, plain

Row = Mapping[str, Any]
Difference = tuple[str, str, str]
"""What was compared, what was expected, what was found."""


def differences(expect: Expect, assignments: Sequence[Row], credits_: Sequence[Row]) -> Iterator[Difference]:
    """Every owner and credit that came out otherwise."""
    by_deal = {row["deal_id"]: row for row in assignments}
    for deal, wanted in expect.owners.items():
        yield from _owners(deal, wanted, by_deal.get(deal))
    for credit in expect.credits:
        yield from _credit(credit, credits_)


def _owners(deal: str, wanted: ExpectedOwners, found: Row | None) -> Iterator[Difference]:
    if found is None:
        yield f"owners of {deal}", "an assignment", "none: no deal of that name is won"
        return
    for responsibility, owner in wanted.owners().items():
        owning = found[f"{responsibility}_owner_id"] or NOBODY
        if owning != owner:
            yield f"{responsibility} owner of {deal}", owner, f"{owning} ({found['reason']})"
    if wanted.rule is not None and wanted.rule != found["rule"]:
        yield f"rule of {deal}", wanted.rule, f"{found['rule']} ({found['reason']})"
    if wanted.sentence_contains is not None and wanted.sentence_contains not in found["reason"]:
        yield f"sentence of {deal}", wanted.sentence_contains, found["reason"]


def _credit(wanted: ExpectedCredit, credits_: Sequence[Row]) -> Iterator[Difference]:
    keys = wanted.fitting()
    rows = [row for row in credits_ if all(row[column] == value for column, value in keys.items())]
    rows = [row for row in rows if wanted.kind is not None or row["from_payee_id"] is None]
    what = " ".join(("credit", *keys.values()))
    share = sum((Fraction(row["share_num"], row["share_den"]) for row in rows), Fraction(0))
    found = _told([row for row in credits_ if row["deal_id"] == wanted.deal])
    if wanted.share is not None and share != wanted.share:
        yield f"share of {what}", percent(wanted.share), found
    for name in ("amount", "acv"):
        stated, sum_of = getattr(wanted, name), sum(row[f"{name}_micros"] for row in rows)
        if stated is not None and stated != sum_of:
            yield f"{name} of {what}", plain(stated, rows[0]["currency"] if rows else "USD"), found


def _told(rows: Sequence[Row]) -> str:
    """Every credit of the deal, so that the reader sees who has the share in his place."""
    return "\n".join(map(_one, rows)) or "no credit"


def _one(row: Row) -> str:
    part = "" if row["portion"] == "all" else f" of the {row['portion']} part"
    share = percent(Fraction(row["share_num"], row["share_den"]))
    acv = plain(row["acv_micros"], row["currency"])
    return f"{row['payee_id']} as {row['role']}: {share}{part}, {row['kind']}, ACV {acv} {row['currency']}"
