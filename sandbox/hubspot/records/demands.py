"""What an administrator demands of records since 2026-09: properties that must be there, some only at times."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """A property that must have a value: on creation, or whenever another property holds some value."""

    object: str
    property: str
    when: tuple[str, str] | None = None

    def breaks(self, values: Mapping[str, str], *, creating: bool) -> bool:
        """Whether a record with these values breaks the rule."""
        if values.get(self.property):
            return False
        return creating if self.when is None else values.get(self.when[0]) == self.when[1]

    def shown(self) -> dict[str, Any]:
        """Shape of an entry in an error's list."""
        if self.when is None:
            code, message = "MISSING_REQUIRED_PROPERTY", f"A value for {self.property} must be provided"
        else:
            code = "MISSING_CONDITIONAL_REQUIRED_PROPERTY"
            message = f"{self.property} is required because of a conditional property rule based on [{self.when[0]}]"
        return {"code": code, "message": message, "context": {"propertyName": [self.property]}}
