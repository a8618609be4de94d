"""How statements and their summary look in a terminal; the same data as JSON on request."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.markup import escape

from jobs.books.adjusted import told_correction
from jobs.show import as_data, console, table
from jobs.statements.approved import told as told_approval
from jobs.statements.everybody import FIGURES


def show_summary(answer: dict[str, Any], *, as_json: bool) -> None:
    """A row for each payee and currency, the sums, and what the ledger says."""
    if as_json:
        as_data(answer)
        return
    out = console()
    names = [name.replace("_", " ") for name in FIGURES]
    approved = ("approved",) if any(row["approved"] for row in answer["payees"]) else ()
    payees = [*answer["payees"], *({"payee": "Total"} | row for row in answer["totals"])]
    shown = ("payee", *FIGURES, "currency", "attainment", *approved)
    rows = [[row.get(name, "") for name in shown] for row in payees]
    shut = answer["closed"]
    title = f"{answer['period']}, closed {shut['at'][:10]} by {shut['by']}" if shut else f"{answer['period']}, open"
    out.print(table(title, ("payee", *names, "", "attainment", *approved), rows, right=names))
    for row in answer["due_beside"]:
        whom = f"{row['payees']} more, for whom nothing shows in {answer['period']}"
        out.print(f"{row['due']} {row['currency']} is due to {whom}.")
    booked = ", ".join(f"{row['earned']} {row['currency']}" for row in answer["ledger"]) or "nothing"
    out.print(f"\nThe ledger holds {booked} for them in {answer['period']}.")


def show_statement(answer: dict[str, Any], *, as_json: bool) -> None:
    """A payee's statement for a period."""
    if as_json:
        as_data(answer)
        return
    out = console()
    shut = answer["closed"]
    final = f" (closed {shut['at'][:10]} by {shut['by']})" if shut else ""
    period = f", {answer['period']}" if answer["period"] else ""
    out.print(f"[bold]Statement of {escape(str(answer['payee']))}{period}{escape(final)}[/bold]")
    parts = [
        (c["title"] or c["component"], c["window"], c["attainment"], f"{c['amount']} {c['currency']}")
        for c in answer["components"]
    ]
    out.print(table("", ("component", "window", "attainment", "amount"), parts, right=("attainment", "amount")))
    for part in answer["components"]:
        for sentence in part["outlook"]["sentences"] if part["outlook"] else ():
            out.print(f"{escape(part['title'] or part['component'])}: {escape(sentence)}")
    if "asked" in answer:
        out.print(escape(answer["asked"]))
    for line in answer["lines"]:
        out.print(f"\n{line['dated_on']}  {line['amount']} {line['currency']}  {escape(str(line['deal'] or ''))}")
        out.print(f"  {escape(line['sentence'])}", style="dim")
    _show_corrections(answer, out)
    _show_moved(answer, out)
    totals = ", ".join(f"{amount} {currency}" for currency, amount in answer["totals"].items()) or "nothing"
    out.print(f"\n[bold]Total: {totals}[/bold]")
    _show_falls(answer, out)
    _show_changed(answer["changed"], out)
    if approval := told_approval(answer["approval"]):
        out.print(escape(approval))
    _show_versions(answer, out)
    _show_accounts(answer, out)
    _show_payments(answer["payments"], out)


def _show_falls(answer: dict[str, Any], out: Console) -> None:
    """From base to payout, where there is more on the way than one base."""
    for fall in answer["waterfall"]:
        if sum(not step["total"] for step in fall["steps"]) > 1:
            rows = [(step["title"], step["amount"]) for step in fall["steps"]]
            out.print(table(f"\nFrom base to payout, {fall['currency']}", ("step", "amount"), rows, right=("amount",)))


def _show_changed(changed: dict[str, Any] | None, out: Console) -> None:
    """What was booked since the statement was last shown."""
    if changed and changed["changes"]:
        out.print(f"\n[bold]Changed since it was last {changed['since']}[/bold]")
        for row in changed["changes"]:
            what = f"{row['component']} {row['deal'] or row['deal_id'] or ''} ({row['reason'].replace('_', ' ')})"
            out.print(f"{row['amount']} {row['currency']}  {escape(what)}")


def _show_payments(payments: dict[str, Any], out: Console) -> None:
    """What was paid for the period, and how the payee stands; nothing as long as nothing was ever paid."""
    if not any(of["paid"].strip("0.") for of in payments["balances"]):
        return
    columns = ("payable", "paid", "due", "carried_forward", "currency")
    rows = [tuple(of[name] for name in columns) for of in payments["balances"]]
    out.print(table("\nPayments, all to date", [name.replace("_", " ") for name in columns], rows, right=columns[:3]))
    for paid in payments["payments"]:
        why = f" ({paid['reason']})" if paid["reason"] else ""
        out.print(escape(f"{paid['paid_on']}  {paid['amount']} {paid['currency']}  {paid['reference']}{why}"))


def _show_corrections(answer: dict[str, Any], out: Console) -> None:
    """What people adjusted by hand, with their reasons."""
    if answer.get("corrections"):  # statements that were sealed before there were any have none
        out.print("\n[bold]Adjusted by hand[/bold]")
    for row in answer.get("corrections", ()):
        out.print(f"{row['adjustment']}: {escape(told_correction(row))}")


def _show_moved(answer: dict[str, Any], out: Console) -> None:
    """What is about earlier, closed periods, and what of this one shows in a later one."""
    for title, part, where in (
        ("Adjustments of closed periods", "adjustments", "about"),
        ("Of this period, but booked while it was closed", "booked_elsewhere", "shown_in"),
    ):
        if answer[part]:
            out.print(f"\n[bold]{title}[/bold]")
        for row in answer[part]:
            names = ", ".join(str(by["deal"] or by["deal_id"]) for by in row["moved_by"])
            moved = f" (moved by {names})" if names else ""
            what = f"{row['component']} {row['deal'] or row['deal_id'] or ''} {where.replace('_', ' ')} {row[where]}"
            out.print(f"{row['amount']} {row['currency']}  {escape(what)}{escape(moved)}")


def _show_versions(answer: dict[str, Any], out: Console) -> None:
    """The plan versions that the lines were computed with."""
    for each in answer["plans"]:
        at = each["acknowledged_at"]
        known = f"acknowledged on {at[:10]}" if at else "not acknowledged"
        out.print(f"Computed with {escape(each['plan'])}, version {each['version'][:12]}, {known}.", style="dim")


def _show_accounts(answer: dict[str, Any], out: Console) -> None:
    """What is payable, held and carried forward; nothing where all that was earned is payable."""
    accounts, held = answer["accounts"], answer["held"]
    if not held and not answer["released"] and all(of["earned"] == of["payable"] == of["payout"] for of in accounts):
        return
    amounts = ("earned", "payable", "brought_forward", "payout", "carried_forward", "held", "forfeited")
    rows = [(of["plan"], *(of[name] for name in amounts), of["currency"]) for of in accounts]
    columns = ("plan", *(name.replace("_", " ") for name in amounts), "")
    out.print(table("\nAccounts", columns, rows, right=columns[1:-1]))
    for title, rows_told in ((f"Payable in {answer['period']}", answer["released"]), ("Held now", held)):
        if rows_told:
            out.print(f"\n[bold]{title}[/bold]")
        for row in rows_told:
            earned = f"{row['component']} {row['deal_id'] or ''} of {row['earned_in']}"
            out.print(f"{escape(earned)}: {escape(row['sentence'])}", style="dim")
