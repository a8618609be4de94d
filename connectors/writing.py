"""What every target asks of changes before it sends any: that they are ours to write, and one write a record."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from connectors.port import NotAllowed, Refused
from engine.model import Change, FieldInfo


def check_allowed(name: str, changes: Sequence[Change], allowed: Collection[str]) -> list[str]:
    """The fields that the changes set; refused before anything is sent where one is not among those we may write."""
    wanted = {field for change in changes for field, _ in change.fields}
    foreign = sorted(wanted - set(allowed))
    if foreign or any(change.object != name for change in changes):
        raise Refused(f"{name}: {', '.join(foreign) or 'another object'} is not among the fields we may write.")
    return sorted(wanted)


def check_writable(name: str, fields: Sequence[str], known: Mapping[str, FieldInfo], remedy: str) -> None:
    """Refuse before anything is sent what the CRM does not let us write."""
    for field in fields:
        if field not in known or not known[field].writable:
            state = "does not exist or is hidden" if field not in known else "is read-only for the integration user"
            msg = f"{name}.{field} {state}. Run `worker.py setup`{remedy}."
            raise NotAllowed(msg, code="INVALID_FIELD_FOR_INSERT_UPDATE")


def by_record(changes: Sequence[Change]) -> Mapping[str, list[Change]]:
    """The changes of each record, later ones after earlier ones, in sending order."""
    found: dict[str, list[Change]] = {}
    for change in sorted(changes, key=lambda each: (each.ordered_by, each.record_id)):
        found.setdefault(change.record_id, []).append(change)
    return found
