"""UserRecordAccess: who may read which record, computed when it is asked for, as Salesforce does."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sandbox.salesforce.schema import Row
from sandbox.salesforce.sharing import visible_to

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org

COMPUTED = "UserRecordAccess"


def renew(org: "Org") -> None:
    """Make the table say what holds now: a row for each user and each record that permission sets open."""
    for known in list(org.tables[COMPUTED].rows):
        org.tables.remove(COMPUTED, known)
    for row in _rows(org):
        org.tables.put(COMPUTED, row)


def _rows(org: "Org") -> Iterator[Row]:
    for sobject in (each for each in org.schema if each.secured):
        for user in org.tables["User"].rows:
            reads, allowed = org.access.may(sobject, user, "Read"), visible_to(org, sobject, user)
            for record_id, record in org.tables[sobject.name].rows.items():
                read = reads and (not allowed or allowed(record))
                yield {"Id": user + record_id, "UserId": user, "RecordId": record_id, "HasReadAccess": read}
