"""Which address is answered by what, and which scope it needs. Addresses are those of v1 to v4."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import unquote

from sandbox.hubspot.errors import ApiError
from sandbox.hubspot.rest import (
    account,
    associations,
    batches,
    exports,
    find,
    oauth,
    objects,
    owners,
    pipelines,
    properties,
    schemas,
    splits,
)
from sandbox.hubspot.rest.addresses import older
from sandbox.hubspot.rest.tokens import check_scopes, missing_scopes
from sandbox.hubspot.wire import Request, Response, error_response, json_response

if TYPE_CHECKING:
    from sandbox.hubspot.state import Portal

Handler = Callable[..., Response]
_SEARCH = re.compile(r"/crm/v3/objects/[^/]+/search")
_T, _N = r"([^/]+)", r"([^/]+)"
_OBJECTS, _PROPERTIES, _PIPELINES = f"/crm/v3/objects/{_T}", f"/crm/v3/properties/{_T}", f"/crm/v3/pipelines/{_T}"
_STAGES = f"{_PIPELINES}/{_N}/stages"
_LINKS, _LINKS_OF = f"/crm/v4/associations/{_T}/{_T}", f"/crm/v4/objects/{_T}/{_N}/associations"
_SCHEMAS = "/crm-object-schemas/v3/schemas"
_EXPORTS = "/crm/v3/exports/export/async"
# Method, address, handler, scope. `{0}` in a scope is the type of the address. The first match answers.
_ROUTES: tuple[tuple[str, str, Handler, str], ...] = (
    ("POST", "/crm/v3/objects/deals/splits/batch/read", splits.batch_read, splits.SCOPES[0]),
    ("POST", "/crm/v3/objects/deals/splits/batch/upsert", splits.batch_upsert, splits.SCOPES[0]),
    ("GET", _OBJECTS, objects.listed, "crm.objects.{0}.read"),
    ("POST", _OBJECTS, objects.create, "crm.objects.{0}.write"),
    ("POST", f"{_OBJECTS}/search", find.search, "crm.objects.{0}.read"),
    ("POST", f"{_OBJECTS}/merge", objects.merge, "crm.objects.{0}.write"),
    ("POST", f"{_OBJECTS}/batch/read", batches.read, "crm.objects.{0}.read"),
    ("POST", f"{_OBJECTS}/batch/update", batches.update, "crm.objects.{0}.write"),
    ("POST", f"{_OBJECTS}/batch/create", batches.create, "crm.objects.{0}.write"),
    ("POST", f"{_OBJECTS}/batch/upsert", batches.upsert, "crm.objects.{0}.write"),
    ("POST", f"{_OBJECTS}/batch/archive", batches.archive, "crm.objects.{0}.write"),
    ("GET", f"{_OBJECTS}/{_N}", objects.retrieve, "crm.objects.{0}.read"),
    ("PATCH", f"{_OBJECTS}/{_N}", objects.change, "crm.objects.{0}.write"),
    ("DELETE", f"{_OBJECTS}/{_N}", objects.remove, "crm.objects.{0}.write"),
    ("GET", "/crm/v3/owners", owners.listed, "crm.objects.owners.read"),
    ("GET", f"/crm/v3/owners/{_N}", owners.retrieve, "crm.objects.owners.read"),
    ("GET", f"{_PROPERTIES}/groups", properties.groups, "crm.schemas.{0}.read"),
    ("POST", f"{_PROPERTIES}/groups", properties.create_group, "crm.schemas.{0}.write"),
    ("GET", f"{_PROPERTIES}/groups/{_N}", properties.group, "crm.schemas.{0}.read"),
    ("PATCH", f"{_PROPERTIES}/groups/{_N}", properties.change_group, "crm.schemas.{0}.write"),
    ("DELETE", f"{_PROPERTIES}/groups/{_N}", properties.remove_group, "crm.schemas.{0}.write"),
    ("POST", f"{_PROPERTIES}/batch/read", properties.batch_read, "crm.schemas.{0}.read"),
    ("POST", f"{_PROPERTIES}/batch/create", properties.batch_create, "crm.schemas.{0}.write"),
    ("POST", f"{_PROPERTIES}/batch/archive", properties.batch_archive, "crm.schemas.{0}.write"),
    ("GET", _PROPERTIES, properties.listed, "crm.schemas.{0}.read"),
    ("POST", _PROPERTIES, properties.create, "crm.schemas.{0}.write"),
    ("GET", f"{_PROPERTIES}/{_N}", properties.retrieve, "crm.schemas.{0}.read"),
    ("PATCH", f"{_PROPERTIES}/{_N}", properties.change, "crm.schemas.{0}.write"),
    ("DELETE", f"{_PROPERTIES}/{_N}", properties.remove, "crm.schemas.{0}.write"),
    ("GET", _PIPELINES, pipelines.listed, "crm.schemas.{0}.read"),
    ("POST", _PIPELINES, pipelines.create, "crm.schemas.{0}.write"),
    ("GET", f"{_PIPELINES}/{_N}", pipelines.retrieve, "crm.schemas.{0}.read"),
    ("PATCH", f"{_PIPELINES}/{_N}", pipelines.change, "crm.schemas.{0}.write"),
    ("PUT", f"{_PIPELINES}/{_N}", pipelines.replace, "crm.schemas.{0}.write"),
    ("DELETE", f"{_PIPELINES}/{_N}", pipelines.remove, "crm.schemas.{0}.write"),
    ("GET", _STAGES, pipelines.stages, "crm.schemas.{0}.read"),
    ("POST", _STAGES, pipelines.create_stage, "crm.schemas.{0}.write"),
    ("GET", f"{_STAGES}/{_N}", pipelines.stage, "crm.schemas.{0}.read"),
    ("PATCH|PUT", f"{_STAGES}/{_N}", pipelines.change_stage, "crm.schemas.{0}.write"),
    ("DELETE", f"{_STAGES}/{_N}", pipelines.remove_stage, "crm.schemas.{0}.write"),
    ("POST", f"{_LINKS}/batch/read", associations.batch_read, "crm.objects.{0}.read"),
    ("POST", f"{_LINKS}/batch/create", associations.batch_create, "crm.objects.{0}.write"),
    ("POST", f"{_LINKS}/batch/associate/default", associations.batch_default, "crm.objects.{0}.write"),
    ("POST", f"{_LINKS}/batch/archive", associations.batch_archive, "crm.objects.{0}.write"),
    ("POST", f"{_LINKS}/batch/labels/archive", associations.batch_archive_labels, "crm.objects.{0}.write"),
    ("GET", f"{_LINKS}/labels", associations.labels, "crm.objects.{0}.read"),
    ("POST", f"{_LINKS}/labels", associations.create_label, "crm.schemas.{0}.write"),
    ("PUT", f"{_LINKS_OF}/default/{_T}/{_N}", associations.put_default, "crm.objects.{0}.write"),
    ("GET", f"{_LINKS_OF}/{_T}", associations.of_record, "crm.objects.{0}.read"),
    ("PUT", f"{_LINKS_OF}/{_T}/{_N}", associations.put, "crm.objects.{0}.write"),
    ("DELETE", f"{_LINKS_OF}/{_T}/{_N}", associations.remove, "crm.objects.{0}.write"),
    ("GET", _SCHEMAS, schemas.listed, "crm.schemas.custom.read"),
    ("POST", _SCHEMAS, schemas.create, "crm.schemas.custom.write"),
    ("GET", f"{_SCHEMAS}/{_T}", schemas.retrieve, "crm.schemas.custom.read"),
    ("PATCH", f"{_SCHEMAS}/{_T}", schemas.change, "crm.schemas.custom.write"),
    ("DELETE", f"{_SCHEMAS}/{_T}", schemas.remove, "crm.schemas.custom.write"),
    ("POST", f"{_SCHEMAS}/{_T}/associations", schemas.associate, "crm.schemas.custom.write"),
    ("GET", "/account-info/v3/details", account.details, ""),
    ("GET", "/account-info/v3/api-usage/daily/private-apps", account.daily_usage, ""),
    ("GET", "/crm/v3/limits/custom-properties", account.custom_property_limits, ""),
    ("GET", "/settings/v3/currencies/company-currency", account.company_currency, "settings.currencies.read"),
    ("GET", "/settings/v3/currencies/exchange-rates/current", account.current_rates, "settings.currencies.read"),
    ("GET", "/settings/v3/currencies/exchange-rates", account.rates, "settings.currencies.read"),
    ("POST", _EXPORTS, exports.start, exports.SCOPE),
    ("GET", f"{_EXPORTS}/tasks/{_N}/status", exports.status, exports.SCOPE),
    ("GET", "/settings/v3/users/teams", owners.teams, "settings.users.teams.read"),
    ("GET", "/settings/v3/users", owners.users, "settings.users.read"),
)
_COMPILED = tuple(
    (frozenset(methods.split("|")), re.compile(path), handler, scope) for methods, path, handler, scope in _ROUTES
)
_SCOPE_WORDS = {"notes": "contacts", "goal_targets": "goals"}
_TIERS = {"goal_targets": "goals"}
_NOT_FOUND, _NOT_ALLOWED = 404, 405
_DENIED = frozenset({401, 403})


def answer(portal: "Portal", request: Request) -> Response:
    """Answer a request; every error is a response. Search says nothing of limits; OAuth and files count for none."""
    try:
        version, path = older(request.path)
        if path == "/oauth/v1/token" and request.method == "POST":
            return oauth.token(portal, request)
        if request.method == "GET" and (file := exports.file(portal, path)):
            return file
    except ApiError as problem:
        return error_response(problem, portal.correlation_id())
    search = bool(_SEARCH.fullmatch(path))
    response = _within_limits(portal, request.dated(version), path, search=search)
    if not search:
        by_oauth = portal.tokens.is_oauth(request.headers.get("Authorization"))
        response.headers |= portal.limits.headers(daily=not by_oauth)
    return response


def _within_limits(portal: "Portal", request: Request, path: str, *, search: bool) -> Response:
    try:
        token = portal.tokens.check(request.headers.get("Authorization"))
        portal.limits.take(search=search)
        handler, groups, scope = _route(request.method, path)
        check_scopes(token, (_scope(portal, scope, groups),) if scope else ())
        return handler(portal, request, *groups)
    except ApiError as problem:
        return _refused(portal, problem)


def _refused(portal: "Portal", problem: ApiError) -> Response:
    if portal.habits.terse_refusals and problem.status in _DENIED:
        return json_response({"status": "error", "message": problem.message}, status=problem.status)
    return error_response(problem, portal.correlation_id())


def _route(method: str, path: str) -> tuple[Handler, tuple[str, ...], str]:
    """Find the handler of an address."""
    allowed: set[str] = set()
    for methods, pattern, handler, scope in _COMPILED:
        match = pattern.fullmatch(path)
        if match and method in methods:
            return handler, tuple(map(unquote, match.groups())), scope
        if match:
            allowed |= methods
    if allowed:
        message = f"{method} is not allowed here; {', '.join(sorted(allowed))} are"
        raise ApiError("METHOD_NOT_ALLOWED", message, status=_NOT_ALLOWED)
    raise ApiError("NOT_FOUND", f"No such address, or not in this stand-in: {method} {path}", status=_NOT_FOUND)


def _scope(portal: "Portal", scope: str, groups: tuple[str, ...]) -> str:
    """Name the scope of a call; what the portal's tier lacks is refused to everybody."""
    if "{0}" not in scope:
        return scope
    kind = portal.schema.find(groups[0])
    word = "custom" if kind is None or kind.custom is not None else kind.plural
    named = scope.replace("{0}", _SCOPE_WORDS.get(word, word))
    if _TIERS.get(word) in portal.off or (word == "custom" and "custom_objects" in portal.off):
        raise missing_scopes((named,))
    return named
