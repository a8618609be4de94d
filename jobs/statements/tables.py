"""A statement as rows: everything that it adds up, each with its amount, so that their sum is its total."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.money import format_amount
from jobs.statements.figures import figures, micros_of

Row = dict[str, str]
Answer = Mapping[str, Any]

ENTRIES = (
    *("payee", "period", "part", "date", "deal_id", "deal", "plan", "component", "kind", "about"),
    *("amount", "currency", "why"),
)
"""The columns of what a statement adds up; `part` is a line, an adjustment of a closed period, or what is booked in a
later statement and therefore taken off."""
AMOUNT = "amount"


def entries(answer: Answer) -> Iterator[Row]:
    """Lines, then what moved in from closed periods, then what moved out; the amounts add up to the totals."""
    for line in answer["lines"]:
        told = {"date": line["dated_on"], "about": line["period"], "why": line["sentence"]}
        yield _entry(answer, "line", line, told)
    for row in answer["adjustments"]:
        yield _entry(answer, "adjustment", row, {"about": row["about"], "why": _moved_by(row)})
    for row in answer["booked_elsewhere"]:
        off = format_amount(-micros_of(row["amount"]), row["currency"])
        told = {"about": answer["period"], "why": f"shown in {row['shown_in']}; {_moved_by(row)}".rstrip("; ")}
        yield _entry(answer, "booked_elsewhere", {**row, "amount": off}, told)


def sheets(answer: Answer) -> dict[str, list[Row]]:
    """By the name of its sheet: figures, the way from base to payout, entries, payables, changes; none without rows."""
    found = {
        "Figures": [dict(zip(("figure", AMOUNT, "currency"), one, strict=True)) for one in figures(answer)],
        "From base to payout": list(_falls(answer)),
        "Lines": list(entries(answer)),
        "Payable and held": list(_payables(answer)),
        "Changed": list(_changes(answer)),
    }
    return {name: [{**row, AMOUNT: _number(row[AMOUNT])} for row in rows] for name, rows in found.items() if rows}


def _entry(answer: Answer, part: str, row: Mapping[str, Any], told: Mapping[str, Any]) -> Row:
    known = {"payee": answer["payee"], "period": answer["period"], "part": part, **row, **told}
    return {name: _text(known.get(name)) for name in ENTRIES} | {AMOUNT: _number(row["amount"])}


def _falls(answer: Answer) -> Iterator[Row]:
    for fall in answer["waterfall"]:
        for step in fall["steps"]:
            kind = "total" if step["total"] else "step"
            yield {"kind": kind, "step": step["title"], AMOUNT: step["amount"], "currency": fall["currency"]}


def _payables(answer: Answer) -> Iterator[Row]:
    names = ("state", "payable_on", "earned_in", "deal_id", "plan", "component", AMOUNT, "currency", "sentence")
    for row in (*answer["released"], *answer["held"]):
        yield {name: _text(row[name]) for name in names}


def _changes(answer: Answer) -> Iterator[Row]:
    for row in answer["changed"]["changes"] if answer["changed"] else ():
        yield {name: _text(row[name]) for name in ("component", "deal_id", "deal", "reason", AMOUNT, "currency")}


def _moved_by(row: Mapping[str, Any]) -> str:
    names = ", ".join(str(by["deal"] or by["deal_id"]) for by in row["moved_by"])
    return f"moved by {names}" if names else ""


def _number(amount: str) -> str:
    return amount.replace(",", "")


def _text(value: object) -> str:
    return "" if value is None else str(value)
