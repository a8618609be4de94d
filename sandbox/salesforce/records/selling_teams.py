"""Opportunity teams and splits: a user is on a team once, who shares is on the team, and shares come to 100 %."""

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from sandbox.salesforce.errors import RowError
from sandbox.salesforce.schema import Row, Value

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org

MEMBER, SPLIT = "OpportunityTeamMember", "OpportunitySplit"
WHOLE = Decimal(100)
FIXED = frozenset({"OpportunityId", "UserId"})


def member_already(org: "Org", sobject: str, values: Row) -> Row | None:
    """Give the member that a new one would repeat: creating it changes this one, as in Salesforce."""
    if sobject != MEMBER:
        return None
    return next(
        (row for row in _of(org, MEMBER, values.get("OpportunityId")) if row["UserId"] == values["UserId"]), None
    )


def check_split_owner(org: "Org", sobject: str, values: Row) -> None:
    """Refuse a share for somebody who neither owns the opportunity nor is on its team."""
    if sobject != SPLIT:
        return
    deal = org.tables["Opportunity"].rows.get(str(values.get("OpportunityId")))
    if deal is None:
        return  # refused as a required field that is missing
    team = {row["UserId"] for row in _of(org, MEMBER, deal["Id"])}
    if values.get("SplitOwnerId") not in team | {deal["OwnerId"]}:
        message = "The split owner must be a member of the opportunity team."
        raise RowError("FIELD_INTEGRITY_EXCEPTION", message, fields=("SplitOwnerId",))


def check_whole(org: "Org", split_ids: Iterable[str]) -> None:
    """Refuse what was saved together, where splits of a validated type do not come to 100 %."""
    types = org.tables["OpportunitySplitType"].rows
    for split_id in split_ids:
        split = org.tables[SPLIT].rows.get(split_id)
        if split is None or not types[str(split["SplitTypeId"])].get("IsTotalValidated"):
            continue
        alike = [row for row in _of(org, SPLIT, split["OpportunityId"]) if row["SplitTypeId"] == split["SplitTypeId"]]
        if sum((cast("Decimal", row.get("SplitPercentage") or Decimal(0)) for row in alike), Decimal(0)) != WHOLE:
            message = "The split percentages for this split type must add up to 100%."
            raise RowError("FIELD_INTEGRITY_EXCEPTION", message, fields=("SplitPercentage",))


def _of(org: "Org", sobject: str, deal: Value) -> list[Row]:
    return [row for row in org.tables[sobject].find("OpportunityId", deal) if not row.get("IsDeleted")]
