"""How answers about a deal look in a terminal; the same data as JSON on request."""

from __future__ import annotations

from typing import Any

from rich.markup import escape

from jobs.books.adjusted import told_correction
from jobs.show import as_data, console, table


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
