"""Which address is answered by what. Everything below `/services/data` needs a live token."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import unquote

from sandbox.salesforce.bulk import bulk_ingest, bulk_jobs, bulk_query
from sandbox.salesforce.deploying import deploys
from sandbox.salesforce.errors import ApiError, not_found
from sandbox.salesforce.rest import (
    auth,
    composite,
    identity,
    rest_catalogue,
    rest_collections,
    rest_query,
    rest_records,
    rest_search,
    soap_login,
)
from sandbox.salesforce.wire import Request, Response, error_response, json_response

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org

Handler = Callable[..., Response]
VERSIONS = tuple(f"{number}.0" for number in range(31, 69))
_DATA = re.compile(r"/services/data/v(\d+\.\d)(/.*)?")
_OLDEST_GONE, _OLDEST = 20, 31
_NAME, _ID = r"(\w+)", r"(\w{15}(?:\w{3})?)"
# Method, address below the version, handler. Groups are handed over decoded. The first match answers.
_ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "", rest_catalogue.resources),
    ("GET", "/limits", rest_catalogue.limits),
    ("GET", "/limits/recordCount", rest_catalogue.record_count),
    ("GET", "/sobjects", rest_catalogue.sobjects),
    ("GET", f"/sobjects/{_NAME}", rest_catalogue.sobject),
    ("GET", f"/sobjects/{_NAME}/describe", rest_catalogue.describe),
    ("GET", "/(query|queryAll)", rest_query.query),
    ("GET", r"/(query|queryAll)/([\w-]+)", rest_query.more),
    ("GET", "/parameterizedSearch", rest_search.search),
    ("GET", f"/sobjects/{_NAME}/updated", rest_records.updated),
    ("GET", f"/sobjects/{_NAME}/deleted", rest_records.deleted),
    ("POST", f"/sobjects/{_NAME}", rest_records.create),
    ("GET", f"/sobjects/{_NAME}/{_ID}", rest_records.retrieve),
    ("PATCH", f"/sobjects/{_NAME}/{_ID}", rest_records.change),
    ("DELETE", f"/sobjects/{_NAME}/{_ID}", rest_records.remove),
    ("GET", f"/sobjects/{_NAME}/{_NAME}/([^/]+)", rest_records.retrieve_by_key),
    ("PATCH", f"/sobjects/{_NAME}/{_NAME}/([^/]*)", rest_records.upsert_by_key),
    ("DELETE", f"/sobjects/{_NAME}/{_NAME}/([^/]+)", rest_records.remove_by_key),
    ("POST", "/composite/sobjects", rest_collections.create),
    ("PATCH", "/composite/sobjects", rest_collections.change),
    ("DELETE", "/composite/sobjects", rest_collections.remove),
    ("GET|POST", f"/composite/sobjects/{_NAME}", rest_collections.retrieve),
    ("PATCH", f"/composite/sobjects/{_NAME}/{_NAME}", rest_collections.upsert),
    ("POST", "/composite", lambda org, request: composite.composite(org, request, answer)),
    ("POST", "/composite/batch", lambda org, request: composite.batch(org, request, answer)),
    ("POST", "/jobs/query", bulk_query.create),
    ("POST", "/jobs/ingest", bulk_ingest.create),
    ("GET", "/jobs/(query|ingest)", bulk_jobs.listed),
    ("DELETE", f"/jobs/(query|ingest)/{_ID}", bulk_jobs.removed),
    ("GET", f"/jobs/query/{_ID}", bulk_query.status),
    ("PATCH", f"/jobs/query/{_ID}", bulk_query.change),
    ("GET", f"/jobs/query/{_ID}/results", bulk_query.results),
    ("GET", f"/jobs/query/{_ID}/resultPages", bulk_query.pages),
    ("GET", f"/jobs/ingest/{_ID}", bulk_ingest.status),
    ("PATCH", f"/jobs/ingest/{_ID}", bulk_ingest.change),
    ("PUT", f"/jobs/ingest/{_ID}/batches", bulk_ingest.upload),
    ("GET", f"/jobs/ingest/{_ID}/(?i:(successfulResults|failedResults|unprocessedRecords))", bulk_ingest.results),
    ("POST", "/metadata/deployRequest", deploys.create),
    ("GET", f"/metadata/deployRequest/{_ID}", deploys.status),
)
_COMPILED = tuple((frozenset(methods.split("|")), re.compile(path), handler) for methods, path, handler in _ROUTES)


_OUTSIDE: dict[tuple[str, str], Handler] = {
    ("POST", "/services/oauth2/token"): auth.token_endpoint,
    ("POST", "/services/oauth2/revoke"): identity.revoke,
    ("GET", "/services/oauth2/userinfo"): identity.user_info,
    ("GET", "/services/data"): lambda _org, _request: json_response([_version(number) for number in VERSIONS]),
}
_IDENTITY, _SOAP = re.compile(r"/id/\w+/\w+"), re.compile(r"/services/Soap/u/(\d+\.\d)(/\w+)?")


def answer(org: "Org", request: Request) -> Response:
    """Answer a request; every error is a response, and a refused request leaves nothing behind."""
    mark = org.tables.mark()
    try:
        return _dispatch(org, request)
    except ApiError as problem:
        org.tables.roll_back(mark)
        return error_response(problem)
    except Exception:  # a bug of this stand-in: shown, and nothing half done stays
        org.tables.roll_back(mark)
        raise


def _dispatch(org: "Org", request: Request) -> Response:
    outside = _OUTSIDE.get((request.method, request.path))
    if outside:
        return outside(org, request)
    if _IDENTITY.fullmatch(request.path):
        return identity.identity(org, request)
    if soap := _SOAP.fullmatch(request.path):
        return soap_login.login(org, request, soap[1])
    address = _DATA.fullmatch(request.path)
    if address is None:
        raise not_found()
    _check_version(address[1])
    known = request.known(user=org.tokens.user_of(request.headers.get("Authorization")), version=address[1])
    return _resource(org, known, address[2] or "")


def _resource(org: "Org", request: Request, path: str) -> Response:
    """Find the handler of an address below the version."""
    allowed: set[str] = set()
    for methods, pattern, handler in _COMPILED:
        match = pattern.fullmatch(path)
        if match and request.method in methods:
            return handler(org, request, *map(unquote, match.groups()))
        if match:
            allowed |= methods
    if allowed:
        message = f"HTTP Method '{request.method}' not allowed. Allowed are {','.join(sorted(allowed))}"
        raise ApiError("METHOD_NOT_ALLOWED", message, status=405)
    raise not_found()


def _version(number: str) -> dict[str, str]:
    return {"label": f"Version {number}", "url": f"/services/data/v{number}", "version": number}


def _check_version(number: str) -> None:
    if number in VERSIONS:
        return
    if _OLDEST_GONE < float(number) < _OLDEST:
        raise ApiError("GONE", "The requested resource is no longer available", status=410)
    raise not_found()
