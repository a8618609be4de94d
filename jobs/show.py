"""How answers look in a terminal; the same data as JSON on request."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from connectors.check import Check
from engine.model import Issue
from engine.telling.wording import counted
from jobs.books.adjusted import told_correction
from jobs.cycle import Cycle
from jobs.pull import Progress as OnPage
from jobs.statements.approved import told as told_approval

WRITES_SHOWN = 20
PEOPLE = ("roles", "reports_to", "plans", "quotas", "acknowledged")
WIDTH_OF_FILES = 1_000


def console() -> Console:
    """Standard output; CRM text is escaped wherever it is printed. A file or a pipe gets one line a row, to search."""
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else WIDTH_OF_FILES
    return Console(highlight=False, soft_wrap=True, width=width)


def as_data(data: Any) -> None:
    """Print data as JSON, dates and instants as ISO text."""
    readable = sys.stdout.encoding.lower().replace("-", "") == "utf8"
    print(json.dumps(data, indent=2, ensure_ascii=not readable, default=str))  # noqa: T201  # this is the command's output


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], right: Sequence[str] = ()) -> Table:
    """A plain table; `right` names the columns of numbers."""
    made = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold", title_style="bold")
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*(escape(str("" if cell is None else cell)) for cell in row))
    return made


def show_cycle(cycle: Cycle) -> None:
    """One line on what a cycle did."""
    computed = cycle.computed
    sent = ", ".join(f"{count} {verdict}" for verdict, count in sorted(cycle.sent.items())) or "0 written"
    console().print(
        f"{counted(cycle.records, 'record')} read; {counted(computed.deals, 'deal')} and "
        f"{counted(computed.payees, 'payee')} computed; {counted(computed.postings.height, 'posting')}; "
        f"CRM records: {sent}; {counted(len(computed.issues), 'issue')} found."
    )
    for issue in cycle.unsent:
        console().print(f"! {escape(str(issue))}", style="yellow")


def show_statement(answer: dict[str, Any], *, as_json: bool) -> None:
    """A payee's statement for a period."""
    if as_json:
        as_data(answer)
        return
    out = console()
    shut = answer["closed"]
    final = f" (closed {shut['at'][:10]} by {shut['by']})" if shut else ""
    out.print(f"[bold]Statement of {escape(str(answer['payee']))}, {answer['period']}{escape(final)}[/bold]")
    parts = [
        (c["title"] or c["component"], c["window"], c["attainment"], f"{c['amount']} {c['currency']}")
        for c in answer["components"]
    ]
    out.print(table("", ("component", "window", "attainment", "amount"), parts, right=("attainment", "amount")))
    for part in answer["components"]:
        for sentence in part["outlook"]["sentences"] if part["outlook"] else ():
            out.print(f"{escape(part['title'] or part['component'])}: {escape(sentence)}")
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


def show_deal(answer: dict[str, Any], *, as_json: bool) -> None:
    """Who owns a deal, who is credited, and (for explain) what each earns."""
    if as_json:
        as_data(answer)
        return
    out = console()
    deal = answer["deal"]
    out.print(f"[bold]{escape(str(deal.get('name') or ''))}[/bold] {deal['deal_id']} {deal.get('motion') or ''}")
    for sentence in answer["why"]:
        out.print(escape(sentence))
    columns = ("credited", "as", "kind", "portion", "share", "ACV", "rule", "because it is")
    rows = [
        (*(c[name] for name in ("payee", "role", "kind", "portion", "share")), _acv(c), c["rule"], _found(c))
        for c in answer["credits"]
    ]
    out.print(table("", columns, rows, right=("share", "ACV")))
    for line in answer.get("lines", []):
        out.print(f"\n{escape(str(line['payee']))}: {line['amount']} {line['currency']} ({line['component']})")
        out.print(f"  {escape(line['sentence'])}", style="dim")
        for said in (*([line["why_not_more"]] if line["why_not_more"] else []), *line.get("payable", [])):
            out.print(f"  {escape(said)}", style="dim")
    for row in answer.get("corrections", ()):
        out.print(f"\nAdjusted by hand, {escape(str(row['payee']))}: {escape(told_correction(row))}")
    for issue in answer["issues"]:
        out.print(f"! {escape(issue)}", style="yellow")


def _acv(credit: dict[str, Any]) -> str:
    return f"{credit['acv']} {credit['currency']}"


def _found(credit: dict[str, Any]) -> str:
    """How the payee was found; of what is passed on, whose credit it is and how that was found."""
    return f"{credit['from']}: {credit['how']}" if credit["from"] else str(credit["how"] or "")


def show_roster(people: Sequence[dict[str, Any]], issues: Sequence[Issue], *, as_json: bool) -> None:
    """Everybody with a role, a plan or a team, and what their rows leave open."""
    if as_json:
        found = [{name: getattr(i, name) for name in ("subject", "message", "remedy")} for i in issues]
        as_data({"people": people, "gaps_and_rivals": found})
        return
    rows = [[row["name"] or row["payee"], *(", ".join(_folded(row[key])) for key in PEOPLE)] for row in people]
    console().print(
        table(counted(len(people), "person", "people"), ("name", *(key.replace("_", " ") for key in PEOPLE)), rows)
    )
    if issues:
        console().print(
            table(
                f"{len(issues)} to look at: refused rows, gaps, rivals",
                ("who", "what", "what to do"),
                map(_of_issue, issues),
            )
        )


def _folded(said: Sequence[str]) -> list[str]:
    """What is said of several accounts as a count: a terminal is no list of forty customers."""
    groups: dict[str, list[str]] = {}
    for each in said:
        groups.setdefault(each.rpartition(" of account ")[0] or each, []).append(each)
    return [ones[0] if len(ones) == 1 else f"{first} of {len(ones)} accounts" for first, ones in groups.items()]


def _of_issue(issue: Issue) -> tuple[str, str, str]:
    return issue.subject, issue.message, issue.remedy


def show_setup(steps: Sequence[str], *, applied: bool, removed: bool = False) -> None:
    """What set-up (or its removal) did, or would do."""
    out = console()
    for step in steps:
        out.print(f"  {escape(step)}")
    if not steps:
        out.print("Nothing of ours is there; nothing to do." if removed else "The org is ready; nothing to do.")
    elif not applied:
        command = "setup --remove --apply" if removed else "setup --apply"
        out.print(f"Nothing was changed. Run {command} with an administrator's credentials to do this.")


def show_checks(checks: Sequence[Check], *, as_json: bool) -> bool:
    """The doctor's findings; true where all is well."""
    if as_json:
        as_data([{"name": c.name, "ok": c.ok, "message": c.message, "remedy": c.remedy} for c in checks])
    else:
        out = console()
        for check in checks:
            mark = "[green]ok[/green]  " if check.ok else "[red]fail[/red]"
            message = f"{check.message.rstrip('.')}. {check.remedy}" if check.remedy else check.message
            out.print(f"{mark} {escape(check.name)}: {escape(message)}")
    return all(check.ok for check in checks)


@contextmanager
def progress_bar() -> Iterator[OnPage]:
    """A bar per object with count, rate and time left."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, Any] = {}

        def on_page(name: str, records: int, expected: int | None) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=expected)
            bars.update(tasks[name], completed=records, total=expected)

        yield on_page


class _Rate(TextColumn):
    """Records a second."""

    def __init__(self) -> None:
        super().__init__("")

    def render(self, task: Any) -> Any:
        """Text such as `1,250/s`."""
        return Text(f"{int(task.speed):,}/s" if task.speed else "")
