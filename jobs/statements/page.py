"""A statement as one page that stands by itself: no script, no font, no address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from jobs.books.adjusted import told_correction
from jobs.statements.approved import told
from jobs.statements.charts import bars, curve
from jobs.statements.figures import figures
from jobs.statements.markup import Html, el, joined
from jobs.statements.style import STYLE

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""The page may load nothing and run nothing, whatever a name in it says."""
SHORT = 12
"""Characters of a plan version that are shown."""
EXPLAINED = "Earned, payable and paid are three accounts: what is earned may be held until it is released."
REASONS = {
    "earned": "newly earned",
    "changed": "its records or rules changed",
    "withdrawn": "no longer earned",
    "clawback": "clawed back",
    "prior_period_adjustment": "about a closed period",
}
"""Why something was booked, as a payee reads it."""

Row = Mapping[str, Any]


def page(answer: Row) -> str:
    """The whole HTML document of a statement (what `answers.statement` answers)."""
    title = f"Commission statement: {answer['payee'] or answer['email']}, {answer['period'] or 'no period'}"
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", http_equiv="Content-Security-Policy", content=POLICY),
        el("meta", name="referrer", content="no-referrer"),
        el("title", title),
        el("style", Html(STYLE)),
    )
    body = el("body", el("main", *_sections(answer)))
    return f"<!DOCTYPE html>\n{el('html', head, body, lang='en')}\n"


def _sections(answer: Row) -> Iterator[Html]:
    yield _header(answer)
    yield _figures(answer)
    left, curves = el("div", _falls(answer["waterfall"]), _components(answer["components"])), _curves(answer)
    yield el("div", left, curves, class_="side two" if curves else "side")
    yield _lines(answer["lines"])
    yield _list("Adjusted by hand", ((row["adjustment"], told_correction(row), "") for row in answer["corrections"]))
    yield _moved("Changes of closed periods", "about", answer["adjustments"])
    yield _moved("Of this period, booked in later statements", "shown in", answer["booked_elsewhere"])
    yield _payables(f"Became payable in {answer['period']}", answer["released"])
    yield _payables("Held", answer["held"])
    yield _list("Paid", ((row["paid_on"], _because(row), _money(row)) for row in answer["payments"]["payments"]))
    yield _changed(answer["changed"])
    yield _footer(answer)


def _header(answer: Row) -> Html:
    shut = answer["closed"]
    state = f"Final: closed on {shut['at'][:10]} by {shut['by']}" if shut else "Open: may still change"
    who = el("h1", answer["payee"] or answer["email"] or "")
    of = el("p", f"Commission statement of {answer['period'] or 'no period'}", class_="soft")
    return el("header", el("div", who, of), el("span", state, class_="badge closed" if shut else "badge"))


def _figures(answer: Row) -> Html:
    """What was earned, is to be paid out, was paid, is held and carried forward, by currency."""
    return el(
        "dl",
        *(
            el(
                "div",
                el("dt", name),
                el("dd", amount, " ", el("small", currency)),
                class_="main" if name == "Payout" else None,
            )
            for name, amount, currency in figures(answer)
        ),
    )


def _falls(waterfalls: Sequence[Row]) -> Html:
    """From base to payout, a bar for each step."""
    return joined(*(_fall(one) for one in waterfalls if len(one["steps"]) > 1))


def _fall(waterfall: Row) -> Html:
    steps = waterfall["steps"]
    rows = (
        el(
            "tr",
            el("td", step["title"]),
            el("td", bar),
            el("td", step["amount"], class_="n"),
            class_="sum" if step["total"] else None,
        )
        for step, bar in zip(steps, bars(steps), strict=True)
    )
    heading = el("h2", f"From base to payout, {waterfall['currency']}")
    return el("section", heading, el("table", *rows, class_="falls"))


def _components(components: Sequence[Row]) -> Html:
    """What each component came to, and the way to its next tier."""
    rows = [row for part in components for row in _component(part)]
    columns = el("tr", el("th", "Component"), el("th", "Attainment", class_="n"), el("th", "Amount", class_="n"))
    return _section("Components", el("table", columns, *rows, class_="parts")) if rows else Html()


def _component(part: Row) -> Iterator[Html]:
    said = part["outlook"]["sentences"] if part["outlook"] else []
    reached = f"{part['attainment']} in {part['window']}" if part["attainment"] else ""
    yield el(
        "tr",
        el("td", part["title"] or part["component"]),
        el("td", reached, class_="n"),
        el("td", _money(part), class_="n"),
        class_="line" if said else None,
    )
    if said:
        yield el("tr", el("td", " ".join(said), colspan=3, class_="why"), class_="said")


def _curves(answer: Row) -> Html:
    """The payout curves with where the payee stands."""
    drawn = [(part["title"] or part["component"], part["curve"]) for part in answer["components"] if part.get("curve")]
    figures_ = [el("figure", el("figcaption", title), curve(drawing, title)) for title, drawing in drawn]
    return _section("Where you stand", el("div", *figures_, class_="curves")) if figures_ else Html()


def _lines(lines: Sequence[Row]) -> Html:
    """Every line, with its sentence below."""
    if not lines:
        return Html()
    names = ("Date", "Deal", "Component", "Amount")
    head = el("tr", *(el("th", name, class_=_class_of(name)) for name in names))
    return _section(f"Lines ({len(lines)})", el("table", head, *(row for line in lines for row in _line(line))))


def _class_of(name: str) -> str | None:
    return {"Date": "day", "Component": "wide", "Amount": "n"}.get(name)


def _line(line: Row) -> Iterator[Html]:
    yield el(
        "tr",
        el("td", line["dated_on"], class_="day"),
        el("td", line["deal"] or line["deal_id"] or line["kind"].replace("_", " ")),
        el("td", line["component"], class_="wide"),
        el("td", _money(line), class_="n"),
        class_="line",
    )
    yield el("tr", el("td", line["sentence"], colspan=4, class_="why"), class_="said")


def _moved(title: str, where: str, rows: Sequence[Row]) -> Html:
    """What is about another period than the one in which it shows, and what moved it."""
    return _list(title, ((_named(row), _about(row, where), _money(row)) for row in rows))


def _about(row: Row, where: str) -> str:
    names = ", ".join(str(by["deal"] or by["deal_id"]) for by in row["moved_by"])
    return f"{where} {row[where.replace(' ', '_')]}{f', moved by {names}' if names else ''}"


def _payables(title: str, rows: Sequence[Row]) -> Html:
    """What became payable, or is held and until when."""
    return _list(title, ((f"{row['component']} of {row['earned_in']}", row["sentence"], _money(row)) for row in rows))


def _because(payment: Row) -> str:
    return ", ".join(str(payment[name]) for name in ("reference", "reason") if payment[name])


def _changed(changed: Row | None) -> Html:
    """What was booked since the statement was last shown."""
    if not changed or not changed["changes"]:
        return Html()
    shown = "closed" if changed["since"] == "sealed" else "computed"
    heading = f"What changed since it was last {shown} ({changed['at'][:16].replace('T', ' ')} UTC)"
    before, now = (_sums(changed[name]) for name in ("before", "now"))
    rows = ((_named(row), REASONS.get(row["reason"], ""), _money(row)) for row in changed["changes"])
    return joined(_list(heading, rows), el("p", f"It was {before} and is {now}.", class_="soft"))


def _sums(by_currency: Row) -> str:
    return ", ".join(f"{amount} {currency}" for currency, amount in by_currency.items())


def _footer(answer: Row) -> Html:
    """Under which documents it was computed, so that anybody can name them."""
    plans = [joined(plan["plan"], " ", el("code", plan["version"][:SHORT]), _read(plan)) for plan in answer["plans"]]
    said = [el("p", "Plan versions: ", *_between(plans, ", "))] if plans else []
    seal = f"Sealed with closing {answer['closed']['number']}. " if answer["closed"] else ""
    approval = told(answer["approval"])
    approved = [el("p", approval)] if approval else []
    return el("footer", *approved, *said, el("p", f"{seal}{EXPLAINED}"))


def _read(plan: Row) -> str:
    at = plan["acknowledged_at"]
    return f" (acknowledged on {at[:10]})" if at else ""


def _between(parts: Sequence[Html], separator: str) -> Iterator[object]:
    for place, part in enumerate(parts):
        yield from (separator, part) if place else (part,)


def _list(title: str, rows: Iterable[tuple[str, str, str]]) -> Html:
    told = [
        el("tr", el("td", what, el("div", why, class_="why") if why else None), el("td", amount, class_="n"))
        for what, why, amount in rows
    ]
    return _section(title, el("table", *told)) if told else Html()


def _section(title: str, *content: Html) -> Html:
    return el("section", el("h2", title), *content)


def _named(row: Row) -> str:
    deal = row["deal"] or row["deal_id"]
    return f"{row['component']}: {deal}" if deal else str(row["component"])


def _money(row: Row) -> str:
    return f"{row['amount']} {row['currency']}"
