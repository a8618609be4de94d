"""What people read beside our fields on a deal, the same words in every CRM."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from connectors.mapping import Outcome

NOTES, NOTE_TEXT = "notes", "text"
"""A note on the deal that says the same in words: what it is called as an object, by the deal's id, and its field."""


class Shown(NamedTuple):
    """A field's label and the help text beside it."""

    label: str
    help: str


def _owner(name: str) -> Shown:
    text = f"Who holds the {name} responsibility for this deal under the rules of engagement."
    return Shown(f"{name.title()} Owner", text)


SHOWN: Mapping[Outcome, Shown] = {
    "value_owner_id": _owner("value"),
    "commercial_owner_id": _owner("commercial"),
    "execution_owner_id": _owner("execution"),
    "motion": Shown("Commission Motion", "What kind of sale commissions treat this deal as."),
    "status": Shown("Commission Status", "Whether this deal is credited, expected, held for a person, or cleared."),
    "reason": Shown("Commission Reason", "Why the owners and the credit are what they are."),
    "as_of": Shown("Commission As Of", "When these commission fields were last decided."),
    "amount": Shown("Commission Amount", "What the commercial owner earns on this deal. Restrict who may read it."),
}
