"""The opportunity team: who is on it, and members added or taken off. Creating a member twice changes the first one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from simple_salesforce.format import format_soql

from connectors.answers import json_reader
from connectors.port import DEAL_OWNER, NotAllowed, Refused, TryAgain
from connectors.salesforce.query import query_rows
from connectors.salesforce.session import Connection
from connectors.salesforce.target import NO_RULES, RowAnswer, SalesforceTarget
from engine.model import Change, Sent, Verdict

MEMBER, DEAL = "OpportunityTeamMember", "Opportunity"
ASKED, BATCH = 200, 200
MEMBERS = "SELECT Id, OpportunityId, UserId, TeamMemberRole FROM OpportunityTeamMember WHERE OpportunityId IN {}"

Record = dict[str, Any]


class SalesforceTeam:
    """The Salesforce side of `connectors.port.Beside` for teams."""

    def __init__(self, connection: Connection, target: SalesforceTarget) -> None:
        self._connection, self._target = connection, target

    def read(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        """The team of each deal, its owner included."""
        owners = self._target.read(DEAL, ids, ["OwnerId"])
        found = {deal: {str(said["OwnerId"]): DEAL_OWNER} for deal, said in owners.items()}
        for row in self._rows(list(found)):
            found[row["OpportunityId"]].setdefault(row["UserId"], row["TeamMemberRole"] or "")
        return found

    def write(self, changes: Sequence[Change]) -> Iterator[Sequence[Sent]]:
        """Add and rename members first, then take off those who leave; a change is as good as its worst record."""
        for start in range(0, len(changes), BATCH):
            batch = changes[start : start + BATCH]
            added = [
                (each, member_of(each.record_id, user, role)) for each in batch for user, role in each.fields if role
            ]
            yield _worst([*self._post(added), *self._remove(batch)])

    def _post(self, added: Sequence[tuple[Change, Record]]) -> Iterator[Sent]:
        for start in range(0, len(added), BATCH):
            part = added[start : start + BATCH]
            body = {"allOrNone": False, "records": [record for _, record in part]}
            yield from self._answers("POST", "composite/sobjects", [change for change, _ in part], body=body)

    def _remove(self, batch: Sequence[Change]) -> Iterator[Sent]:
        leaving = {(each.record_id, user): each for each in batch for user, role in each.fields if role is None}
        rows = self._rows(sorted({deal for deal, _ in leaving})) if leaving else []
        gone = [(leaving[key], row["Id"]) for row in rows if (key := (row["OpportunityId"], row["UserId"])) in leaving]
        for start in range(0, len(gone), BATCH):
            part = gone[start : start + BATCH]
            params = {"ids": ",".join(row_id for _, row_id in part), "allOrNone": "false"}
            yield from self._answers("DELETE", "composite/sobjects", [change for change, _ in part], params=params)

    def _answers(self, method: str, path: str, changes: Sequence[Change], **options: Any) -> Iterator[Sent]:
        read = json_reader(list[RowAnswer])
        answers = self._connection.fetch(method, path, headers=NO_RULES, read=read, **options)
        if len(answers) != len(changes):
            raise TryAgain(f"{len(changes)} members were sent, but {len(answers)} answered: none is taken as written.")
        return (answer.sent(change) for change, answer in zip(changes, answers, strict=True))

    def _rows(self, ids: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        for start in range(0, len(ids), ASKED):
            text = format_soql(MEMBERS, list(ids[start : start + ASKED]))
            yield from rows_of_feature(self._connection, text, MEMBER, "Opportunity Team Settings")


def rows_of_feature(connection: Connection, soql: str, name: str, settings: str) -> Iterator[Mapping[str, Any]]:
    """Rows of an object that an org has only where its administrator switched it on; NotAllowed where it is not."""
    try:
        yield from query_rows(connection, soql)
    except Refused as problem:
        if problem.code != "INVALID_TYPE":
            raise
        advice = f"Switch it on (Setup > {settings}), or grant the integration user Read on {name}."
        raise NotAllowed(f"{name}: the org does not show this object. {advice}", code=problem.code) from None


def member_of(deal: str, user: str, role: Any) -> Record:
    """The record of a new member."""
    return {"attributes": {"type": MEMBER}, "OpportunityId": deal, "UserId": user, "TeamMemberRole": role}


def _worst(every: Sequence[Sent]) -> list[Sent]:
    """One answer a change: written only if all of it is."""
    found: dict[Change, Sent] = {}
    for sent in every:
        known = found.get(sent.change)
        if known is None or known.verdict is Verdict.WRITTEN:
            found[sent.change] = sent
    return list(found.values())
