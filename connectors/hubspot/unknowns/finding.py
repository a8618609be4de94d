"""What was found out about one thing that HubSpot does not document, beside what the worker takes for granted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from connectors.check import Check
from connectors.port import ConnectorError


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer."""

    found: str
    assumed: str
    same: bool | None
    """Whether it is as assumed; None where this portal holds nothing to tell it by."""
    meaning: str
    """What that means for the worker here."""

    def message(self) -> str:
        """For people: what was found, whether it differs, what that means."""
        verdicts = {True: "as assumed", False: f"DIFFERS from what is assumed ({self.assumed})"}
        verdict = verdicts[self.same] if self.same is not None else f"not to be told here; assumed is: {self.assumed}"
        return f"{self.found}: {verdict}. {self.meaning}"


def found_out(name: str, attempt: Callable[[], Finding]) -> Check:
    """A finding is never a failure: the worker copes with each, and a right that is missing has failed on its own."""
    try:
        return Check(name, ok=True, message=attempt().message())
    except ConnectorError as problem:
        return Check(name, ok=True, message=f"could not be tried: {problem}")
