"""People files (`config/people/*.csv`, `config/lists/*.csv`): who holds which role, reports to whom, is on which plan.

Each reader returns the rows that are right and an issue for every row that is not. Payees are written as e-mail
(whatever its case), person id or user id. Windows are half-open; an empty `until` is open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, TypeVar
from unicodedata import normalize

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.documents.company.compensation import promised
from engine.documents.company.events import EVENTS, WITHOUT_AMOUNT
from engine.documents.measures.across import EVERYBODY
from engine.documents.problems import Problems, nearest, shown, wrong
from engine.documents.table import Column, Table, read_table
from engine.documents.values import LARGEST_COUNT, currency, day_of, percent
from engine.model import MICROS, Found
from engine.money import parse_amount

S = TypeVar("S", bound=f.Frame)
People = dy.DataFrame[f.People]
NONE_MERGED: Mapping[str, str] = MappingProxyType({})
SCOPES = ("company", "territory", "segment", "account", "owned")
WITHOUT_VALUE = {"company": "value: the whole company has none.", "owned": "value: what somebody owns has none."}
CRM_ID = 18
"""Length of a Salesforce id; its first 15 characters say the same, and reports export those."""


def read_roles(
    text: str,
    file: str,
    people: People,
    accounts: Collection[str] | None = None,
    merged: Mapping[str, str] = NONE_MERGED,
) -> Found[dy.DataFrame[f.RoleHoldings]]:
    """`payee,role,scope,value,from,until`, and `capacity` for pools by capacity.

    `accounts` are the ids for which a role may be held, where given; one that was merged away means the one that is
    left.
    """
    columns = [
        Column("payee", payee_reader(people)),
        Column("role", str),
        Column("scope", known_reader("scope", SCOPES)),
        Column("value", str, may_be_empty=True),
        *_window(),
        Column("capacity", _count, may_be_empty=True, may_be_absent=True),
    ]
    table = read_table(text, file, columns)
    for line, row in list(table.rows.items()):
        if (row["scope"] in WITHOUT_VALUE) != (row["value"] is None):
            message = WITHOUT_VALUE.get(row["scope"], f"value: which {row['scope']}?")
            remedy = "Leave it empty." if row["value"] else f"Write the {row['scope']} that the role is held for."
            table.drop(line, message, remedy)
    if accounts is not None:
        _know_accounts(table, _account_reader(accounts, merged))
    _refuse_overlaps(table, ("payee", "role", "scope", "value"), "holds this role twice")
    return _found(table, f.RoleHoldings, {"payee": "person_id"})


def _know_accounts(table: Table, read: Callable[[str], str]) -> None:
    """Roles that are held for one account are held for one that is known."""
    for line, row in list(table.rows.items()):
        if row["scope"] == "account":
            try:
                row["value"] = read(row["value"])
            except Problems as caught:
                table.drop(line, f"value: {caught.problems[0].message}", caught.problems[0].remedy)


def read_reporting(text: str, file: str, people: People) -> Found[dy.DataFrame[f.ReportingLines]]:
    """`payee,manager,from,until`; one manager at a time, and nobody above himself."""
    payee = payee_reader(people)
    table = read_table(text, file, [Column("payee", payee), Column("manager", payee), *_window()])
    _refuse_overlaps(table, ("payee",), "has two managers")
    _refuse_circles(table)
    return _found(table, f.ReportingLines, {"payee": "person_id", "manager": "manager_id"})


def read_enrolments(
    text: str, file: str, people: People, plans: Collection[str] | None = None
) -> Found[dy.DataFrame[f.Enrolments]]:
    """`payee,plan,from,until`; `plans` are the names of the plan files, where given."""
    columns = [Column("payee", payee_reader(people)), Column("plan", known_reader("plan", plans)), *_window()]
    table = read_table(text, file, columns)
    _refuse_overlaps(table, ("payee", "plan"), "is on this plan twice")
    return _found(table, f.Enrolments, {"payee": "person_id"})


def read_quotas(
    text: str, file: str, people: People, quotas: Collection[str] | None = None
) -> Found[dy.DataFrame[f.Quotas]]:
    """`payee,quota,from,until,amount` in the plan's currency; `quotas` are the names that plans use, where given.

    The payee `everybody` has the targets of all people together.
    """
    columns = [
        Column("payee", _or_everybody(payee_reader(people))),
        Column("quota", known_reader("quota", quotas)),
        Column("from", day_of),
        Column("until", day_of),
        Column("amount", _target),
    ]
    table = read_table(text, file, columns)
    _refuse_overlaps(table, ("payee", "quota"), "has two targets for this quota")
    return _found(table, f.Quotas, {"payee": "person_id", "amount": "amount_micros"})


def read_compensation(text: str, file: str, people: People) -> Found[dy.DataFrame[f.Compensation]]:
    """`payee,from,until,base_salary,ote,variable,currency`: amounts of a year; of the three, one follows from two."""
    amounts = [Column(name, _target, may_be_empty=True) for name in ("base_salary", "ote", "variable")]
    columns = [Column("payee", payee_reader(people)), *_window(), *amounts]
    table = read_table(text, file, [*columns, Column("currency", currency, may_be_empty=True)])
    _refuse_overlaps(table, ("payee",), "has two rows of pay")
    for line, row in list(table.rows.items()):
        base, ote, variable = (row.pop(name) for name in ("base_salary", "ote", "variable"))
        try:
            row["base_salary_micros"], row["ote_micros"], row["variable_micros"] = promised(base, ote, variable)
        except Problems as caught:
            table.drop(line, caught.problems[0].message, caught.problems[0].remedy)
    return _found(table, f.Compensation, {"payee": "person_id"})


def read_leave(text: str, file: str, people: People) -> Found[dy.DataFrame[f.Leaves]]:
    """`payee,from,until,protected`: `protected` is `yes` or, as where it is empty, `no`."""
    protected = Column("protected", _yes, may_be_empty=True, may_be_absent=True)
    table = read_table(text, file, [Column("payee", payee_reader(people)), *_window(), protected])
    _refuse_overlaps(table, ("payee",), "is on leave twice")
    for row in table.rows.values():
        row["protected"] = row["protected"] or False
    return _found(table, f.Leaves, {"payee": "person_id"})


def read_results(
    text: str, file: str, people: People, results: Collection[str] | None = None
) -> Found[dy.DataFrame[f.ImportedResults]]:
    """`payee,result,from,until,value`: values are numbers or percentages; `results` are the names that plans import.

    The payee `everybody` has the results of the company.
    """
    columns = [
        Column("payee", _or_everybody(payee_reader(people))),
        Column("result", known_reader("result", results)),
        Column("from", day_of),
        Column("until", day_of),
        Column("value", _result),
    ]
    table = read_table(text, file, columns)
    _refuse_overlaps(table, ("payee", "result"), "has two values of this result")
    for row in table.rows.values():
        row["value_micros"], row["in_percent"] = row.pop("value")
    return _found(table, f.ImportedResults, {"payee": "person_id"})


def read_events(text: str, file: str) -> Found[dy.DataFrame[f.DealEvents]]:
    """`deal,event,on,amount`: what happened to won deals; the amount in the deal's currency, empty for all of it.

    Every invoice and payment is a row of its own.

    A deal that nobody knows yet is no error: the event waits for it.
    """
    columns = [
        Column("deal", str),
        Column("event", _event),
        Column("on", day_of),
        Column("amount", _target, may_be_empty=True),
    ]
    table = read_table(text, file, columns)
    for line, row in list(table.rows.items()):
        if row["event"] in WITHOUT_AMOUNT and row["amount"] is not None:
            table.drop(line, f"amount: {row['event']} is of the whole deal.", "Leave it empty.")
    renamed = {"deal": "deal_id", "event": "kind", "on": "happened_on", "amount": "amount_micros"}
    return _found(table, f.DealEvents, renamed)


def _event(text: str) -> str:
    """One of the events; who writes `paid` did not mean its nearest neighbour `unpaid`."""
    if text == "paid":
        raise wrong(f"no event is called {shown(text)}.", "Did you mean payment?")
    return known_reader("event", EVENTS)(text)


def read_list(
    text: str, file: str, name: str, accounts: dy.DataFrame[f.Accounts], merged: Mapping[str, str] = NONE_MERGED
) -> Found[dy.DataFrame[f.ListEntries]]:
    """`account,from,until`: account ids on the named list; empty days leave that end open.

    An account that was merged away means the one that is left.
    """
    window = [Column("from", day_of, may_be_empty=True), Column("until", day_of, may_be_empty=True)]
    table = read_table(text, file, [Column("account", _account_reader(accounts["account_id"], merged)), *window])
    _refuse_overlaps(table, ("account",), "is on the list twice")
    for row in table.rows.values():
        row["list"] = name
    return _found(table, f.ListEntries, {"account": "account_id"})


def _window() -> list[Column]:
    return [Column("from", day_of), Column("until", day_of, may_be_empty=True)]


def payee_reader(people: People) -> Callable[[str], str]:
    """Finds the person id of an e-mail, person id or user id."""
    known: dict[str, set[str]] = defaultdict(set)
    for person, user, email in people.select("person_id", "user_id", "email").iter_rows():
        for name in (person, *_spellings(user), *((_small(email),) if email else ())):
            known[name].add(person)

    def read(text: str) -> str:
        found = known.get(text) or known.get(_small(text)) or set()
        if len(found) == 1:
            return next(iter(found))
        if found:
            raise wrong(f"{shown(text)} is several people.", f"Write one of the ids {', '.join(sorted(found))}.")
        raise wrong(f"nobody is called {shown(text)}.", "Write the e-mail or id of a user of the CRM.")

    return read


def _small(email: str) -> str:
    """An address in small letters, its accents in one of the two ways in which systems write them."""
    return normalize("NFC", email).casefold()


def _or_everybody(read: Callable[[str], str]) -> Callable[[str], str]:
    """A payee, or all people together."""
    return lambda text: EVERYBODY if text == EVERYBODY else read(text)


def known_reader(what: str, known: Collection[str] | None) -> Callable[[str], str]:
    """A name that must be one of those known, where they are."""

    def read(text: str) -> str:
        if known is not None and text not in known:
            raise wrong(f"no {what} is called {shown(text)}.", nearest(text, known))
        return text

    return read


def _account_reader(accounts: Iterable[str], merged: Mapping[str, str]) -> Callable[[str], str]:
    left = {account: account for account in accounts}
    meant = left | {loser: winner for loser, winner in merged.items() if winner in left}
    known = {spelling: account for each, account in meant.items() for spelling in _spellings(each)}

    def read(text: str) -> str:
        if text not in known:
            raise wrong(f"no account has the id {shown(text)}.", "Write the id of an account of the CRM.")
        return known[text]

    return read


def _spellings(crm_id: str) -> tuple[str, ...]:
    return (crm_id, crm_id[:15]) if len(crm_id) == CRM_ID else (crm_id,)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(LARGEST_COUNT)):
        raise wrong(f"{shown(text)} is not a number of accounts.", "Write a whole number, such as 40.")
    return int(text)


def _target(text: str) -> int:
    try:
        amount = parse_amount(text)
    except ValueError:
        raise wrong(
            f"{shown(text)} is not an amount.", "Write digits with a decimal point, such as 125000.50."
        ) from None
    if amount < 0:
        raise wrong("below zero.", "Write 0 or more.")
    return amount


def _yes(text: str) -> bool:
    if text not in ("yes", "no"):
        raise wrong(f"{shown(text)} is neither yes nor no.", "Write yes or no.")
    return text == "yes"


def _result(text: str) -> tuple[int, bool]:
    """A number in micro-units, or a percentage as micro-units of the whole, and which of the two it is."""
    if not text.endswith("%"):
        try:
            return parse_amount(text), False
        except ValueError:
            remedy = "Write digits with a decimal point, such as 45.5, or a percentage, such as 92.5%."
            raise wrong(f"{shown(text)} is neither a number nor a percentage.", remedy) from None
    exact = percent(text) * MICROS
    if exact.denominator != 1:
        raise wrong(f"{text} has more than four decimals.", "Round it, such as 92.3457%.")
    return exact.numerator, True


def _refuse_overlaps(table: Table, key: Sequence[str], what: str) -> None:
    """Windows hold at least one day, and those of one key do not overlap: which row counts would be a guess."""
    taken: dict[tuple[Any, ...], list[tuple[date, date, int]]] = defaultdict(list)
    for line, row in list(table.rows.items()):
        begins, ends = row["from"] or date.min, row["until"] or date.max
        if ends <= begins:
            table.drop(line, f"until: the window from {begins} until {ends} is empty.", "until is the first day after.")
            continue
        same = taken[tuple(row[name] for name in key)]
        clash = next((other for first, last, other in same if begins < last and first < ends), None)
        if clash is None:
            same.append((begins, ends, line))
        else:
            table.drop(
                line,
                f"{table.written[line][key[0]]} {what}: line {clash} overlaps.",
                "Let one window end where the next begins.",
            )


def _refuse_circles(table: Table) -> None:
    """Nobody is above himself on the day a reporting line begins, so that roll-ups end; the later row is refused."""
    above: dict[str, list[tuple[date, date, str]]] = defaultdict(list)
    for line, row in list(table.rows.items()):
        begins, ends = row["from"], row["until"] or date.max
        above[row["payee"]].append((begins, ends, row["manager"]))
        for day in sorted({begins, *(since for since in _begun(above, row["manager"]) if begins < since < ends)}):
            if _leads_back(row["payee"], day, above):
                above[row["payee"]].pop()
                message = f"manager: {table.written[line]['payee']} is above himself on {day}."
                table.drop(line, message, "Mend the manager of one of those in the circle.")
                break


def _begun(above: dict[str, list[tuple[date, date, str]]], person: str) -> set[date]:
    """The days on which a line of somebody above the person begins, whoever is above when."""
    seen, waiting, days = {person}, [person], set[date]()
    while waiting:
        for since, _, manager in above[waiting.pop()]:
            days.add(since)
            if manager not in seen:
                seen.add(manager)
                waiting.append(manager)
    return days


def _leads_back(payee: str, day: date, above: dict[str, list[tuple[date, date, str]]]) -> bool:
    """Whether the chain of managers on that day comes back to the payee."""
    seen: set[str] = set()
    person: str | None = payee
    while person is not None and person not in seen:
        seen.add(person)
        person = next((manager for begins, ends, manager in above[person] if begins <= day < ends), None)
    return person == payee


def _found(table: Table, schema: type[S], named: dict[str, str]) -> Found[dy.DataFrame[S]]:
    """The rows as a frame of the schema; CSV names differ from the frame's for people and days."""
    names = {"from": "from_on", "until": "until_on", **named}
    rows = [{names.get(name, name): value for name, value in row.items()} for row in table.rows.values()]
    types = schema.dtypes()
    frame = schema.validate(pl.DataFrame(rows, schema=types, orient="row"))
    return Found(frame, tuple(sorted(table.issues, key=lambda issue: int(issue.subject.rpartition(":")[2]))))
