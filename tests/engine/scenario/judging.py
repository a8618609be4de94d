"""Scenarios as text, judged without files."""

from __future__ import annotations

from textwrap import dedent

from engine.scenario.verdict import Verdict, judge

PLAN = """
plan: ae
currency: USD
effective: {from: 2026-01-01}
measures: {sales: {sum: amount}}
components: [{id: base, kind: commission, measure: sales, rate: 10%}]
"""


def judged(text: str, **files: str) -> Verdict:
    """The verdict on a scenario; `files` are those beside it, by name."""
    return judge(dedent(text), "s.yaml", lambda path: (files[path], path) if path in files else None)


def failed(verdict: Verdict) -> list[tuple[str, str, str]]:
    """What was expected and what was found, of a scenario that can be read."""
    assert problems(verdict) == []
    return [(failure.what, failure.expected, failure.found) for failure in verdict.failures]


def problems(verdict: Verdict) -> list[str]:
    """Why the scenario could not be read."""
    return [str(issue) for issue in verdict.problems]
