"""Plan tests from files: find them, judge each, give the verdicts as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from engine.model import Issue, Severity
from engine.payees.paying.balances import AMOUNTS, Balance
from engine.scenario.compare import Failure
from engine.scenario.verdict import Verdict, judge
from engine.telling.wording import plain

LARGEST_SCENARIO = 1024 * 1024


def judge_all(paths: Sequence[Path]) -> list[Verdict]:
    """A verdict for each scenario file at the paths; folders are searched to any depth, in order of names."""
    return [_judged(path) for path in dict.fromkeys(_scenarios(paths))]


def as_answer(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """The verdicts for machines."""
    passed = sum(verdict.passed for verdict in verdicts)
    return {"passed": passed, "failed": len(verdicts) - passed, "scenarios": [_as_data(each) for each in verdicts]}


def _scenarios(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(path.rglob("*.yaml"))
        else:
            yield path


def _judged(path: Path) -> Verdict:
    name = path.as_posix()
    text = _text(path)
    if text is None:
        issue = Issue("document", Severity.HOLDS, name, "There is no such file of up to 1 MiB of text.", "Check it.")
        return Verdict(name, name, problems=(issue,))
    return judge(text, name, lambda beside: _fetched(path.parent / beside))


def _fetched(path: Path) -> tuple[str, str] | None:
    text = _text(path)
    return None if text is None else (text, path.as_posix())


def _text(path: Path) -> str | None:
    """The file's text; None where there is none, or more of it than any document has."""
    if not path.is_file() or path.stat().st_size > LARGEST_SCENARIO:
        return None
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def _as_data(verdict: Verdict) -> dict[str, Any]:
    ran = verdict.ran
    return {
        "file": verdict.file,
        "scenario": verdict.title,
        "passed": verdict.passed,
        "problems": [str(issue) for issue in verdict.problems],
        "failures": [_failure(failure) for failure in verdict.failures],
        "lines": [line_as_data(line) for line in ran.lines] if ran else [],
        "before": [line_as_data(line) for line in ran.before] if ran else [],
        "postings": [_posting(row) for row in ran.postings] if ran else [],
        "balances": [_balance(of) for of in ran.balances] if ran else [],
        "issues": [_issue(issue) for issue in ran.issues] if ran else [],
    }


def _issue(issue: Issue) -> dict[str, str]:
    return {"code": issue.code, "severity": issue.severity.value, "message": str(issue)}


def _failure(failure: Failure) -> dict[str, Any]:
    lines = [line_as_data(line) for line in failure.lines if "facts" in line]
    return {"what": failure.what, "expected": failure.expected, "found": failure.found, "lines": lines}


def line_as_data(line: Any) -> dict[str, Any]:
    """A line as people and machines read it: amounts as text in the line's currency."""
    return {
        "payee": line["payee_id"],
        "plan": line["plan"],
        "component": line["component"],
        "period": line["period"],
        "deal": line["deal_id"],
        "kind": line["kind"],
        "on": line["dated_on"].isoformat(),
        "amount": plain(line["amount_micros"], line["currency"]).replace(",", ""),
        "currency": line["currency"],
        "sentence": line["sentence"],
        "payable": line["payable"],
        "facts": line["facts"],
    }


def _balance(of: Balance) -> dict[str, Any]:
    amounts = {name: plain(getattr(of, name), of.currency).replace(",", "") for name in AMOUNTS}
    return {"payee": of.payee_id, "plan": of.plan, "period": of.period, **amounts, "currency": of.currency}


def _posting(row: Any) -> dict[str, Any]:
    return {
        "payee": row["payee_id"],
        "plan": row["plan"],
        "component": row["component"],
        "period": row["period"],
        "deal": row["deal_id"],
        "kind": row["kind"],
        "reason": row["reason"],
        "amount": plain(row["delta_micros"], row["currency"]).replace(",", ""),
        "currency": row["currency"],
    }
