"""What the org has: resources, objects, fields, limits."""

from typing import TYPE_CHECKING, Any

from sandbox.salesforce.describe import describe_global, describe_sobject
from sandbox.salesforce.errors import ApiError
from sandbox.salesforce.schema import SObject
from sandbox.salesforce.wire import Request, Response, json_response

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org

_RESOURCES = ("sobjects", "query", "queryAll", "parameterizedSearch", "limits", "composite", "jobs", "metadata")
_DAILY_JOBS = 10_000


def resources(org: "Org", request: Request) -> Response:
    """Answer the map of resources."""
    base = f"/services/data/v{request.version}"
    identity = f"https://login.salesforce.com/id/{org.organization['Id']}/{request.user}"
    return json_response({name: f"{base}/{name}" for name in _RESOURCES} | {"identity": identity})


def sobjects(org: "Org", request: Request) -> Response:
    """Answer all objects that the user may read."""
    listed = [describe_global(sobject, request.version) for sobject in org.schema if _readable(org, request, sobject)]
    return json_response({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": listed})


def sobject(org: "Org", request: Request, name: str) -> Response:
    """Answer one object in short."""
    found = org.access.sobject(name, request.user)
    return json_response({"objectDescribe": describe_global(found, request.version), "recentItems": []})


def describe(org: "Org", request: Request, name: str) -> Response:
    """Answer one object with its fields."""
    found = org.access.sobject(name, request.user)
    return json_response(describe_sobject(org, found, request.user, request.version))


def limits(org: "Org", _request: Request) -> Response:
    """Answer the limits that integrations look at."""
    jobs = {"Max": _DAILY_JOBS, "Remaining": _DAILY_JOBS}
    body = {
        "DailyApiRequests": {"Max": org.api_limit, "Remaining": max(0, org.api_limit - org.used)},
        "DailyBulkApiBatches": {"Max": 15_000, "Remaining": 15_000},
        "DailyBulkV2QueryJobs": jobs,
        "DailyBulkV2QueryFileStorageMB": {"Max": 976_562, "Remaining": 976_562},
        "DataStorageMB": {"Max": 10_240, "Remaining": 10_240},
    }
    return json_response(body)


def record_count(org: "Org", request: Request) -> Response:
    """Answer how many records objects have."""
    names = request.query.get("sObjects", "")
    if not names:
        raise ApiError("MISSING_ARGUMENT", "sObjects must be given")
    found = [org.access.sobject(name, request.user).name for name in names.split(",")]
    counts: list[dict[str, Any]] = [{"count": _living(org, name), "name": name} for name in found]
    return json_response({"sObjects": counts})


def _living(org: "Org", name: str) -> int:
    return sum(1 for row in org.tables[name].rows.values() if not row.get("IsDeleted"))


def _readable(org: "Org", request: Request, sobject: SObject) -> bool:
    try:
        org.access.sobject(sobject.name, request.user)
    except ApiError:
        return False
    return True
