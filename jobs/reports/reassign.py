"""Reassign: a file of changes of hands becomes edited people files, after a look at what they do to everybody.

The look replays the stored history twice on the real path, as the files are and as they would be, and writes nothing.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import polars as pl

from engine.calendar import period_of
from engine.documents.company.people import People, payee_reader, read_roles
from engine.documents.engagement.reassignment import Change, read_reassignment
from engine.documents.problems import Problems
from engine.money import format_amount
from engine.reporting.people_gaps import gaps_and_rivals
from engine.telling.books import books_on
from jobs.configuration import Configuration, ConfigurationProblem, configured
from jobs.plans.diff import Replay, replay
from jobs.settings import SettingsProblem
from store import canonical
from store.database import Store

ROLES = "people/roles.csv"
Texts = dict[str, str]
Row = dict[str, str]


def reassign(
    configuration: Configuration, store: Store, file: Path, clock: Callable[[], datetime], *, dry_run: bool
) -> dict[str, Any]:
    """What the changes do to each person's book, quota and pay; unless it is a dry run, the files are then written."""
    changes = _changes(file)
    with store.read() as conn:
        people, accounts = canonical.whole(conn, "people"), canonical.account_ids(conn)
    texts = _applied(changes, configuration, people, accounts)
    changed = configured(configuration.folder, configuration.texts | texts)
    day = min(change.on for change in changes)
    before, after = (replay(each, store, None, clock) for each in (configuration, changed))
    answer = {
        "on": day.isoformat(),
        "payees": list(_compared(before, after, configuration, max(change.on for change in changes), day)),
        "held": sorted(after.held - before.held),
        "opened": _opened(before, after, configuration, day),
        "files": sorted(texts),
        "written": not dry_run,
    }
    if not dry_run:
        for name, text in texts.items():
            _write(configuration.folder / name, text)
    return answer


def _changes(file: Path) -> Sequence[Change]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise SettingsProblem(f"{file} cannot be read as UTF-8 text; name a CSV or YAML file of changes.") from problem
    found = read_reassignment(text, str(file))
    if found.rows is None:
        raise ConfigurationProblem(found.issues)
    if not found.rows.changes:
        raise SettingsProblem(f"{file} holds no change.")
    return found.rows.changes


def _applied(
    changes: Sequence[Change], configuration: Configuration, people: People, accounts: Collection[str]
) -> Texts:
    """The files that differ, by name; a change that fits nothing is refused with the file to look at."""
    reader = payee_reader(people)

    def person(written: str) -> str:
        try:
            return reader(written)
        except Problems as problem:
            raise SettingsProblem(f"{problem.problems[0].message} {problem.problems[0].remedy}") from None

    texts: Texts = {}
    for change in changes:
        current = configuration.people | texts
        if change.change == "role":
            texts[ROLES] = role_moved(change, current, person)
        else:
            for name, joins in ((change.gives, False), (change.takes, True)):
                if name is not None:
                    texts[f"lists/{name}.csv"] = _listed(change, f"lists/{name}.csv", current, joins=joins)
    if ROLES in texts:
        found = read_roles(texts[ROLES], ROLES, people, accounts)
        if found.issues:
            raise ConfigurationProblem(found.issues)
    return texts


def role_moved(change: Change, texts: Mapping[str, str], person: Callable[[str], str]) -> str:
    """The roles file with the holding ended and the new one begun; the new one ends when the old one would have."""
    if ROLES not in texts:
        raise SettingsProblem(
            f"there is no {ROLES}: roles come from titles in the CRM. Change them there, or write it."
        )
    header, rows = _read(texts[ROLES])
    ended: Row = {}
    if change.gives is not None:
        giver = person(change.gives)
        ended = _covering(
            [row for row in rows if _is(row, change) and person(row["payee"]) == giver],
            change,
            f"{change.gives} does not hold {change.role} of {_where(change)} on {change.on}; see {ROLES}.",
        )
        begun = {**ended, "from": change.on.isoformat()}
        _end(rows, ended, change.on)
    else:
        begun = {"role": change.role or "", "scope": change.scope or "", "value": change.value or ""}
        begun |= {"from": change.on.isoformat(), "until": ""}
    if change.takes is not None:
        person(change.takes)
        rows.append({**begun, "payee": change.takes})
    return _written(header, rows)


def _where(change: Change) -> str:
    return f"{change.scope} {change.value}" if change.value else "the company"


def _listed(change: Change, name: str, texts: Mapping[str, str], *, joins: bool) -> str:
    """The list's file with the account on it from the day on, or no more."""
    if name not in texts:
        raise SettingsProblem(f"there is no {name}; a new list is a new file with the header account,from,until.")
    header, rows = _read(texts[name])
    if joins:
        rows.append({"account": change.value or "", "from": change.on.isoformat(), "until": ""})
    else:
        mine = [row for row in rows if row["account"] == change.value]
        _end(rows, _covering(mine, change, f"{change.value} is not on {name} on {change.on}."), change.on)
    return _written(header, rows)


def _is(row: Row, change: Change) -> bool:
    return (row["role"], row["scope"], row["value"]) == (change.role, change.scope, change.value or "")


def _covering(rows: Sequence[Row], change: Change, otherwise: str) -> Row:
    """The row that is in force on the day."""
    day = change.on.isoformat()
    for row in rows:
        if (row["from"] or "0001-01-01") <= day and (not row["until"] or day < row["until"]):
            return row
    raise SettingsProblem(otherwise)


def _end(rows: list[Row], row: Row, day: date) -> None:
    """The row ends the day before; one that would hold no day goes."""
    if row["from"] == day.isoformat():
        rows.remove(row)
    else:
        rows[rows.index(row)] = {**row, "until": day.isoformat()}


def _read(text: str) -> tuple[list[str], list[Row]]:
    reader = csv.DictReader(StringIO(text, newline=""), skipinitialspace=True)
    rows = [{name: (cell or "").strip() for name, cell in row.items()} for row in reader]
    return list(reader.fieldnames or ()), rows


def _written(header: Sequence[str], rows: Sequence[Row]) -> str:
    out = StringIO(newline="")
    writer = csv.DictWriter(out, header, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _write(path: Path, text: str) -> None:
    """In one step, so that no reader ever sees half a file."""
    beside = path.with_suffix(f"{path.suffix}.new")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)  # noqa: PTH105  pathlib's replace is the same call


def _compared(
    before: Replay, after: Replay, configuration: Configuration, day: date, since: date
) -> Iterator[dict[str, Any]]:
    """A row for each person of whom anything differs."""
    rules = configuration.rules
    books = [_books(books_on(day, each.book, each.classified, rules)) for each in (before, after)]
    quotas = [_quotas(each, configuration, day) for each in (before, after)]
    pays = [_pay(each, since) for each in (before, after)]
    currency, names = rules.company.currency, {**before.names, **after.names}
    for person in sorted({*books[0], *books[1], *pays[0], *pays[1]}, key=lambda one: names.get(one, one)):
        sides = [(books[side].get(person, {}), pays[side].get(person, {})) for side in (0, 1)]
        if sides[0] != sides[1] or quotas[0].get(person) != quotas[1].get(person):
            yield {
                "payee": names.get(person, person),
                "books": [
                    _book(role, sides[0][0], sides[1][0], currency) for role in sorted({*sides[0][0], *sides[1][0]})
                ],
                "quota": {"old": quotas[0].get(person, {}), "new": quotas[1].get(person, {})},
                "pay": {
                    code: {
                        "old": format_amount(sides[0][1].get(code, 0), code),
                        "new": format_amount(sides[1][1].get(code, 0), code),
                        "difference": format_amount(sides[1][1].get(code, 0) - sides[0][1].get(code, 0), code),
                    }
                    for code in sorted({*sides[0][1], *sides[1][1]})
                },
            }


def _opened(before: Replay, after: Replay, configuration: Configuration, day: date) -> list[str]:
    """The gaps and rivals of the day's fiscal year that were not there: two holders, nobody, an unknown territory."""
    year = period_of(day, "year", configuration.rules.company)
    found = [
        gaps_and_rivals(each.book, configuration.rules, (year.starts_on, year.ends_on)) for each in (before, after)
    ]
    return [str(issue) for issue in found[1] if issue not in found[0]]


def _book(role: str, old: Mapping[str, Any], new: Mapping[str, Any], currency: str) -> dict[str, Any]:
    was, becomes = old.get(role, (0, 0)), new.get(role, (0, 0))
    return {
        "role": role,
        "accounts": {"old": was[0], "new": becomes[0]},
        "arr": {"old": format_amount(was[1], currency), "new": format_amount(becomes[1], currency)},
        "currency": currency,
    }


def _books(held: pl.DataFrame) -> dict[str, dict[str, tuple[int, int]]]:
    """By person and role: how many accounts, and what they pay a year."""
    found: dict[str, dict[str, tuple[int, int]]] = {}
    sums = held.group_by("person_id", "role").agg(pl.len(), pl.col("arr_micros").cast(pl.Int128).sum())
    for person, role, accounts, arr in sums.iter_rows():
        found.setdefault(person, {})[role] = (accounts, arr)
    return found


def _quotas(side: Replay, configuration: Configuration, day: date) -> dict[str, dict[str, str]]:
    """By person: quotas of the fiscal year, added up by name."""
    year = period_of(day, "year", configuration.rules.company)
    inside = side.book.quotas.filter(pl.col("from_on") >= year.starts_on, pl.col("until_on") <= year.ends_on)
    found: dict[str, dict[str, str]] = {}
    sums = inside.group_by("person_id", "quota").agg(pl.col("amount_micros").cast(pl.Int128).sum()).sort("quota")
    for person, quota, amount in sums.iter_rows():
        found.setdefault(person, {})[quota] = format_amount(amount, configuration.rules.company.currency)
    return found


def _pay(side: Replay, since: date) -> dict[str, dict[str, int]]:
    """By person and currency: what the deals dated since then pay."""
    lines = side.lines.filter(pl.col("dated_on") >= since)
    found: dict[str, dict[str, int]] = {}
    for person, currency, amount in (
        lines.group_by("payee_id", "currency").agg(pl.col("amount_micros").cast(pl.Int128).sum()).iter_rows()
    ):
        found.setdefault(person, {})[currency] = amount
    return found
