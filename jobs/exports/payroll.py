"""The payroll export: a row per payee and currency with what is due, tied to the ledgers before it is written."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from engine.calendar import Period
from engine.money import format_amount, parse_amount
from jobs.books.periods import named, refuse_open
from jobs.configuration import Configuration
from jobs.exports.files import csv_text
from jobs.exports.handing_out import Export, handed_out
from jobs.exports.tying import Tie, refuse_untied, tied
from jobs.paying.dues import Due, dues, payable_sums, through
from store import audit, canonical, closing, ledger
from store.database import Store
from store.payments import paid_sums
from store.statements import seals

ACTION = "export payroll"
AMOUNTS = ("payable_to_date", "paid_to_date", "due", "carried_forward")
COLUMNS = ("status", "period", "payee_id", "name", "email", "currency", *AMOUNTS, "statement", "seal")


def export_payroll(
    configuration: Configuration, store: Store, who: audit.Who, label: str, out: Path, *, preliminary: bool = False
) -> dict[str, Any]:
    """Write the payroll of a period, and note it in the audit log; answers the tie-out.

    Raises SettingsProblem for a period that is open, unless `preliminary`, and NotTied where sums differ.
    """
    with store.write() as conn:
        made, found = payroll(conn, configuration, label, preliminary=preliminary)
        due = [[each.payee_id, each.currency, each.due] for each in found if each.due]
        return handed_out(conn, who, made, out, now=store.clock(), due=due)


def payroll(
    conn: Connection, configuration: Configuration, label: str, *, preliminary: bool = False
) -> tuple[Export, list[Due]]:
    """The payroll of a period: everybody to whom something is due, or who owes something."""
    period = named(label, configuration)
    if not preliminary:
        refuse_open(conn, configuration, period)
    found = [each for each in dues(conn, configuration, period) if each.due or each.carried_forward]
    rows = list(_rows(conn, configuration, period, found, preliminary=preliminary))
    text = csv_text(COLUMNS, rows, AMOUNTS)
    ties = _ties(conn, configuration, period, text)
    refuse_untied(ties)
    return Export(ACTION, label, text, ties, preliminary, AMOUNTS), found


def exported_dues(conn: Connection, label: str) -> dict[tuple[str, str], int] | None:
    """What the last final export of the period said is due, by payee and currency; None where there was none."""
    for entry in audit.entries(conn, label):
        if entry.action == ACTION and not entry.after["preliminary"]:
            return {(payee, currency): micros for payee, currency, micros in entry.after["due"]}
    return None


def _rows(
    conn: Connection, configuration: Configuration, period: Period, found: Sequence[Due], *, preliminary: bool
) -> Iterator[tuple[str, ...]]:
    people = {row["person_id"]: row for row in canonical.whole(conn, "people").iter_rows(named=True)}
    references = _statements(conn, configuration, period)
    for each in found:
        person = people.get(each.payee_id, {})
        statement, seal = references.get(each.payee_id, ("", ""))
        yield (
            "PRELIMINARY" if preliminary else "final",
            period.label,
            each.payee_id,
            person.get("name") or "",
            person.get("email") or "",
            each.currency,
            *(_exact(micros, each.currency) for micros in (each.payable, each.paid, each.due, each.carried_forward)),
            statement,
            seal,
        )


def _statements(conn: Connection, configuration: Configuration, period: Period) -> dict[str, tuple[str, str]]:
    """Each payee's newest sealed statement through the period: what it is called, and its hash."""
    shut = closing.closed(conn)
    earlier = [named(label, configuration) for label in through(shut, period, configuration.rules.company)]
    found: dict[str, tuple[str, str]] = {}
    for each in sorted(earlier, key=lambda each: (each.ends_on, each.label)):
        for payee, (number, digest) in seals(conn, shut[each.label].number).items():
            found[payee] = (f"{each.label} no. {number}", digest)
    return found


def _exact(micros: int, currency: str) -> str:
    return format_amount(micros, currency).replace(",", "")


def _ties(conn: Connection, configuration: Configuration, period: Period, text: str) -> list[Tie]:
    """The file, read back, against the ledger of what is payable and the payments."""
    exported: dict[str, int] = defaultdict(int)
    for row in csv.DictReader(io.StringIO(text)):
        exported[row["currency"]] += parse_amount(row["due"]) + parse_amount(row["carried_forward"])
    booked: dict[str, int] = defaultdict(int)
    earlier = through(ledger.periods(conn), period, configuration.rules.company)
    for each in payable_sums(conn, configuration):
        booked[each.currency] += each.micros if each.booked_in in earlier else 0
    for currency, micros in paid_sums(conn).items():
        booked[currency] -= micros
    return tied("due + carried forward = payable - paid", exported, booked)
