"""Which properties and associations of an object are read, checked against what the portal says it has.

HubSpot leaves out a requested property that it does not know, without a word: only this check tells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.canonical import Kind
from connectors.hubspot.describe import Described
from connectors.mapping import ASSOCIATION
from connectors.port import NotAllowed, Refused
from connectors.wanted import Wanted
from engine.model import Issue, Severity

STAMP, MERGED = "hs_lastmodifieddate", "hs_merged_object_ids"
SPLIT_COUNT = "hs_num_associated_deal_splits"
HIDDEN = (MERGED, SPLIT_COUNT)
"""Read where the object has them, for our own use; no part of the record's content."""

PAGE, PAGE_WITH_HISTORY = 100, 50
TEXTS = frozenset({"string", "enumeration", "phone_number", "number", "json"})
FITTING: Mapping[Kind, frozenset[str]] = {
    Kind.ID: TEXTS,
    Kind.TEXT: TEXTS,
    Kind.AMOUNT: frozenset({"number"}),
    Kind.QUANTITY: frozenset({"number"}),
    Kind.INTEGER: frozenset({"number"}),
    Kind.PERCENT: frozenset({"number"}),
    Kind.DATE: frozenset({"date", "datetime"}),
    Kind.BOOL: frozenset({"bool", "enumeration"}),
}


@dataclass(frozen=True, slots=True)
class Selection:
    """Properties of one object that the portal has and we want, sorted by name; `types` are the portal's."""

    object: str
    path: str
    types: Mapping[str, str]
    hidden: tuple[str, ...]
    associations: tuple[str, ...]
    history: tuple[str, ...] = ()
    """Properties of which every value they had is read."""

    @property
    def properties(self) -> list[str]:
        """The names to ask for."""
        return [*self.types, *self.hidden]

    @property
    def page(self) -> int:
        """Records that one call tells."""
        return PAGE_WITH_HISTORY if self.history else PAGE


def select(described: Described, wanted: Sequence[Wanted]) -> tuple[Selection, tuple[Issue, ...]]:
    """The wanted properties that exist. A missing indispensable one is an error, a missing optional one an issue."""
    known = described.by_name()
    types: dict[str, str] = {}
    issues: list[Issue] = []
    for want in wanted:
        path = f"{described.name}.{want.field}"
        if want.field.startswith(ASSOCIATION):
            continue
        if want.field not in known:
            issues.append(_missing(path, want))
        elif (found := known[want.field].type) not in FITTING[want.kind]:
            msg = f"{path} is a {found} property, but {want.kind} is needed. Map another property."
            raise Refused(msg, code="FIELD_TYPE")
        else:
            types[want.field] = found
    associations = [want.field.removeprefix(ASSOCIATION) for want in wanted if want.field.startswith(ASSOCIATION)]
    hidden = tuple(name for name in HIDDEN if name in known and name not in types)
    selection = Selection(described.name, described.path, dict(sorted(types.items())), hidden, tuple(associations))
    return selection, tuple(issues)


def _missing(path: str, want: Wanted) -> Issue:
    if not want.optional:
        msg = (
            f"{path} is in the mapping, but the portal has no such property. Correct the internal name in "
            "config/mapping/hubspot.yaml, or make it optional."
        )
        raise NotAllowed(msg, code="PROPERTY_DOESNT_EXIST")
    return Issue(
        "optional_field_missing",
        Severity.WARNS,
        path,
        "is mapped as optional and the portal does not have it.",
        "Create the property, or remove it from the mapping.",
    )
