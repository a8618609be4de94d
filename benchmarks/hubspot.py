"""hubspot: deals over HTTP into an empty store, by list and by search, against each one's raw floor and against dlt."""

from __future__ import annotations

import math
import os

from benchmarks.portal_query import ASSOCIATIONS, FREE, LIST_PAGE, SEARCH_PAGE
from benchmarks.pull import CALLS_TIMES, FLOOR_SHARE, has_dlt, of_dlt
from benchmarks.rotation import Contender, Figures, cpu, ratios, rotate, seconds
from benchmarks.serving import Server, serving
from benchmarks.table import Report, Target

ROWS, ROUNDS = 100_000, 3
WAYS = ("list", "search")
DLT, DLT_TIMES = "dlt, list", 8


def run(rows: int, rounds: int) -> Report:
    """Every way in turn, on one portal without rate limits that has rendered every record before."""
    with serving(rows, "benchmarks.portal", FREE) as server:
        contenders = _contenders(server)
        rotate(contenders[:2], 1, server.counted)
        runs = rotate(contenders, rounds, server.counted)
    targets = [_of_floor(runs, way) for way in WAYS]
    targets += [
        of_dlt(runs, DLT, "worker, list", f"list: at least {DLT_TIMES} x dlt into SQLite", DLT_TIMES),
        *(_of_calls(runs, way, least_calls(rows)[way]) for way in WAYS),
    ]
    notes = [] if DLT in runs else ["dlt was NOT measured: name an interpreter that has it in BENCH_DLT_PYTHON."]
    return Report(f"hubspot {rows:,} deals", runs, _floor("list"), targets, notes, facts=("calls",))


def least_calls(rows: int) -> dict[str, int]:
    """Calls that nobody can do without: pages (or ids and batches), and the company of each deal."""
    pages, associations = math.ceil(rows / LIST_PAGE), math.ceil(rows / ASSOCIATIONS)
    return {"list": pages + associations, "search": math.ceil(rows / SEARCH_PAGE) + pages + associations}


def worker(address: str, way: str, pace: str) -> Contender:
    """Our own way."""
    return Contender(f"worker, {way}", "benchmarks.portal_worker", (address, "{folder}/tally.db", way, pace))


def _floor(way: str) -> str:
    return f"raw floor, {way}"


def _contenders(server: Server) -> list[Contender]:
    found = []
    for way in WAYS:
        found.append(worker(server.address, way, FREE))
        found.append(Contender(_floor(way), "benchmarks.portal_floor", (server.address, "{folder}/floor.db", way)))
    if python := has_dlt(os.environ):
        found.append(Contender(DLT, "benchmarks.portal_dlt", (server.address, "{folder}"), python))
    return found


def _of_floor(runs: dict[str, list[Figures]], way: str) -> Target:
    wall, least, most = (1 / found for found in ratios(runs[f"worker, {way}"], runs[_floor(way)], seconds))
    work = 1 / ratios(runs[f"worker, {way}"], runs[_floor(way)], cpu)[0]
    reached = f"{wall:.0%} of its speed by the clock ({most:.0%}-{least:.0%}), {work:.0%} by CPU"
    return Target(f"{way}: at least {FLOOR_SHARE:.0%} of the raw floor", reached, wall >= FLOOR_SHARE)


def _of_calls(runs: dict[str, list[Figures]], way: str, least: int) -> Target:
    calls = int(str(runs[f"worker, {way}"][-1].facts["calls"]))
    promise = f"{way}: API calls at most {CALLS_TIMES} x the least possible"
    return Target(promise, f"{calls} of {least}, the description of the portal included", calls <= CALLS_TIMES * least)
