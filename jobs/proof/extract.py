"""What a payee's statement follows from, and nothing else: the inputs that go into a proof.

Records of the customers concerned, and small objects that give records their meaning. Of the people files, only rows
of those whose pay or achievement takes part; pay data of anybody else never enters.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl
from sqlalchemy import Connection, select

from connectors.mapping import CrmMapping
from connectors.normalise import PROMISES
from engine.documents.measures.across import EVERYBODY
from engine.documents.plans.order import team_is_read
from jobs.compute import rivals
from jobs.concerned import measured_together
from jobs.configuration import Configuration
from jobs.crm_people import OPEN_FACTS, crm_people
from store import canonical, ledger, mirror, pins, results
from store.chain import ADJUSTMENT, STEP
from store.computations import LOT
from store.copying import RECORD, RUN
from store.mirror import RAW
from store.people import FACT as PERSON_FACT
from store.settings import ORGANIZATION, setting_of

ENROLMENTS = "people/enrolments.csv"
OF_PEOPLE = (
    "people/people.csv",
    "people/quotas.csv",
    "people/results.csv",
    "people/leave.csv",
    ENROLMENTS,
)
"""Files whose rows are about one person each, named in the first column."""


def extract(conn: Connection, configuration: Configuration, payee_id: str, run_id: int) -> dict[str, Any]:
    """The inputs behind a payee's results, from the database of then; `run_id` is the run that computed them."""
    payees = _taking_part(conn, configuration, payee_id)
    counted = payees | measured_together(conn, canonical.load_book(conn, []), configuration.rules)
    accounts = _accounts(conn, counted)
    ledgers = {each.name: _booked(conn, payee_id, each) for each in (ledger.EARNED, ledger.PAYABLE)}
    runs = {run_id, *(row[0] for rows in ledgers.values() for row in rows)}
    return {
        "organization": setting_of(conn, ORGANIZATION),
        "texts": _texts(conn, configuration, payees, counted),
        "runs": [list(row) for row in conn.execute(select(RUN)) if row.run_id in runs],
        "records": _records(conn, configuration.mapping, accounts, payees),
        PERSON_FACT.name: [list(row) for row in conn.execute(select(PERSON_FACT)) if _is_theirs(row, payees)],
        "lots": [list(row) for row in conn.execute(select(LOT)) if row.account_id in accounts],
        "ledgers": ledgers,
        **_adjustments(conn, payees),
    }


def _adjustments(conn: Connection, payees: set[str]) -> dict[str, list[list[Any]]]:
    """What was corrected by hand of those who take part, and what became of it."""
    given = [list(row) for row in conn.execute(select(ADJUSTMENT)) if row.payee_id in payees]
    numbers = {row[list(ADJUSTMENT.columns.keys()).index("number")] for row in given}
    steps = [list(row) for row in conn.execute(select(STEP)) if row.adjustment in numbers]
    return {ADJUSTMENT.name: given, STEP.name: steps}


def _taking_part(conn: Connection, configuration: Configuration, payee_id: str) -> set[str]:
    """The payee, and those on whose achievement the pay depends: a team, rivals in a contest."""
    payees = {payee_id}
    if team_is_read(configuration.rules.plans):
        payees = results.with_teams(conn, payees)
    credits_ = results.credits_of(conn, payees)
    payees |= set(credits_["from_payee_id"].drop_nulls())
    return payees | rivals(payees, canonical.load_book(conn, []), configuration.rules)


def _accounts(conn: Connection, payees: set[str]) -> set[str]:
    deals = {*results.credits_of(conn, payees)["deal_id"], *results.lines_of(conn, payees)["deal_id"].drop_nulls()}
    return canonical.accounts_of(conn, deals) | set(results.cohorts_of(conn, payees)["account_id"])


def _texts(conn: Connection, configuration: Configuration, payees: set[str], counted: set[str]) -> dict[str, str]:
    """The files, of which those of people hold rows of the payees; who else is counted was on which plan."""
    own = _names(conn, payees) | {EVERYBODY}
    names = dict.fromkeys(OF_PEOPLE, own) | {ENROLMENTS: _names(conn, counted)}
    texts = configuration.texts
    return texts | {name: _of_these(texts[name], names[name]) for name in OF_PEOPLE if name in texts}


def _is_theirs(told: Any, payees: set[str]) -> bool:
    """Pay is told of those who take part alone."""
    return told.fact in OPEN_FACTS or told.person_id in payees


def _names(conn: Connection, payees: set[str]) -> set[str]:
    """How people files may name them."""
    people = canonical.whole(conn, "people").filter(pl.col("person_id").is_in(list(payees)))
    former = {email for email, whose in crm_people(conn, {}).emails.items() if whose & payees}
    return former | {
        str(value).casefold()
        for row in people.select("person_id", "user_id", "email").iter_rows()
        for value in row
        if value is not None
    }


def _of_these(text: str, names: set[str]) -> str:
    """The rows of a people file whose first column names one of them."""
    rows = list(csv.reader(io.StringIO(text)))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows(rows[:1])
    writer.writerows(row for row in rows[1:] if row and row[0].strip().casefold() in names)
    return out.getvalue()


def _records(conn: Connection, mapping: CrmMapping, accounts: set[str], payees: set[str]) -> list[list[Any]]:
    """The accounts' own records, and every record of objects that belong to no account; of others no pay."""
    book = canonical.load_book(conn, accounts)
    wanted = {
        "accounts": accounts,
        "deals": set(book.deals["deal_id"]),
        "contracts": set(book.contracts["contract_id"]),
        "deal_lines": set(book.deal_lines["line_id"]),
        "splits": set(book.splits["split_id"]),
        "team_members": set(book.team_members["member_id"]),
    }
    limited = {mapping.objects[name].crm_object: ids for name, ids in wanted.items() if name in mapping.objects}
    rows = conn.execute(select(*(RAW.c[name] for name in RECORD)).order_by(RAW.c.revision)).all()
    kept = [list(_believed(conn, row)) for row in rows if row.record_id in limited.get(row.object, {row.record_id})]
    people = mapping.objects["people"]
    pay = {people.fields[name].field for name in PROMISES if name in people.fields}
    return [row if row[0] != people.crm_object or row[1] in payees else _without(pay, row) for row in kept]


def _without(fields: set[str], row: list[Any]) -> list[Any]:
    """A record without what these fields hold."""
    place = RECORD.index("body")
    body = {name: None if name in fields else value for name, value in json.loads(row[place], parse_float=str).items()}
    return [*row[:place], json.dumps(body) if fields else row[place], *row[place + 1 :]]


def _believed(conn: Connection, row: Any) -> Iterator[Any]:
    """A record as text, one that is pinned as it was believed."""
    held, key = pins.pinned(conn), (row.object, row.record_id)
    values = dict(zip(RECORD, row, strict=True))
    if key in held:
        revision = held[key]
        was = None if revision is None else mirror.record_at(conn, *key, revision)
        values |= {"deleted": True} if was is None else {"deleted": was.deleted, "body": was.body}
    for value in values.values():
        yield value.decode() if isinstance(value, bytes) else value


def _booked(conn: Connection, payee_id: str, account: Any) -> list[list[Any]]:
    """The payee's postings in their order: run, then what a posting says."""
    entries = ledger.booked(conn, [payee_id], account).sort("number")
    return [list(row) for row in entries.select(POSTING).iter_rows()]


POSTING = [
    "run_id", *ledger.KEY, "booked_in", "sequence", "deal_id", "kind", "delta_micros", "currency", "reason"
]  # fmt: skip


def canonical_text(content: Mapping[str, Any] | Sequence[Any]) -> str:
    """One spelling for the same content."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def rows_of(values: Iterable[Sequence[Any]], names: Sequence[str]) -> list[dict[str, Any]]:
    """Rows by their columns' names."""
    return [dict(zip(names, row, strict=True)) for row in values]
