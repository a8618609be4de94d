"""Ids of the document as numbers of the portal: in the same order, so that ties fall as they would elsewhere."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.hubspot.errors import LoadProblem

KINDS = {"accounts": "0-2", "products": "0-7", "opportunities": "0-3"}
OWNER_FIRST, USER_FIRST, TEAM_FIRST = 904_000_000, 73_000_000, 178_000
_STEP, _USER_STEP = 3, 7
_ID = re.compile(r"\b[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?\b")


class Numbers:
    """Which number each id of the document became."""

    def __init__(self) -> None:
        self._numbers: dict[str, dict[str, int]] = {}

    def give(self, section: str, records: Iterable[Mapping[str, Any]], first: int, step: int = _STEP) -> None:
        """Number the records of a section in the order of their ids, from one number on."""
        ids = [str(record.get("Id", "")) for record in records]
        if len(set(ids)) != len(ids) or "" in ids:
            wrong = next((each for each in ids if not each or ids.count(each) > 1), "")
            raise LoadProblem(f"{section}: the id {wrong!r} occurs twice, or is missing")
        self._numbers[section] = {each: first + step * place for place, each in enumerate(sorted(ids), start=1)}

    def of(self, section: str, identity: object, where: str) -> int:
        """Give the number of an id; a LoadProblem when it names nothing."""
        found = self._numbers.get(section, {}).get(str(identity))
        if found is None:
            raise LoadProblem(f"{where}: {identity} names none of {section}")
        return found

    def anywhere(self, identity: object, where: str) -> int:
        """Give the number of an id of any section."""
        for numbers in self._numbers.values():
            if str(identity) in numbers:
                return numbers[str(identity)]
        raise LoadProblem(f"{where}: {identity} names no record")

    def all(self) -> dict[str, str]:
        """Give every id and its number, as texts."""
        return {each: str(number) for numbers in self._numbers.values() for each, number in numbers.items()}


def user_number(owner: int) -> int:
    """Give an owner's other number, that of user."""
    return USER_FIRST + (owner - OWNER_FIRST) // _STEP * _USER_STEP


def renumbered(text: str, ids: Mapping[str, str]) -> str:
    """Put a portal's numbers in the place of the document's ids, in people files or an answer key.

    >>> renumbered("payee,001000000000AcmIA2", {"001000000000AcmIA2": "25177000003"})
    'payee,25177000003'
    """
    return _ID.sub(lambda found: ids.get(found[0], found[0]), text)
