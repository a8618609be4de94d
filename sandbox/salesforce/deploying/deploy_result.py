"""A metadata deploy and how it reports itself, component by component."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """The outcome of one object, field or permission set."""

    kind: str
    name: str
    file: str
    problem: str | None = None
    created: bool = False
    changed: bool = False
    deleted: bool = False
    warning: str | None = None

    def shown(self) -> dict[str, Any]:
        """Describe the outcome."""
        return {
            "changed": self.changed,
            "columnNumber": None,
            "componentType": self.kind,
            "created": self.created,
            "createdDate": None,
            "deleted": self.deleted,
            "fileName": self.file,
            "fullName": self.name,
            "id": None,
            "lineNumber": None,
            "problem": self.problem or self.warning,
            "problemType": "Error" if self.problem else "Warning" if self.warning else None,
            "success": self.problem is None,
            "warning": self.warning is not None,
        }


@dataclass(slots=True, kw_only=True)
class Deploy:
    """One deploy request; it is applied when it is made and reports InProgress once."""

    id: str
    created: str
    check_only: bool
    partial: bool
    components: list[Component] = field(default_factory=list)
    polls: int = 0

    @property
    def status(self) -> str:
        """The last state."""
        failed = [component for component in self.components if component.problem]
        if not failed:
            return "Succeeded"
        return "SucceededPartial" if self.partial and len(failed) < len(self.components) else "Failed"

    def shown(self, *, details: bool) -> dict[str, Any]:
        """Describe the deploy as `deployResult`."""
        self.polls += 1
        done = self.polls > 1
        failures = [component.shown() for component in self.components if component.problem]
        successes = [component.shown() for component in self.components if not component.problem]
        out: dict[str, Any] = {
            "id": self.id,
            "checkOnly": self.check_only,
            "createdDate": self.created,
            "startDate": self.created,
            "completedDate": self.created if done else None,
            "done": done,
            "ignoreWarnings": False,
            "numberComponentErrors": len(failures) if done else 0,
            "numberComponentsDeployed": len(successes) if done else 0,
            "numberComponentsTotal": len(self.components),
            "numberTestErrors": 0,
            "numberTestsCompleted": 0,
            "numberTestsTotal": 0,
            "rollbackOnError": not self.partial,
            "runTestsEnabled": False,
            "status": self.status if done else "InProgress",
            "success": done and self.status != "Failed",
        }
        if details:
            out["details"] = {
                "componentFailures": failures if done else [],
                "componentSuccesses": successes if done else [],
                "runTestResult": {"numFailures": 0, "numTestsRun": 0, "successes": [], "failures": []},
            }
        return out
