"""One scenario from text to verdict."""

from __future__ import annotations

from dataclasses import dataclass

from engine.model import Issue
from engine.scenario.compare import Failure, failures, refusal
from engine.scenario.reading import Fetch, read_scenario
from engine.scenario.run import Ran, run


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one scenario file. `ran` is None where there was nothing to run."""

    file: str
    title: str
    problems: tuple[Issue, ...] = ()
    """Why the scenario itself could not be read."""
    failures: tuple[Failure, ...] = ()
    ran: Ran | None = None

    @property
    def passed(self) -> bool:
        """Everything came out as expected."""
        return not self.problems and not self.failures


def judge(text: str, file: str, fetch: Fetch) -> Verdict:
    """Read, run and compare one scenario."""
    found = read_scenario(text, file, fetch)
    if found.rows is None:
        return Verdict(file, file, problems=found.issues)
    case = found.rows
    title, expect = case.scenario.scenario, case.scenario.expect
    if case.rules is None or expect.error is not None:
        return Verdict(file, title, failures=tuple(refusal(expect, case.refused)))
    ran = run(case.scenario, case.rules)
    return Verdict(file, title, failures=tuple(failures(expect, ran)), ran=ran)
