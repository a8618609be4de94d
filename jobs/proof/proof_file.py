"""A proof: one file from which a statement is computed again, anywhere, to the same cents.

The file holds the statement and everything it follows from, and ends with the hash of all that is before. Whoever
checks it needs the file and this program; no database, no CRM. The printed hash is the file's name for good: a file
that was changed has another one, or none.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import Connection, insert

from engine import frames as f
from engine.version import VERSION
from jobs.access.visible import Sight
from jobs.books.material import material
from jobs.compute import Computed
from jobs.configuration import Configuration, configured
from jobs.exports.files import write_private
from jobs.proof.extract import POSTING, canonical_text, extract, rows_of
from jobs.proof.rebuild import rebuilt, repeat
from jobs.settings import SettingsProblem
from jobs.statements.told import open_statement
from jobs.who import NotFound, find_payee
from store import closing, ledger
from store.bulk import execute_many
from store.chain import ADJUSTMENT, STEP
from store.computations import LOT, Computation, computations, last_computation
from store.copying import INSERT, RUN
from store.database import Store, open_store
from store.instants import instant_of
from store.people import FACT as PERSON_FACT
from store.settings import ORGANIZATION, set_setting
from store.statements import sealed

FORMAT = "tallystick proof 1"
LARGEST = 256 * 1024 * 1024


def write_proof(store: Store, who: str, period: str, path: Path, sight: Sight) -> str:
    """Prove a payee's statement of a period; answers the hash. The file is tried before it is handed out."""
    with store.read() as conn:
        payee = find_payee(conn, who, sight.in_period(period))
        at = _made_at(conn, period, payee["person_id"])
    with rebuilt(store, at) as then, then.store.read() as conn:
        inputs = extract(conn, then.configuration, payee["person_id"], at.run_id)
        shown = open_statement(payee, material(conn, [payee["person_id"]], period), then.configuration)
    content = {
        "format": FORMAT,
        "engine": at.engine_version,
        "computed_at": at.computed_at,
        "run_id": at.run_id,
        "payee": payee,
        "period": period,
        "statement": shown,
        **inputs,
    }
    text = canonical_text(content)
    if not (answer := _verdict(content, path.parent))["holds"]:
        raise SettingsProblem(
            f"This statement cannot be proved by itself: {'; '.join(answer['differences'])}. Prove it with the whole "
            "database in its place: worker.py verify --all."
        )
    digest = hashlib.sha256(text.encode()).hexdigest()
    write_private(path, f"{text}\n{digest}\n")
    return digest


def verify_proof(path: Path) -> dict[str, Any]:
    """Compute a proof's statement again; refuses a file in which anything was changed."""
    if not path.is_file() or path.stat().st_size > LARGEST:
        raise SettingsProblem(
            f"{path} is no proof: there is no such file, or it is too large. Name what statement --proof wrote."
        )
    text, _, end = path.read_bytes().rstrip(b"\n").rpartition(b"\n")
    digest = hashlib.sha256(text).hexdigest()
    if end.decode("ascii", "replace") != digest:
        raise SettingsProblem(
            f"{path} was changed, or is no proof: its last line is not the hash of what it says. "
            "Ask whoever made it for the file as it was."
        )
    content = json.loads(text)
    if content.get("format") != FORMAT:
        raise SettingsProblem(f"{path} is of another format ({content.get('format')}); this version reads {FORMAT!r}.")
    return _verdict(content, Path(tempfile.gettempdir())) | {"hash": digest}


def _made_at(conn: Connection, period: str, payee_id: str) -> Computation:
    """The computation behind the statement: the one that its seal names, else the last."""
    shut = closing.closed(conn).get(period)
    found = sealed(conn, shut.number, payee_id) if shut is not None else []
    number = found[0].content["made_with"]["computation"] if found else None
    at = computations(conn, number, number)[0] if number is not None else last_computation(conn)
    if at is None:
        raise NotFound("Nothing was computed yet; run sync first.")
    return at


def _verdict(content: Mapping[str, Any], place: Path) -> dict[str, Any]:
    payee, period = content["payee"], content["period"]
    with _computed(content, place) as (conn, configuration, computed):
        again = open_statement(payee, material(conn, [payee["person_id"]], period), configuration)
        differences = [*_unexplained(computed, payee["person_id"]), *_other_words(content["statement"], again)]
    return {
        "holds": not differences,
        "payee": payee["name"],
        "period": period,
        "totals": content["statement"]["totals"],
        "lines": len(content["statement"]["lines"]),
        "engine": content["engine"],
        "verified_with": VERSION,
        "differences": differences,
    }


@contextmanager
def _computed(content: Mapping[str, Any], place: Path) -> Iterator[tuple[Connection, Configuration, Computed]]:
    """A database filled from the proof alone, after the computation."""
    instant = instant_of(content["computed_at"])
    configuration = configured(Path("config"), dict(content["texts"]))
    with tempfile.TemporaryDirectory(dir=place, prefix=".proof-") as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'proof.db'}", lambda: instant)
        try:
            with store.write() as conn:
                _fill(conn, content, instant)
                computed = repeat(conn, store, configuration, content["run_id"], lambda: instant)
                yield conn, configuration, computed
        finally:
            store.close()


def _fill(conn: Connection, content: Mapping[str, Any], instant: datetime) -> None:
    conn.execute(insert(RUN), rows_of(content["runs"], [column.name for column in RUN.columns]))
    execute_many(conn, INSERT, [(*row[:7], row[7].encode(), row[8]) for row in content["records"]])
    for kept in (LOT, PERSON_FACT):
        if rows := content.get("lots" if kept is LOT else kept.name):
            conn.execute(insert(kept), rows_of(rows, [column.name for column in kept.columns]))
    if content["organization"] is not None:
        set_setting(conn, ORGANIZATION, content["organization"])
    for kept in (ADJUSTMENT, STEP):
        if content.get(kept.name):  # a part of the chain, under its own numbers: this database has no use for the rest
            conn.exec_driver_sql(f"DROP TRIGGER {kept.name}_append")
            conn.execute(insert(kept), rows_of(content[kept.name], [column.name for column in kept.columns]))
    for account in (ledger.EARNED, ledger.PAYABLE):
        runs: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for row in rows_of(content["ledgers"][account.name], POSTING):
            runs[row.pop("run_id")].append(row)
        for run_id, rows in runs.items():
            ledger.append(
                conn, f.Postings.cast(pl.DataFrame(rows, infer_schema_length=None)), run_id, instant, account=account
            )


def _unexplained(computed: Computed, payee_id: str) -> Iterator[str]:
    """What the inputs come to beside what was booked for the payee."""
    for name, postings in (("earned", computed.postings), ("payable", computed.released)):
        count = postings.filter(pl.col("payee_id") == payee_id).height if postings.height else 0
        if count:
            yield f"{count} entries of what is {name} do not follow from the inputs"


def _other_words(said: Mapping[str, Any], again: Mapping[str, Any]) -> Iterator[str]:
    """The parts of the statement that differ."""
    told = json.loads(canonical_text(again))
    for part in sorted(said.keys() | told.keys()):
        if said.get(part) != told.get(part):
            yield f"the statement differs in its {part} when it is computed again"
