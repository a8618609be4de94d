"""Opportunity splits of one type, read and set as a whole: what adds up to 100 % can only be saved together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

import msgspec
from simple_salesforce.format import format_soql

from connectors.answers import clean, json_reader
from connectors.port import NotAllowed
from connectors.salesforce.session import Connection
from connectors.salesforce.target import NO_RULES, RowAnswer
from connectors.salesforce.team import ASKED, SalesforceTeam, member_of, rows_of_feature
from engine.model import Change, Sent, Verdict

SPLIT, SPLIT_TYPE = "OpportunitySplit", "OpportunitySplitType"
TYPE = "SELECT Id, IsActive, IsTotalValidated FROM OpportunitySplitType WHERE DeveloperName = {}"
ROWS = (
    "SELECT Id, OpportunityId, SplitOwnerId, SplitPercentage FROM OpportunitySplit "
    "WHERE SplitTypeId = {} AND OpportunityId IN {}"
)
SETTINGS = "Opportunity Split Settings"
CENT = Decimal("0.01")
CONSEQUENCES = ("ALL_OR_NONE_OPERATION_ROLLED_BACK", "PROCESSING_HALTED")
"""What records are told because of others."""


class _Part(msgspec.Struct):
    body: Any
    httpStatusCode: int  # noqa: N815  Salesforce's key


class _Parts(msgspec.Struct):
    compositeResponse: list[_Part]  # noqa: N815  Salesforce's key


class SalesforceSplits:
    """The Salesforce side of `connectors.port.Beside` for splits. Users who are not on the team get `role` there."""

    def __init__(self, connection: Connection, team: SalesforceTeam, kind: str, role: str) -> None:
        self._connection, self._team, self._kind, self._role = connection, team, kind, role

    def read(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        """Shares by user and deal; those of 0 % count for none."""
        found: dict[str, dict[str, str]] = {}
        for row in self._rows(ids):
            share = Decimal(str(row["SplitPercentage"] or 0)).quantize(CENT)
            if share:
                found.setdefault(row["OpportunityId"], {})[row["SplitOwnerId"]] = f"{share:f}"
        return found

    def write(self, changes: Sequence[Change]) -> Iterator[Sequence[Sent]]:
        """One deal a call: members and all splits in one transaction. Who has no share any more is set to 0 %."""
        for change in changes:
            deal = change.record_id
            teams = self._team.read([deal])
            wanted: dict[str, Any] = dict(change.fields)
            members = [member_of(deal, user, self._role) for user in wanted if user not in teams.get(deal, {})]
            yield [self._save(change, members, self._records(deal, wanted))]

    def _records(self, deal: str, wanted: Mapping[str, str]) -> list[dict[str, Any]]:
        """A record for each who has a share, or had one."""
        rows = {row["SplitOwnerId"]: row["Id"] for row in self._rows([deal])}
        kept = [_split(wanted.get(user, "0"), id=row_id) for user, row_id in sorted(rows.items())]
        new = {"OpportunityId": deal, "SplitTypeId": self.type_id}
        return kept + [
            _split(share, SplitOwnerId=user, **new) for user, share in sorted(wanted.items()) if user not in rows
        ]

    def _save(self, change: Change, members: Sequence[object], splits: Sequence[object]) -> Sent:
        """Both steps in one transaction; the first thing that is refused is what the admin has to know."""
        base = "/services/" + self._connection.base.split("/services/")[1]
        steps = [("POST", "composite/sobjects", members), ("PATCH", f"composite/sobjects/{SPLIT}/Id", splits)]
        parts = [
            {
                "method": method,
                "url": base + path,
                "referenceId": f"step{number}",
                "httpHeaders": NO_RULES,
                "body": {"allOrNone": True, "records": records},
            }
            for number, (method, path, records) in enumerate(steps)
            if records
        ]
        body = {"allOrNone": True, "compositeRequest": parts}
        read = json_reader(_Parts)
        answer = self._connection.fetch("POST", "composite", body=body, headers=NO_RULES, read=read)
        told = [_told(part, change) for part in answer.compositeResponse]
        refused = [sent for sents in told for sent in sents if sent.verdict is not Verdict.WRITTEN]
        shown = [sent for sent in refused if sent.code not in CONSEQUENCES]
        return next(iter(shown or refused), Sent(change, Verdict.WRITTEN))

    @cached_property
    def type_id(self) -> str:
        """The split type's record; NotAllowed where the org has no such type that adds up."""
        rows = list(rows_of_feature(self._connection, format_soql(TYPE, self._kind), SPLIT, SETTINGS))
        if not rows or not rows[0]["IsActive"] or not rows[0]["IsTotalValidated"]:
            msg = f"{SPLIT_TYPE}.{self._kind}: the org has no active split type of this name that adds up to 100 %."
            raise NotAllowed(msg, code="SPLIT_TYPE")
        return str(rows[0]["Id"])

    def _rows(self, ids: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        for start in range(0, len(ids), ASKED):
            text = format_soql(ROWS, self.type_id, list(ids[start : start + ASKED]))
            yield from rows_of_feature(self._connection, text, SPLIT, SETTINGS)


def _split(share: str, **names: str) -> dict[str, Any]:
    return {"attributes": {"type": SPLIT}, **names, "SplitPercentage": msgspec.Raw(share.encode())}


def _told(part: _Part, change: Change) -> list[Sent]:
    """The rows of a step, or why the step as a whole was refused."""
    rows = part.body if isinstance(part.body, list) else []
    if rows and "success" in rows[0]:
        return [msgspec.convert(row, RowAnswer).sent(change) for row in rows]
    said = rows[0] if rows else {}
    code = str(said.get("errorCode", part.httpStatusCode))
    return [Sent(change, Verdict.PARKED, code, clean(str(said.get("message", "Salesforce gave no reason."))))]
