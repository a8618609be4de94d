"""Gaps and rivals in the people data of a range of days: what nobody notices before somebody's pay depends on it.

Overlaps in one person's rows are refused where the files are read. What is said here is not wrong by itself: a role may
be vacant, and a new hire may have no quota yet. Whoever keeps the files should know.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain, combinations, pairwise
from typing import Any

import polars as pl

from engine.book import Book, Rules
from engine.documents.measures.across import EVERYBODY
from engine.documents.plans.plan import Plan
from engine.documents.problems import nearest
from engine.model import Issue, Severity

Span = tuple[date, date]
"""Days, the first in and the last out."""
Row = dict[str, Any]


def gaps_and_rivals(book: Book, rules: Rules, within: Span) -> tuple[Issue, ...]:
    """Everything worth a look in these days, by kind and then by name."""
    names = dict(book.people.select("person_id", "name").iter_rows())
    found = [
        *_unheard(book, rules, within),
        *_roles(book, rules, within, names),
        *_people(book.enrolments, "plan", "is on plan {}", within, names),
        *_people(book.reporting_lines, None, "reports to somebody", within, names),
        *(issue for plan in rules.plans for issue in _plan(plan, book, within, names)),
        *_unenrolled(book, within, names),
    ]
    return tuple(dict.fromkeys(found))


def _unheard(book: Book, rules: Rules, within: Span) -> Iterator[Issue]:
    """Roles that no rules name, and territories and segments that no account has: a slip of the pen finds nobody."""
    known = {role for one in rules.engagements for role in one.vacancies}
    places = {column: _places(column, book, rules) for column in ("territory", "segment")}
    for (role, scope, value), rows in _grouped(book.role_holdings, ["role", "scope", "value"]):
        if not any(_shared(_span(row), within) for row in rows):
            continue
        if known and role not in known:
            yield _issue(f"role {role}", "is named by no rules of engagement.", nearest(role, known))
        elif places.get(scope) and value not in places[scope]:
            message = f"is held for a {scope} that neither the rules nor any account has."
            yield _issue(f"role {role} of {scope} {value}", message, nearest(value, places[scope]))


def _places(column: str, book: Book, rules: Rules) -> set[str]:
    """The names that rules give accounts; where some rules give none, those of the CRM, too."""
    defined = [one.defined().get(column, ()) for one in rules.engagements]
    stated = book.accounts[column].drop_nulls().to_list() if not all(defined) else []
    return {*chain(*defined), *stated}


def _roles(book: Book, rules: Rules, within: Span, names: dict[str, str]) -> Iterator[Issue]:
    """Places of a role with two holders on a day who share no pool, or with none between two."""
    pools = {role for one in rules.engagements for role in one.pools}
    placed = book.role_holdings.filter(pl.col("scope") != "owned")
    for (role, scope, value), rows in _grouped(placed, ["role", "scope", "value"]):
        place = f"{role} of {scope} {value}" if value else f"{role} of the {scope}"
        for one, other in combinations(rows, 2) if role not in pools or scope == "account" else ():
            shared = _shared(_span(one), _span(other), within)
            if shared and one["person_id"] != other["person_id"]:
                both = " and ".join(
                    sorted(names.get(row["person_id"]) or str(row["person_id"]) for row in (one, other))
                )
                yield _issue(f"role {place}", f"is held by {both} {_days(shared)}.", "End one of the two rows before.")
        for gap in _between(rows, within):
            yield _issue(
                f"role {place}", f"is held by nobody {_days(gap)}.", "Add a row, or let a vacancy chain fill it."
            )


def _people(frame: pl.DataFrame, column: str | None, said: str, within: Span, names: dict[str, str]) -> Iterator[Issue]:
    """Days between two rows of a person, or of a person and one more column."""
    for key, rows in _grouped(frame, ["person_id", *([column] if column else [])]):
        for gap in _between(rows, within):
            message = f"{said.format(*key[1:])} before and after, but not {_days(gap)}."
            yield _issue(_payee(key[0], names), message, "Add a row for these days, if that is a slip.")


def _plan(plan: Plan, book: Book, within: Span, names: dict[str, str]) -> Iterator[Issue]:
    """Days on which somebody is on the plan without a quota, or without the pay, that it asks for."""
    life = (plan.effective.from_on, plan.effective.until_on or date.max)
    enrolled = book.enrolments.filter(pl.col("plan") == plan.plan)
    wanted = {
        payee: [span for row in rows if (span := _shared(_span(row), life, within))]
        for (payee,), rows in _grouped(enrolled, ["person_id"])
    }
    for quota in sorted(plan.quotas - set(plan.promises.values())):
        rows = book.quotas.filter(pl.col("quota") == quota)
        whose = wanted if quota not in plan.company_quotas else {EVERYBODY: _joined(chain(*wanted.values()))}
        yield from _uncovered(whose, rows, f"no quota {quota} for plan {plan.plan}", names)
    for promise in sorted(plan.promises):
        rows = book.compensation.filter(pl.col(f"{promise}_micros").is_not_null())
        yield from _uncovered(wanted, rows, f"no {promise} for plan {plan.plan}, which pays by it", names)


def _uncovered(wanted: dict[str, list[Span]], rows: pl.DataFrame, lacks: str, names: dict[str, str]) -> Iterator[Issue]:
    covered = {payee: [_span(row) for row in own] for (payee,), own in _grouped(rows, ["person_id"])}
    for payee, spans in wanted.items():
        for gap in (gap for span in spans for gap in _gaps(span, covered.get(payee, []))):
            yield _issue(_payee(payee, names), f"has {lacks} {_days(gap)}.", "Add rows to the file for these days.")


def _unenrolled(book: Book, within: Span, names: dict[str, str]) -> Iterator[Issue]:
    """Days on which somebody holds a role, and so is credited, but is on no plan."""
    enrolled = {payee: [_span(row) for row in rows] for (payee,), rows in _grouped(book.enrolments, ["person_id"])}
    for (payee,), rows in _grouped(book.role_holdings, ["person_id"]):
        held = _joined(span for row in rows if (span := _shared(_span(row), within)))
        for gap in (gap for span in held for gap in _gaps(span, enrolled.get(payee, []))):
            message = f"holds a role, but is on no plan {_days(gap)}."
            yield _issue(_payee(payee, names), message, "Add a row to the enrolments, if that is a slip.")


def _between(rows: Sequence[Row], within: Span) -> Iterator[Span]:
    """The days between rows, inside the range."""
    spans = _joined(_span(row) for row in rows)
    for (_, ended), (begins, _) in pairwise(spans):
        if gap := _shared((ended, begins), within):
            yield gap


def _gaps(wanted: Span, covered: Iterable[Span]) -> Iterator[Span]:
    """The parts of `wanted` that nothing covers."""
    first, end = wanted
    for since, until in _joined(covered):
        if first < min(since, end):
            yield first, min(since, end)
        first = max(first, until)
    if first < end:
        yield first, end


def _joined(spans: Iterable[Span]) -> list[Span]:
    """The spans in order, those that touch as one."""
    joined: list[Span] = []
    for since, until in sorted(spans):
        if joined and since <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], until)
        else:
            joined.append((since, until))
    return joined


def _shared(*spans: Span) -> Span | None:
    """The days that are in all of them, if any."""
    first, end = max(since for since, _ in spans), min(until for _, until in spans)
    return (first, end) if first < end else None


def _span(row: Row) -> Span:
    return row["from_on"], row["until_on"] or date.max


def _grouped(frame: pl.DataFrame, key: Sequence[str]) -> list[tuple[tuple[Any, ...], list[Row]]]:
    """The rows of each key, keys in order, rows by day."""
    rows = frame.sort(*key, "from_on").partition_by(key, as_dict=True, maintain_order=True)
    return [(of, part.to_dicts()) for of, part in rows.items()]


def _days(span: Span) -> str:
    return f"from {span[0]} on" if span[1] == date.max else f"from {span[0]} until {span[1]}"


def _payee(payee: str, names: dict[str, str]) -> str:
    return f"payee {names.get(payee) or payee}"


def _issue(subject: str, message: str, remedy: str) -> Issue:
    return Issue(code="people_data", severity=Severity.WARNS, subject=subject, message=message, remedy=remedy)
