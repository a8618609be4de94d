"""`/sobjects/NAME/…`: one record at a time."""

from typing import TYPE_CHECKING, Any

from sandbox.salesforce.clock import http_date, parse_http_date, parse_instant, stamp
from sandbox.salesforce.errors import ApiError, RowError, not_found
from sandbox.salesforce.ids import id18, looks_like_id
from sandbox.salesforce.queries.query import late_visible_from
from sandbox.salesforce.queries.render import record_url, shaper
from sandbox.salesforce.queries.resolve import Target
from sandbox.salesforce.records import deleting, writing
from sandbox.salesforce.schema import Row, SObject
from sandbox.salesforce.sharing import visible_to
from sandbox.salesforce.wire import Request, Response, json_response

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org

_UPDATED_DAYS, _DELETED_DAYS = 30, 15


def create(org: "Org", request: Request, name: str) -> Response:
    """Create a record."""
    sobject = org.access.sobject(name, request.user)
    record_id = writing.insert(org, sobject, request.json_object(), user=request.user)
    headers = {"Location": record_url(request.version, sobject.name, record_id)}
    return json_response({"id": record_id, "success": True, "errors": []}, status=201, headers=headers)


def retrieve(org: "Org", request: Request, name: str, record_id: str) -> Response:
    """Answer a record with all fields, or with those asked for."""
    sobject = org.access.sobject(name, request.user)
    return _shown(org, request, sobject, _seen(org, request, sobject, record_id))


def change(org: "Org", request: Request, name: str, record_id: str) -> Response:
    """Change a record, unless it has changed since `If-Unmodified-Since`."""
    sobject = org.access.sobject(name, request.user)
    row = _seen(org, request, sobject, record_id)
    if _changed_since(row, request.headers.get("If-Unmodified-Since")):
        return Response(412)
    writing.update(org, sobject, record_id, request.json_object(), user=request.user)
    return Response(204)


def remove(org: "Org", request: Request, name: str, record_id: str) -> Response:
    """Put a record into the recycle bin."""
    sobject = org.access.sobject(name, request.user)
    _seen(org, request, sobject, record_id)
    deleting.delete(org, sobject, record_id, user=request.user)
    return Response(204)


def retrieve_by_key(org: "Org", request: Request, name: str, key: str, value: str) -> Response:
    """Answer the record that holds an external id."""
    sobject = org.access.sobject(name, request.user)
    found = _matches(org, request, sobject, key, value)
    return found if isinstance(found, Response) else _shown(org, request, sobject, found)


def remove_by_key(org: "Org", request: Request, name: str, key: str, value: str) -> Response:
    """Delete the record that holds an external id."""
    sobject = org.access.sobject(name, request.user)
    found = _matches(org, request, sobject, key, value)
    return found if isinstance(found, Response) else remove(org, request, name, str(found["Id"]))


def upsert_by_key(org: "Org", request: Request, name: str, key: str, value: str) -> Response:
    """Change the record that holds an external id, or create it; several of them are 300."""
    sobject = org.access.sobject(name, request.user)
    field = writing.external_key(org, sobject, key, user=request.user)
    if field.type != "id" and len(writing.living_matches(org, sobject, field, value)) > 1:
        return _several(request, sobject, writing.living_matches(org, sobject, field, value))
    values = request.json_object()
    if any(each.lower() == field.name.lower() for each in values):
        raise ApiError("INVALID_FIELD", f"The {field.name} field should not be specified in the sobject data.")
    record_id, created = writing.upsert(org, sobject, field, value, values, user=request.user)
    body = {"id": record_id, "success": True, "errors": [], "created": created}
    return json_response(body, status=201 if created else 200)


def updated(org: "Org", request: Request, name: str) -> Response:
    """Answer the ids of records changed in a window of at most 30 days."""
    sobject = _replicated(org, request, name)
    start, end = _window(org, request, _UPDATED_DAYS)
    covered = min(end, late_visible_from(org) or end)
    rows = _in_window(org, request, sobject, start, covered)
    ids = [row["Id"] for row in rows if not row["IsDeleted"]]
    return json_response({"ids": ids, "latestDateCovered": covered})


def deleted(org: "Org", request: Request, name: str) -> Response:
    """Answer the records deleted in a window of at most 15 days."""
    sobject = _replicated(org, request, name)
    start, end = _window(org, request, _DELETED_DAYS)
    gone = [row for row in _in_window(org, request, sobject, start, end) if row["IsDeleted"]]
    body = {
        "deletedRecords": [{"id": row["Id"], "deletedDate": row["SystemModstamp"]} for row in gone],
        "earliestDateAvailable": org.window_start(_DELETED_DAYS),
        "latestDateCovered": end,
    }
    return json_response(body)


def _replicated(org: "Org", request: Request, name: str) -> SObject:
    sobject = org.access.sobject(name, request.user)
    if sobject.setup:
        raise ApiError("INVALID_TYPE_FOR_OPERATION", f"object type {sobject.name} is not replicable")
    return sobject


def _in_window(org: "Org", request: Request, sobject: SObject, start: str, end: str) -> list[Row]:
    allowed = visible_to(org, sobject, request.user) or (lambda _row: True)
    rows = org.tables[sobject.name].rows.values()
    return [row for row in rows if start <= str(row["SystemModstamp"]) < end and allowed(row)]


def _window(org: "Org", request: Request, days: int) -> tuple[str, str]:
    """Read start and end; they must lie more than a minute apart and not too far back."""
    try:
        start, end = (parse_instant(request.query[name].replace(" ", "+")) for name in ("start", "end"))
    except (KeyError, ValueError):
        raise ApiError("INVALID_REPLICATION_DATE", "start and end must be dates with a time zone") from None
    if (end - start).total_seconds() <= 60:  # noqa: PLR2004  # a minute
        raise ApiError("INVALID_REPLICATION_DATE", "startDate has to be more than a minute before endDate")
    if stamp(start) < org.window_start(days):
        raise ApiError("INVALID_REPLICATION_DATE", f"startDate cannot be more than {days} days ago")
    return stamp(start), stamp(min(end, org.clock()))


def _seen(org: "Org", request: Request, sobject: SObject, record_id: str) -> Row:
    """Give a record that the user may see and that is not deleted."""
    row = org.tables[sobject.name].rows.get(id18(record_id)) if looks_like_id(record_id) else None
    allowed = visible_to(org, sobject, request.user)
    if row is None or (allowed and not allowed(row)):
        raise not_found("Provided external ID field does not exist or is not accessible: " + record_id)
    if row.get("IsDeleted"):
        raise RowError("ENTITY_IS_DELETED", "entity is deleted", status=404, fields=())
    return row


def _matches(org: "Org", request: Request, sobject: SObject, key: str, value: str) -> Row | Response:
    field = writing.external_key(org, sobject, key, user=request.user)
    found = writing.living_matches(org, sobject, field, value)
    if len(found) > 1:
        return _several(request, sobject, found)
    if not found:
        raise not_found()
    return _seen(org, request, sobject, str(found[0]["Id"]))


def _several(request: Request, sobject: SObject, found: list[Row]) -> Response:
    urls = [record_url(request.version, sobject.name, row["Id"]) for row in found]
    return json_response(urls, status=300)


def _shown(org: "Org", request: Request, sobject: SObject, row: Row) -> Response:
    headers = {"Last-Modified": http_date(parse_instant(str(row["LastModifiedDate"])))}
    wanted = request.query.get("fields")
    names = [name.strip() for name in wanted.split(",")] if wanted else list(sobject.fields)
    return json_response(shape_fields(org, sobject, row, names, request, strict=bool(wanted)), headers=headers)


def shape_fields(
    org: "Org", sobject: SObject, row: Row, names: list[str], request: Request, *, strict: bool
) -> dict[str, Any]:
    """Give a record's named fields; unless strict, those that the user may not see are left out."""
    fields = [sobject.fields.get(name) for name in names]
    if strict:
        fields = [org.access.field(sobject, name, request.user) for name in names]
    seen = [field for field in fields if field and org.access.sees(sobject, field, request.user)]
    targets = tuple(Target((), sobject, field) for field in seen)
    return shaper(org.tables, sobject.name, targets, request.version)(row)


def _changed_since(row: Row, header: str | None) -> bool:
    if header is None:
        return False
    try:
        since = parse_http_date(header)
    except ValueError:
        raise ApiError("INVALID_HEADER", f"If-Unmodified-Since cannot be read: {header}") from None
    return parse_instant(str(row["LastModifiedDate"])) > since
