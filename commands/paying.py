"""Paying: what the payroll is told, and what it says was paid."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from commands.wiring import AsJson, ConfigFolder, day_of, opened


class Kind(StrEnum):
    """The files for payroll and accounting."""

    payroll = "payroll"
    journal = "journal"
    amortisation = "amortisation"


def paid(
    period: Annotated[str | None, typer.Argument(help="The period that was paid, such as 2026-11.")] = None,
    reference: Annotated[str, typer.Option(help="Of the payroll or bank run; each is recorded once.")] = "",
    payee: Annotated[str | None, typer.Option(help="Only this payee: id, e-mail or name.")] = None,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day it was paid; today.")] = None,
    file: Annotated[Path | None, typer.Option(help="CSV: payee,period,amount,currency,paid_on,reference.")] = None,
    config: ConfigFolder = Path("config"),
    as_json: AsJson = False,
) -> None:
    """Record what was paid: exactly what the payroll export of a closed period said, or the rows of a file.

    Example: worker.py paid 2026-11 --reference PAYROLL-2026-12
    """
    from jobs.paying.importing import import_payments
    from jobs.paying.recording import record_exported
    from jobs.paying.show import show_recorded

    if (period is None) == (file is None):
        raise typer.BadParameter("name a PERIOD with --reference, or a --file")
    if file is not None and (reference or payee or on):
        raise typer.BadParameter("the rows of a file say who was paid when, and the reference")
    with opened(config, "paid") as (configuration, store, actor):
        if file is not None:
            done = import_payments(configuration, store, actor, file)
        else:
            day = day_of(on)
            done = record_exported(configuration, store, actor, str(period), reference=reference, payee=payee, on=day)
    show_recorded(done, as_json=as_json)


def export(
    kind: Annotated[Kind, typer.Argument(help="Which file.")],
    period: Annotated[str, typer.Argument(help="Such as 2026-11, FY2026-Q3 or FY2026.")],
    out: Annotated[Path, typer.Option(help="The CSV file to write (payroll: or .xlsx); only you will read it.")],
    preliminary: Annotated[bool, typer.Option("--preliminary", help="Of an open period; every row says so.")] = False,
    config: ConfigFolder = Path("config"),
    as_json: AsJson = False,
) -> None:
    """Write a file for payroll or accounting; it ties to the ledgers or is not written.

    payroll: what is due, a row per payee and currency, with statement and seal.

    journal: double entries of what was earned, released and paid, with the accounts of config/journal.yaml.

    amortisation: the schedule of capitalised commissions by deal and month through the period (`capitalise` in
    config/journal.yaml), rules cited.

    Example: worker.py export payroll 2026-11 --out payroll-2026-11.csv
    """
    from jobs.exports.amortisation import export_amortisation
    from jobs.exports.journal import export_journal
    from jobs.exports.payroll import export_payroll
    from jobs.paying.show import show_exported

    write = {"payroll": export_payroll, "journal": export_journal, "amortisation": export_amortisation}[kind]
    with opened(config, f"export {kind.value}") as (configuration, store, actor):
        done = write(configuration, store, actor, period, out, preliminary=preliminary)
    show_exported(done, as_json=as_json)
