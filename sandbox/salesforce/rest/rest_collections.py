"""`/composite/sobjects`: up to 200 records a call, with one result for each, in the order of the request."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sandbox.salesforce.errors import ApiError, RowError, bad_json
from sandbox.salesforce.ids import id18, looks_like_id
from sandbox.salesforce.records import deleting, writing
from sandbox.salesforce.records.selling_teams import SPLIT, check_whole
from sandbox.salesforce.rest.rest_records import shape_fields
from sandbox.salesforce.schema import SObject
from sandbox.salesforce.sharing import visible_to
from sandbox.salesforce.wire import Request, Response, json_response

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org

MOST_RECORDS, MOST_IDS = 200, 2_000
_MOST_CHUNKS = 10
Result = dict[str, Any]


def create(org: "Org", request: Request) -> Response:
    """Create records."""
    body, records = _records(org, request)

    def one(sobject: SObject, record: dict[str, Any]) -> Result:
        return _success(writing.insert(org, sobject, record, user=request.user))

    return _each(org, request, records, one, all_or_none=bool(body.get("allOrNone")))


def change(org: "Org", request: Request) -> Response:
    """Change records by id."""
    body, records = _records(org, request)

    def one(sobject: SObject, record: dict[str, Any]) -> Result:
        record_id = record.get("id") or record.get("Id")
        if not record_id:
            raise RowError("MISSING_ARGUMENT", "Id not specified in an update call", fields=("Id",))
        writing.update(org, sobject, str(record_id), record, user=request.user)
        return _success(id18(str(record_id)))

    return _each(org, request, records, one, all_or_none=bool(body.get("allOrNone")))


def upsert(org: "Org", request: Request, name: str, key: str) -> Response:
    """Change or create records by external id; a value that occurs twice in the call is refused in each place."""
    body, records = _records(org, request)
    sobject = org.access.sobject(name, request.user)
    field = writing.external_key(org, sobject, key, user=request.user)
    if any(kind is not sobject for kind, _ in records):
        raise ApiError("INVALID_TYPE", f"all records must be of type {sobject.name}")
    values = [_held(record, field.name) for _, record in records]

    def one(sobject: SObject, record: dict[str, Any]) -> Result:
        value = _held(record, field.name)
        if value not in (None, "") and values.count(value) > 1:
            raise RowError("DUPLICATE_VALUE", f"Duplicate external id specified: {value}", fields=(field.name,))
        record_id, created = writing.upsert(org, sobject, field, value, record, user=request.user)
        return _success(record_id) | {"created": created}

    return _each(org, request, records, one, all_or_none=bool(body.get("allOrNone")))


def remove(org: "Org", request: Request) -> Response:
    """Delete records by id, of any type."""
    ids = [each for each in request.query.get("ids", "").split(",") if each]
    _check_count(len(ids))
    records = [(_kind_of(org, record_id), {"id": record_id}) for record_id in ids]

    def one(sobject: SObject, record: dict[str, Any]) -> Result:
        deleting.delete(org, sobject, record["id"], user=request.user)
        return _success(id18(record["id"]))

    all_or_none = request.query.get("allOrNone", "false").lower() == "true"
    return _each(org, request, records, one, all_or_none=all_or_none)


def retrieve(org: "Org", request: Request, name: str) -> Response:
    """Answer records by id; null stands for those that are unknown, deleted or out of sight."""
    sobject = org.access.sobject(name, request.user)
    ids, names = _wanted(request)
    rows = org.tables[sobject.name].rows
    allowed = visible_to(org, sobject, request.user) or (lambda _row: True)
    out: list[Any] = []
    for record_id in ids:
        row = rows.get(id18(record_id)) if looks_like_id(record_id) else None
        if row is None or row.get("IsDeleted") or not allowed(row):
            out.append(None)
        else:
            out.append(shape_fields(org, sobject, row, names, request, strict=True))
    return json_response(out)


def _wanted(request: Request) -> tuple[list[str], list[str]]:
    if request.method == "POST":
        body = request.json_object()
        ids, names = body.get("ids"), body.get("fields")
    else:
        ids, names = (request.query.get(name, "").split(",") for name in ("ids", "fields"))
    if not isinstance(ids, list) or not isinstance(names, list) or not all(names):
        raise bad_json("ids and fields must be lists")
    if len(ids) > MOST_IDS:
        raise ApiError("EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {MOST_IDS} records")
    return list(map(str, ids)), list(map(str, names))


def _records(org: "Org", request: Request) -> tuple[dict[str, Any], list[tuple[SObject, dict[str, Any]]]]:
    """Read the records with their objects; a malformed one refuses the whole request."""
    body = request.json_object()
    records = body.get("records")
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise bad_json("records must be a list of objects")
    _check_count(len(records))
    typed = [(org.access.sobject(_type_of(record), request.user), record) for record in records]
    chunks = sum(1 for place, (kind, _) in enumerate(typed) if place == 0 or typed[place - 1][0] is not kind)
    if chunks > _MOST_CHUNKS:
        raise ApiError("LIMIT_EXCEEDED", f"cannot have more than {_MOST_CHUNKS} chunks in a single operation")
    return body, typed


def _type_of(record: dict[str, Any]) -> str:
    attributes = record.get("attributes")
    if not isinstance(attributes, dict) or not isinstance(attributes.get("type"), str):
        raise ApiError("INVALID_TYPE", "each record needs attributes with its type")
    return str(attributes["type"])


def _check_count(count: int) -> None:
    if count > MOST_RECORDS:
        message = f"record limit reached. cannot submit more than {MOST_RECORDS} records in this call"
        raise ApiError("EXCEEDED_ID_LIMIT", message)


def _kind_of(org: "Org", record_id: str) -> SObject:
    kind = org.schema.by_prefix(record_id) if looks_like_id(record_id) else None
    if kind is None:
        raise ApiError("MALFORMED_ID", f"malformed id {record_id}")
    return kind


def _held(record: dict[str, Any], name: str) -> Any:
    return next((value for key, value in record.items() if key.lower() == name.lower()), None)


def _success(record_id: str) -> Result:
    return {"id": record_id, "success": True, "errors": []}


def _each(
    org: "Org",
    request: Request,
    records: list[tuple[SObject, dict[str, Any]]],
    one: Callable[[SObject, dict[str, Any]], Result],
    *,
    all_or_none: bool,
) -> Response:
    """Save one record after the other. With allOrNone one failure takes all of them back."""
    start, results, failures = org.tables.mark(), [], 0
    for place, (sobject, record) in enumerate(records):
        mark = org.tables.mark()
        try:
            _strike(request, place)
            results.append(one(sobject, record))
        except RowError as problem:
            org.tables.roll_back(mark)
            results.append(problem.result())
            failures += 1
    whole = _refused_whole(org, records, results)
    if whole is not None:
        org.tables.roll_back(start)
        return json_response([whole for _ in results])
    if all_or_none and failures:
        org.tables.roll_back(start)
        results = [_rolled_back() if result["success"] else result for result in results]
    return json_response(results)


def _refused_whole(org: "Org", records: list[tuple[SObject, dict[str, Any]]], results: list[Result]) -> Result | None:
    """What only the records together can be refused for."""
    saved = [
        str(each["id"])
        for (kind, _), each in zip(records, results, strict=True)
        if kind.name == SPLIT and each["success"]
    ]
    try:
        check_whole(org, saved)
    except RowError as problem:
        return problem.result()
    return None


def _strike(request: Request, place: int) -> None:
    """Fault `partial_failure` refuses the records at its positions."""
    rule = request.struck_by("partial_failure")
    if rule and place in rule.args.get("positions", [0]):
        code = str(rule.args.get("code", "UNABLE_TO_LOCK_ROW"))
        raise RowError(
            code, str(rule.args.get("message", "unable to obtain exclusive access to this record")), fields=()
        )


def _rolled_back() -> Result:
    message = "Record rolled back because not all records were valid and the request was using AllOrNone header"
    return RowError("ALL_OR_NONE_OPERATION_ROLLED_BACK", message, fields=()).result()
