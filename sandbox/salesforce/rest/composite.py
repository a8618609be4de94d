"""`/composite` and `/composite/batch`: several requests in one, with references from one to the answers before it."""

import re
from collections.abc import Callable, Mapping
from email.message import Message
from typing import TYPE_CHECKING, Any

import msgspec

from sandbox.salesforce.errors import ApiError, bad_json
from sandbox.salesforce.wire import Request, Response, json_response

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org

Answerer = Callable[["Org", Request], Response]
MOST_REQUESTS, MOST_QUERIES = 25, 5
_BAD = 400
_REFERENCE = re.compile(r"@\{(\w+)((?:\.\w+|\[\d+\])+)\}")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_COUNTED = re.compile(r"/(query|queryAll|composite/sobjects)\b")
_HALTED = "The transaction was rolled back since another operation in the same transaction failed."


def composite(org: "Org", request: Request, answer: Answerer) -> Response:
    """Answer the requests in order; with allOrNone one failure takes all of them back."""
    body = request.json_object()
    parts = _parts(body, "compositeRequest")
    start = org.tables.mark()
    done: dict[str, Any] = {}
    results = [_one(org, request, part, done, answer) for part in parts]
    if body.get("allOrNone") and any(result["httpStatusCode"] >= _BAD for result in results):
        org.tables.roll_back(start)
        results = [result if result["httpStatusCode"] >= _BAD else _halted(result, _HALTED) for result in results]
    return json_response({"compositeResponse": results})


def batch(org: "Org", request: Request, answer: Answerer) -> Response:
    """Answer independent requests; each succeeds or fails by itself."""
    body = request.json_object()
    results: list[dict[str, Any]] = []
    for part in _parts(body, "batchRequests"):
        if results and body.get("haltOnError") and results[-1]["statusCode"] >= _BAD:
            error = ApiError("BATCH_PROCESSING_HALTED", "Batch processing halted per request")
            results.append({"statusCode": 412, "result": error.body()})
            continue
        url = "/services/data/" + str(part.get("url", "")).removeprefix("/services/data/").lstrip("/")
        response = answer(org, _inner(request, str(part.get("method", "GET")), url, part.get("richInput"), {}))
        results.append({"statusCode": response.status, "result": _value(response)})
    failed = any(result["statusCode"] >= _BAD for result in results)
    return json_response({"hasErrors": failed, "results": results})


def _parts(body: dict[str, Any], key: str) -> list[dict[str, Any]]:
    parts = body.get(key)
    if not isinstance(parts, list) or not parts or not all(isinstance(part, dict) for part in parts):
        raise bad_json(f"{key} must be a list of requests")
    if len(parts) > MOST_REQUESTS:
        raise ApiError("LIMIT_EXCEEDED", f"{key} has {len(parts)} requests: the limit is {MOST_REQUESTS}")
    if sum(1 for part in parts if _COUNTED.search(str(part.get("url")))) > MOST_QUERIES:
        raise ApiError("LIMIT_EXCEEDED", f"at most {MOST_QUERIES} requests can be queries or collections")
    return parts


def _one(org: "Org", request: Request, part: dict[str, Any], done: dict[str, Any], answer: Answerer) -> dict[str, Any]:
    reference = part.get("referenceId")
    if not isinstance(reference, str) or reference in done:
        raise ApiError("INVALID_INPUT", f"referenceId must be given once to each request: {reference!r}")
    result: dict[str, Any] = {"body": None, "httpHeaders": {}, "httpStatusCode": 204, "referenceId": reference}
    try:
        url, body = _filled(str(part.get("url", "")), done), _filled(part.get("body"), done)
    except LookupError as missing:
        done[reference] = None
        return _halted(result, f"Invalid reference specified. No value for {missing.args[0]} found")
    inner = _inner(request, str(part.get("method", "GET")), url, body, part.get("httpHeaders") or {})
    response = answer(org, inner)
    value = _value(response)
    done[reference] = None if response.status >= _BAD else msgspec.json.decode(response.body or b"null")
    return result | {"body": value, "httpStatusCode": response.status, "httpHeaders": _location(response)}


def _location(response: Response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name in {"Location", "ETag", "Last-Modified"}}


def _halted(result: dict[str, Any], message: str) -> dict[str, Any]:
    return result | {"body": ApiError("PROCESSING_HALTED", message).body(), "httpStatusCode": _BAD}


def _inner(request: Request, method: str, url: str, body: Any, headers: Mapping[str, str]) -> Request:
    """Make the request that a part stands for; it has the session of the whole."""
    inner: Message[str, str] = Message()
    for name in ("Authorization", "Host"):
        inner[name] = request.headers.get(name, "")
    for name, value in headers.items():
        inner[name] = str(value)
    data = b"" if body is None else msgspec.json.encode(body)
    return Request(method=method.upper(), target=url.replace(" ", "+"), headers=inner, body=data)


def _value(response: Response) -> Any:
    """Give the body as it is, without reading it."""
    return msgspec.Raw(response.body) if response.parts else None


def _filled(value: Any, done: dict[str, Any]) -> Any:
    """Put the values of earlier answers in the place of `@{name.path}`; LookupError names what is missing."""
    if isinstance(value, dict):
        return {key: _filled(each, done) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, done) for each in value]
    if not isinstance(value, str):
        return value
    return _REFERENCE.sub(lambda match: str(_looked_up(match, done)), value)


def _looked_up(match: re.Match[str], done: dict[str, Any]) -> Any:
    here: Any = done.get(match[1])
    for name, place in _STEP.findall(match[2]):
        try:
            here = here[name] if name else here[int(place)]
        except (LookupError, TypeError):
            raise LookupError(match[0][2:-1]) from None
    return here
