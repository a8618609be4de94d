"""Paying: what the payroll is told, and what it says was paid."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from commands.wiring import AsJson, ConfigFolder, day_of, opened

if TYPE_CHECKING:
    from jobs.access.actor import Actor
    from jobs.configuration import Configuration
    from store.database import Store


class Export(Protocol):
    """Writes the file of one kind of export, and answers how it ties to the ledgers."""

    def __call__(
        self, configuration: Configuration, store: Store, who: Actor, label: str, out: Path, *, preliminary: bool
    ) -> dict[str, Any]:
        """The tie-out."""
        ...


export_app = typer.Typer(
    no_args_is_help=True, help="Files for payroll and accounting; each ties to the ledgers or is not written."
)

Period = Annotated[str, typer.Argument(help="Such as 2026-11, FY2026-Q3 or FY2026.")]
Csv = Annotated[Path, typer.Option(help="The CSV file to write; only you will read it.")]
Preliminary = Annotated[bool, typer.Option("--preliminary", help="Of an open period; every row says so.")]


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


@export_app.command()
def payroll(
    period: Period,
    out: Annotated[Path, typer.Option(help="The file to write, .csv or .xlsx; only you will read it.")],
    preliminary: Preliminary = False,
    config: ConfigFolder = Path("config"),
    as_json: AsJson = False,
) -> None:
    """What is due: a row per payee and currency, with statement and seal, tied to the ledgers.

    Example: worker.py export payroll 2026-11 --out payroll-2026-11.csv
    """
    from jobs.exports.payroll import export_payroll

    _export("export payroll", export_payroll, period, out, config, preliminary=preliminary, as_json=as_json)


@export_app.command()
def journal(
    period: Period,
    out: Csv,
    preliminary: Preliminary = False,
    config: ConfigFolder = Path("config"),
    as_json: AsJson = False,
) -> None:
    """Double entries of what was earned, released and paid in a period, with the accounts of config/journal.yaml.

    Example: worker.py export journal 2026-11 --out journal-2026-11.csv
    """
    from jobs.exports.journal import export_journal

    _export("export journal", export_journal, period, out, config, preliminary=preliminary, as_json=as_json)


@export_app.command()
def amortisation(
    period: Period,
    out: Csv,
    preliminary: Preliminary = False,
    config: ConfigFolder = Path("config"),
    as_json: AsJson = False,
) -> None:
    """The schedule of capitalised commissions by deal and month (`capitalise` in config/journal.yaml), rules cited.

    It ends with the period that is named.

    Example: worker.py export amortisation 2026-11 --out amortisation-2026-11.csv
    """
    from jobs.exports.amortisation import export_amortisation

    _export("export amortisation", export_amortisation, period, out, config, preliminary=preliminary, as_json=as_json)


def _export(
    action: str, export: Export, period: str, out: Path, config: Path, *, preliminary: bool, as_json: bool
) -> None:
    """Write the file of an export, and tell how it ties to the ledgers."""
    from jobs.paying.show import show_exported

    with opened(config, action) as (configuration, store, actor):
        done = export(configuration, store, actor, period, out, preliminary=preliminary)
    show_exported(done, as_json=as_json)
