"""A statement, as it is told, becomes records: one for each plan and currency in it, and one for each of its lines.

The amounts are those of the statement, digit by digit: what a record says was earned is the sum of its lines' amounts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.pay_records import PayObject, PayRecords
from engine.model import MICROS
from engine.money import parse_amount, plain_amount, round_ratio
from engine.telling.keys import record_key, statement_key
from store.record_families import Held
from store.writeback import Wanted

VOLATILE = ("as_of", "run")
"""What is new with every computation; by itself no reason to write."""
LONGEST_TEXT = 255
"""What a short text field of a CRM holds."""

WITHDRAWN: Mapping[str, str | None] = {
    **dict.fromkeys(("earned", "payable", "held", "paid", "carried_forward"), "0"),
    **dict.fromkeys(("attainment", "achieved", "quota", "curve", "would_take")),
    "status": "Withdrawn",
    "summary": "Nothing of it counts any more.",
}
"""What a statement says that there is no longer."""
VANISHED: Mapping[str, str | None] = {
    "amount": "0",
    "next_tier_amount": None,
    "status": "Vanished",
    "reason": "No longer earned.",
    "why_not_more": None,
}
"""What a line says that there is no longer."""

LONGEST_CURVES = 30_000
"""What a long text field of a CRM holds, with room to spare."""

Row = Mapping[str, Any]
Value = str | bool | None


@dataclass(frozen=True, slots=True)
class Stamp:
    """When and by which run the numbers were computed."""

    run_id: int
    now: datetime

    @property
    def values(self) -> Mapping[str, Value]:
        """For every record."""
        return {"as_of": self.now.strftime("%Y-%m-%dT%H:%M:%SZ"), "run": str(self.run_id)}


@dataclass(frozen=True, slots=True)
class Payee:
    """Whose statement it is, and who that is in the CRM."""

    payee_id: str
    user_id: str


@dataclass(frozen=True, slots=True)
class Account:
    """Where a statement's record belongs: its payee in one plan and currency."""

    payee: Payee
    plan: str
    period: str
    currency: str

    @property
    def key(self) -> str:
        """The key of the record."""
        return statement_key(self.payee.payee_id, self.plan, self.period, self.currency)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A statement's record and those of its lines."""

    statement: Wanted
    lines: Sequence[Wanted]


def recorded(payee: Payee, said: Row, pay: PayRecords, stamp: Stamp, *, closed: bool) -> Iterator[Recorded]:
    """The records of a statement."""
    for plan, currency in sorted({(row["plan"], row["currency"]) for row in _rows(said)}):
        account = Account(payee, plan, said["period"], currency)
        own = {name: _of(account, said[name]) for name in ("lines", "adjustments", "booked_elsewhere", "estimates")}
        values = _statement(account, said) | {"status": "Closed" if closed else "Open"}
        yield Recorded(
            wanted(pay.statement, account.key, payee.payee_id, values, stamp),
            [wanted(pay.line, key, account.key, each, stamp) for key, each in _lines(account, own).items()],
        )


def wanted(record: PayObject, key: str, ordered_by: str, values: Mapping[str, Value], stamp: Stamp) -> Wanted:
    """A record by its CRM's own names."""
    fields = {record.fields[word]: value for word, value in {**values, **stamp.values}.items()}
    return Wanted(key, ordered_by, fields, [record.fields[word] for word in VOLATILE])


def emptied(held: Held, record: PayObject, values: Mapping[str, Value], stamp: Stamp) -> Wanted:
    """The record as it was wanted, but of nothing; its deal may be gone, and the CRM knows that itself."""
    deal = record.fields.get("deal_id")
    kept = {field: value for field, value in held.fields.items() if field != deal}
    new = wanted(record, held.change.record_id, held.change.ordered_by, values, stamp)
    return new._replace(fields={**kept, **new.fields})


def _rows(said: Row) -> Iterator[Row]:
    for part in ("lines", "adjustments", "booked_elsewhere", "accounts", "estimates", "paid"):
        yield from said[part]


def _of(account: Account, rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if (row["plan"], row["currency"]) == (account.plan, account.currency)]


def _statement(account: Account, said: Row) -> dict[str, Value]:
    balance = next(iter(_of(account, said["accounts"])), {})
    paid = next(iter(_of(account, said["paid"])), {})
    amounts = {name: digits(balance.get(name, "0")) for name in ("earned", "payable", "held", "carried_forward")}
    return {
        "owner_id": account.payee.user_id,
        "payee_id": account.payee.user_id,
        "currency": account.currency,
        "period": account.period,
        "plan": account.plan,
        **amounts,
        "paid": digits(paid.get("amount", "0")),
        **_progress([part for part in said["components"] if part["plan"] == account.plan]),
    }


def _progress(parts: Sequence[Row]) -> dict[str, Value]:
    """How far the payee is: of the first component with a quota; and all components in words."""
    first = next((part for part in parts if part["quota"]), None)
    ahead = [sentence for part in parts if part["outlook"] for sentence in part["outlook"]["sentences"]]
    return {
        "attainment": _percent(first["achieved"], first["quota"]) if first else None,
        "achieved": first["achieved"] if first else None,
        "quota": first["quota"] if first else None,
        "summary": "\n".join(_summed(part) for part in parts),
        "curve": _curves(parts),
        "would_take": short(" ".join(ahead)) or None,
    }


def _curves(parts: Sequence[Row]) -> str | None:
    """The payout curves with where the payee stands, for those who draw them; none rather than too long a text."""
    drawn = [{"title": part["title"] or part["component"], **part["curve"]} for part in parts if part.get("curve")]
    text = json.dumps({"curves": drawn}, ensure_ascii=False)
    return text if drawn and len(text) <= LONGEST_CURVES else None


def _percent(achieved: str, quota: str) -> str:
    """Rounded to a hundredth of a percent."""
    percent = round_ratio(parse_amount(achieved) * 100 * MICROS, parse_amount(quota), MICROS // 100, "half_up")
    return plain_amount(percent)


def _summed(part: Row) -> str:
    reached = f", {part['attainment']} of the quota of {part['window']}" if part["attainment"] else ""
    return f"{part['title'] or part['component']}: {part['amount']} {part['currency']}{reached}"


def _lines(account: Account, own: Mapping[str, Sequence[Row]]) -> dict[str, dict[str, Value]]:
    """The lines, and what is about closed periods as lines of their own, so that all of them add up; and estimates.

    An estimate has the key of the line that it becomes, once its deal is won.
    """
    head: dict[str, Value] = {
        "statement": account.key,
        "payee_id": account.payee.user_id,
        "currency": account.currency,
        "status": "Current",
    }
    every = {row["key"]: _estimate(row) for row in own["estimates"]}
    every |= {row["key"]: _earned(row) for row in own["lines"]}
    every |= {_key(account, "adjustment", row["about"], row): _adjustment(row) for row in own["adjustments"]}
    every |= {_key(account, "elsewhere", row["shown_in"], row): _elsewhere(row) for row in own["booked_elsewhere"]}
    return {key: {**head, **values} for key, values in every.items()}


def _estimate(row: Row) -> dict[str, Value]:
    more = row["at_next_tier"]
    return _line(row, row["amount"]) | {
        "projected": True,
        "dated_on": row["dated_on"],
        "reason": row["sentence"],
        "next_tier_amount": None if more is None else digits(more),
    }


def _earned(row: Row) -> dict[str, Value]:
    why = {"reason": row["sentence"], "why_not_more": row["why_not_more"]}
    return _line(row, row["amount"]) | {"dated_on": row["dated_on"], **why}


def _adjustment(row: Row) -> dict[str, Value]:
    reason = f"About {row['about']}, which is closed.{_moved_by(row)}"
    return _line(row, row["amount"]) | {"kind": "prior_period_adjustment", "reason": reason}


def _elsewhere(row: Row) -> dict[str, Value]:
    reason = f"Shown in the statement of {row['shown_in']} instead: it came after this one was closed."
    return _line(row, negative(row["amount"])) | {"kind": "booked_elsewhere", "reason": reason}


def _line(row: Row, amount: str) -> dict[str, Value]:
    return {
        "deal_id": row["deal_id"],
        "component": row["component"],
        "kind": row["kind"],
        "amount": digits(amount),
        "dated_on": None,
        "why_not_more": None,
        "projected": False,
        "next_tier_amount": None,
    }


def _key(account: Account, what: str, period: str, row: Row) -> str:
    return record_key(what, account.key, period, row["component"], row["kind"], row["deal_id"])


def _moved_by(row: Row) -> str:
    names = ", ".join(str(by["deal"] or by["deal_id"]) for by in row["moved_by"])
    return f" Moved by {names}." if names else ""


def digits(amount: str) -> str:
    """An amount as a CRM takes it: `1234.5`, nothing rounded."""
    return plain_amount(parse_amount(amount.replace(",", "")))


def negative(amount: str) -> str:
    """The amount with its other sign."""
    return plain_amount(-parse_amount(amount.replace(",", "")))


def short(text: str) -> str:
    """Text that fits a short field."""
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
