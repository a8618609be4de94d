"""`/parameterizedSearch`: records in whose text a word occurs, as far as the user may see record and field.

A simplification: the word may occur anywhere in a text. Salesforce matches whole words, and indexes with a delay.
"""

from typing import TYPE_CHECKING, Any

from sandbox.salesforce.errors import ApiError
from sandbox.salesforce.rest.rest_records import shape_fields
from sandbox.salesforce.schema import TEXTS, Row, SObject
from sandbox.salesforce.sharing import visible_to
from sandbox.salesforce.wire import Request, Response, json_response

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org

_SHORTEST, _MOST = 2, 2_000


def search(org: "Org", request: Request) -> Response:
    """Answer the records of one object, or of all that the user may read, with `OBJECT.fields` or only their ids."""
    word = request.query.get("q", "").lower()
    if len(word) < _SHORTEST:
        raise ApiError("INVALID_SEARCH", "search term must be longer than one character")
    wanted = request.query.get("sobject")
    kinds = [org.access.sobject(wanted, request.user)] if wanted else _readable(org, request.user)
    found = [each for kind in kinds for each in _found(org, request, kind, word)]
    return json_response({"searchRecords": found[:_MOST]})


def _readable(org: "Org", user: str) -> list[SObject]:
    return [each for each in org.schema if not each.setup and org.access.may(each, user, "Read")]


def _found(org: "Org", request: Request, kind: SObject, word: str) -> list[dict[str, Any]]:
    allowed = visible_to(org, kind, request.user) or (lambda _row: True)
    seen = [f.name for f in kind.fields.values() if f.type in TEXTS and org.access.sees(kind, f, request.user)]
    names = [name.strip() for name in request.query.get(f"{kind.name}.fields", "Id").split(",")]

    def fits(row: Row) -> bool:
        return not row.get("IsDeleted") and any(word in str(row.get(name) or "").lower() for name in seen)

    rows = [row for row in org.tables[kind.name].rows.values() if fits(row) and allowed(row)]
    return [shape_fields(org, kind, row, names, request, strict=True) for row in rows]
