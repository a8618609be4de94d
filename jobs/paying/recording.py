"""Recording what was paid: exactly what the payroll export of a closed period said, or the rows of a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection

from engine.calendar import business_date, period_named, period_of
from engine.documents.company.company import Company
from engine.money import format_amount
from engine.payees.paying.booking import first_open
from jobs.access.visible import ALL
from jobs.configuration import Configuration
from jobs.exports.payroll import exported_dues, payroll
from jobs.paying.dues import Due
from jobs.settings import SettingsProblem
from jobs.who import find_payee
from store import audit, closing
from store.database import Store
from store.payments import Payment, payments, record

LONGEST_REFERENCE = 140


def record_exported(
    configuration: Configuration,
    store: Store,
    who: audit.Who,
    label: str,
    *,
    reference: str,
    payee: str | None = None,
    on: date | None = None,
) -> dict[str, Any]:
    """Record that what the payroll export of the period said was paid, to everybody or to one payee.

    Raises SettingsProblem where there was no export, where what is due is no longer what it said, or for a reference
    that is there already.
    """
    today = business_date(store.clock(), configuration.rules.company.zone)
    paid_on = on or today
    refuse_unlikely(reference, paid_on, today)
    with store.write() as conn:
        _, made = payroll(conn, configuration, label)
        payee_id = None if payee is None else find_payee(conn, payee, ALL)["person_id"]
        _refuse_used(conn, reference, label, payee_id)
        chosen = [each for each in made if each.due and payee_id in {None, each.payee_id}]
        _refuse_other(label, chosen, exported_dues(conn, label))
        shown_in = booked_in(conn, label, paid_on, configuration.rules.company)
        rows = [Payment(each.payee_id, label, each.due, each.currency, paid_on, shown_in, reference) for each in chosen]
        return keep(conn, store, who, label, rows)


def keep(conn: Connection, store: Store, who: audit.Who, subject: str, rows: Sequence[Payment]) -> dict[str, Any]:
    """Append the payments and their entry in the audit log; answers what was recorded, by currency."""
    record(conn, rows, who.login, store.clock())
    totals: dict[str, int] = {}
    for each in rows:
        totals[each.currency] = totals.get(each.currency, 0) + each.amount_micros
    told = {currency: format_amount(micros, currency) for currency, micros in sorted(totals.items())}
    references = sorted({each.reference for each in rows})
    after = {"payments": len(rows), "totals": told, "references": references}
    audit.note(conn, who, "paid", subject, after=after, reason="", now=store.clock())
    return {"recorded": len(rows), "totals": told, "references": references}


def booked_in(conn: Connection, label: str, paid_on: date, company: Company) -> str:
    """The period in whose journal a payment shows: of the kind that it pays, the first open one from its day on."""
    kind = period_named(label, company).kind
    return first_open(period_of(paid_on, kind, company).label, closing.closed(conn), company)


def refuse_unlikely(reference: str, paid_on: date, today: date) -> None:
    """Raise SettingsProblem for a payment without a reference, or one that has not happened yet."""
    if not reference.strip() or len(reference) > LONGEST_REFERENCE or not reference.isprintable():
        raise SettingsProblem(
            f"A payment needs the reference of the payroll or bank run: 1 to {LONGEST_REFERENCE} printable characters "
            "after --reference."
        )
    if paid_on > today:
        raise SettingsProblem(f"{paid_on} is still to come; record payments once they are made.")


def _refuse_other(label: str, chosen: Sequence[Due], exported: Mapping[tuple[str, str], int] | None) -> None:
    if not chosen:
        raise SettingsProblem(
            f"Nothing is due for {label}, and nothing was recorded; worker.py summary {label} shows what was paid. "
            "What was paid beside it is recorded with --file."
        )
    if exported is None:
        raise SettingsProblem(f"The payroll of {label} was never exported; run 'worker.py export payroll {label}'.")
    for each in chosen:
        said = exported.get((each.payee_id, each.currency), 0)
        if said != each.due:
            raise SettingsProblem(
                f"{each.payee_id}: {format_amount(each.due, each.currency)} {each.currency} is due, the last export of "
                f"{label} said {format_amount(said, each.currency)}. Export the payroll again, or record what was paid "
                "with --file."
            )


def _refuse_used(conn: Connection, reference: str, label: str, payee_id: str | None) -> None:
    """A reference of a whole run is new; that of a single payment is new to the payee and the period."""
    before = [each for each in payments(conn) if each.reference == reference]
    if payee_id is not None:
        before = [each for each in before if (each.payee_id, each.period) == (payee_id, label)]
    if before:
        first = before[0]
        raise SettingsProblem(
            f"Reference {reference} is recorded already: {len(before)} payments, the first of {first.paid_on} for "
            f"{first.period}. A further payment needs a reference of its own."
        )
