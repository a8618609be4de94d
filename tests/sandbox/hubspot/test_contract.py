"""Answers against what hubspot-api-client 12 declares of every endpoint, and against recorded shapes."""

import json
import re
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest

from sandbox.hubspot.errors import ApiError
from sandbox.hubspot.rest.addresses import VERSIONS, older
from sandbox.hubspot.rest.routes import _route

from .conftest import ACME, DEAL, GLOBEX, OPEN_DEAL, REP, SPLIT_DEAL

SHARED = Path("../shared/hubspot")
pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the shared contract files are not here")
PACKAGES = (
    *("crm.deals", "crm.companies", "crm.contacts", "crm.line_items", "crm.products", "crm.objects"),
    *("crm.objects.goals", "crm.objects.notes", "crm.objects.deal_splits", "crm.owners", "crm.pipelines"),
    *("crm.properties", "crm.schemas", "crm.associations.v4", "crm.associations.v4.schema", "oauth", "settings.users"),
    "crm.exports",
)
LEFT_OUT = re.compile(
    r"gdpr|audit|/definitions/configurations/|high-usage-report|/oauth/v1/(access|refresh)-tokens/"
    r"|/settings/v3/users/(roles|\{userId\})|POST /settings/v3/users/|/labels/\{associationTypeId\}"
    r"|PUT /crm/v4/associations/\{fromObjectType\}/\{toObjectType\}/labels|/associations/\{associationIdentifier\}"
)
UNDECLARED = {"url", "metaType", "dataSensitivity", "numberDisplayHint"}
"""Members of real answers that the client does not know."""


EXPORT = {
    "exportType": "VIEW", "format": "CSV", "exportName": "all", "objectType": "deals", "language": "EN",
    "objectProperties": ["dealname"], "exportInternalValuesOptions": ["NAMES", "VALUES"],
    "overrideAssociatedObjectsPerDefinitionPerRowLimit": False,
}  # fmt: skip


@cache
def packages():
    return json.loads((SHARED / "client-contract-12.0.0.json").read_text())["packages"]


@cache
def examples():
    return json.loads((SHARED / "examples.json").read_text())


def endpoints():
    if not SHARED.exists():
        return []
    return sorted({f"{each['method']} {each['path']}" for name in PACKAGES for each in packages()[name]["endpoints"]})


def misfits(kind, value, models, where="$"):
    """What of a value does not fit a declared type."""
    if kind.startswith(("list[", "dict[")):
        inner = kind[:-1].split("[", 1)[1].removeprefix("str, ")
        if not isinstance(value, list if kind.startswith("list") else dict):
            return [f"{where}: {value!r} is no {kind}"]
        pairs = enumerate(value) if isinstance(value, list) else value.items()
        nullable = kind == "dict[str, str]"
        return [
            each
            for key, part in pairs
            if not (nullable and part is None)
            for each in misfits(inner, part, models, f"{where}.{key}")
        ]
    if kind not in models:
        return [] if _plain(kind, value) else [f"{where}: {value!r} is no {kind}"]
    fields = models[kind]
    found = [f"{where}: lacks {name}" for name, field in fields.items() if field["required"] and name not in value]
    found += [f"{where}: {name} is not declared" for name in set(value) - set(fields) - UNDECLARED]
    for name, field in fields.items():
        part = value.get(name)
        if part is None:
            found += [f"{where}.{name} is null"] if field["required"] and name in value else []
        elif part not in field.get("enum", [part]):
            found.append(f"{where}.{name}: {part!r} is none of {field['enum']}")
        else:
            found += misfits(field["type"], part, models, f"{where}.{name}")
    return found


def _plain(kind, value):
    if kind == "datetime":
        return bool(datetime.fromisoformat(value))
    if kind == "str":  # ids of associations are declared as texts and come as numbers
        return isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))
    return kind in {"object", "file"} or isinstance(value, {"int": int, "float": (int, float), "bool": bool}[kind])


def calls(of):
    """Requests of every family of endpoints: package, declared address, real address, body."""
    deal, company, missing = of(DEAL), of(ACME), {"id": "999"}
    deals = "/crm/v3/objects/deals"
    pair = {"from": {"id": of(OPEN_DEAL)}, "to": {"id": company}}
    primary = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 5}
    deal_id, types = f"{deals}/{{dealId}}", "{objectType}"
    v4, links = "/crm/v4/objects", "/crm/v4/associations/{fromObjectType}/{toObjectType}"
    own = {"name": "mine", "label": "Mine", "type": "string", "fieldType": "text", "groupName": "dealinformation"}
    schema = {
        "name": "thing", "labels": {"singular": "Thing", "plural": "Things"}, "requiredProperties": ["key"],
        "primaryDisplayProperty": "key", "associatedObjects": ["DEAL"],
        "properties": [{"name": "key", "label": "K", "type": "string", "fieldType": "text", "hasUniqueValue": True}],
    }  # fmt: skip
    stage = {"label": "S", "displayOrder": 0, "metadata": {"probability": "0.3"}}
    trace = {"objectWriteTraceId": "a"}
    exports = "/crm/v3/exports/export/async"
    return [
        ("crm.exports", f"POST {exports}", exports, EXPORT),
        ("crm.exports", f"GET {exports}/tasks/{{taskId}}/status", f"{exports}/tasks/1/status", None),
        ("crm.deals", f"GET {deals}", f"{deals}?limit=2&associations=companies&propertiesWithHistory=amount", None),
        ("crm.deals", f"GET {deal_id}", f"{deals}/{deal}?associations=line_items,companies", None),
        ("crm.deals", f"POST {deals}", deals, {"properties": {"dealname": "n", "dealstage": "closedwon"}}),
        ("crm.deals", f"PATCH {deal_id}", f"{deals}/{deal}", {"properties": {"amount": "1"}}),
        ("crm.deals", f"POST {deals}/batch/read", f"{deals}/batch/read", {"inputs": [{"id": deal}, missing]}),
        ("crm.deals", f"POST {deals}/batch/read", f"{deals}/batch/read", {"inputs": [{"id": deal}]}),
        (
            "crm.deals",
            f"POST {deals}/batch/update",
            f"{deals}/batch/update",
            {"inputs": [{"id": deal, **trace, "properties": {"nope": "1"}}]},
        ),
        (
            "crm.deals",
            f"POST {deals}/batch/create",
            f"{deals}/batch/create",
            {"inputs": [{"properties": {"dealname": "n", "dealstage": "closedwon"}}]},
        ),
        ("crm.deals", f"POST {deals}/search", f"{deals}/search", {"limit": 2}),
        ("crm.companies", "GET /crm/v3/objects/companies", "/crm/v3/objects/companies", None),
        (
            "crm.contacts",
            "POST /crm/v3/objects/contacts/batch/upsert",
            "/crm/v3/objects/contacts/batch/upsert",
            {"inputs": [{"id": "a@b.test", "idProperty": "email", "properties": {"email": "a@b.test"}}]},
        ),
        ("crm.owners", "GET /crm/v3/owners/", "/crm/v3/owners/?limit=1", None),
        ("crm.owners", "GET /crm/v3/owners/", "/crm/v3/owners?archived=True", None),
        ("crm.owners", "GET /crm/v3/owners/{ownerId}", f"/crm/v3/owners/{of(REP)}", None),
        ("crm.pipelines", f"GET /crm/v3/pipelines/{types}", "/crm/v3/pipelines/deals", None),
        (
            "crm.pipelines",
            f"POST /crm/v3/pipelines/{types}",
            "/crm/v3/pipelines/deals",
            {"label": "P", "displayOrder": 1, "stages": [stage]},
        ),
        (
            "crm.pipelines",
            f"POST /crm/v3/pipelines/{types}/{{pipelineId}}/stages",
            "/crm/v3/pipelines/deals/default/stages",
            stage,
        ),
        ("crm.properties", f"GET /crm/v3/properties/{types}", "/crm/v3/properties/deals", None),
        ("crm.properties", f"POST /crm/v3/properties/{types}", "/crm/v3/properties/deals", own),
        (
            "crm.properties",
            f"POST /crm/v3/properties/{types}/batch/read",
            "/crm/v3/properties/deals/batch/read",
            {"inputs": [{"name": "mine"}, {"name": "nope"}]},
        ),
        ("crm.properties", f"GET /crm/v3/properties/{types}/groups", "/crm/v3/properties/deals/groups", None),
        ("crm.schemas", "GET /crm-object-schemas/v3/schemas", "/crm-object-schemas/v3/schemas", None),
        ("crm.schemas", "POST /crm-object-schemas/v3/schemas", "/crm-object-schemas/v3/schemas", schema),
        (
            "crm.schemas",
            f"PATCH /crm-object-schemas/v3/schemas/{types}",
            "/crm-object-schemas/v3/schemas/p_thing",
            {"requiredProperties": []},
        ),
        (
            "crm.associations.v4",
            f"POST {links}/batch/read",
            "/crm/v4/associations/deals/companies/batch/read",
            {"inputs": [{"id": deal}, missing]},
        ),
        (
            "crm.associations.v4",
            f"POST {links}/batch/create",
            "/crm/v4/associations/deals/companies/batch/create",
            {"inputs": [{**pair, "types": [primary]}, {"from": missing, "to": missing, "types": [primary]}]},
        ),
        (
            "crm.associations.v4",
            f"POST {links}/batch/associate/default",
            "/crm/v4/associations/deals/companies/batch/associate/default",
            {"inputs": [pair]},
        ),
        (
            "crm.associations.v4",
            f"GET {v4}/{types}/{{objectId}}/associations/{{toObjectType}}",
            f"{v4}/deals/{deal}/associations/companies?limit=1",
            None,
        ),
        (
            "crm.associations.v4",
            f"PUT {v4}/{types}/{{objectId}}/associations/{{toObjectType}}/{{toObjectId}}",
            f"{v4}/deals/{deal}/associations/companies/{of(GLOBEX)}",
            [primary],
        ),
        ("crm.associations.v4.schema", f"GET {links}/labels", "/crm/v4/associations/deals/companies/labels", None),
        (
            "crm.objects.deal_splits",
            f"POST {deals}/splits/batch/read",
            f"{deals}/splits/batch/read",
            {"inputs": [{"id": of(SPLIT_DEAL)}, missing]},
        ),
        ("crm.objects.goals", "GET /crm/v3/objects/goal_targets", "/crm/v3/objects/goal_targets", None),
        ("settings.users", "GET /settings/v3/users/teams", "/settings/v3/users/teams", None),
        ("settings.users", "GET /settings/v3/users/", "/settings/v3/users/", None),
    ]


def declared(package, address):
    method, path = address.split(" ")
    each = next(e for e in packages()[package]["endpoints"] if (e["method"], e["path"]) == (method, path))
    return {int(status): model for status, model in each["responses"].items()}


def test_answers_fit_the_declared_models(http, portal, of):
    portal.strict_errors = True
    portal.limits.allowance = type(portal.limits.allowance)(ten_secondly=None, search_secondly=None, daily=None)
    wrong, statuses = [], set()
    for package, address, path, body in calls(of):
        answer = http.send(address.split(" ")[0], path, **({"json": body} if body is not None else {}))
        models, status = declared(package, address), answer.status_code
        statuses.add(status)
        if status not in models:
            wrong.append(f"{address}: {status} {answer.text[:200]}")
        else:
            wrong += [
                f"{address}: {each}" for each in misfits(models[status], answer.json(), packages()[package]["models"])
            ]

    assert wrong == []
    assert {200, 201, 207} <= statuses


@pytest.mark.parametrize("address", endpoints())
def test_every_declared_endpoint_has_a_handler_or_is_known_to_be_left_out(address):
    method, path = address.split(" ")
    concrete = older(re.sub(r"\{\w+\}", "x", path).rstrip("/"))[1]
    try:
        _route(method, concrete)
        answered = True
    except ApiError:
        answered = concrete == "/oauth/v1/token"

    assert answered != bool(LEFT_OUT.search(address))


def shape(value):
    """The members of a JSON value and what they are, lists by their first element."""
    if isinstance(value, dict):
        return {name: shape(part) for name, part in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


OPEN = {"properties", "metadata", "propertiesWithHistory", "associations"}
"""Members whose own members are data."""


def lacking(wanted, found, where="$"):
    """What a recorded shape has and an answer has not."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        return [
            each
            for name, part in wanted.items()
            for each in (
                [f"{where}.{name}"]
                if name not in found
                else []
                if name in OPEN and isinstance(part, dict)
                else lacking(part, found[name], f"{where}.{name}")
            )
        ]
    if isinstance(wanted, list) and isinstance(found, list):
        return lacking(wanted[0], found[0], f"{where}[]") if wanted and found else []
    same = wanted == found or "NoneType" in {wanted, found} or {wanted, found} == {"int", "float"}
    return [] if same else [f"{where}: {found} instead of {wanted}"]


def recorded_calls(of):
    deal = of(DEAL)
    deals = "/crm/v3/objects/deals"
    batch = {"inputs": [{"id": deal}, {"id": "999"}]}
    return {
        f"GET {deals}": (
            f"{deals}?limit=1&associations=companies,line_items&after={of(SPLIT_DEAL)}",
            None,
        ),
        f"GET {deals}?archived=true": (f"{deals}?archived=true", None),
        f"GET {deals}/{{id}}": (f"{deals}/{deal}?propertiesWithHistory=dealstage", None),
        f"POST {deals}/batch/read": (f"{deals}/batch/read", batch),
        f"POST {deals}/batch/update": (
            f"{deals}/batch/update",
            {"inputs": [{"id": deal, "objectWriteTraceId": "row-2", "properties": {"missing": "1"}}]},
        ),
        f"POST {deals}/search": (f"{deals}/search", {"limit": 1}),
        "GET /crm/v3/owners/": ("/crm/v3/owners/?limit=1", None),
        "GET /crm/v3/owners/?archived=true": ("/crm/v3/owners/?archived=true", None),
        "GET /crm/v3/properties/deals": ("/crm/v3/properties/deals", None),
        "GET /crm/v3/pipelines/deals": ("/crm/v3/pipelines/deals", None),
        "POST /crm/v4/associations/deals/companies/batch/read": (
            "/crm/v4/associations/deals/companies/batch/read",
            batch,
        ),
        "GET /crm/v4/associations/deals/companies/labels": ("/crm/v4/associations/deals/companies/labels", None),
        "GET /crm-object-schemas/v3/schemas": ("/crm-object-schemas/v3/schemas", None),
        f"POST {deals}/splits/batch/read": (f"{deals}/splits/batch/read", {"inputs": [{"id": of(SPLIT_DEAL)}]}),
        "GET /crm/v3/objects/goal_targets": ("/crm/v3/objects/goal_targets", None),
        "POST /crm/v3/exports/export/async": ("/crm/v3/exports/export/async", EXPORT),
        "GET /account-info/v3/details": ("/account-info/v3/details", None),
        "GET /settings/v3/currencies/exchange-rates/current": (
            "/settings/v3/currencies/exchange-rates/current",
            None,
        ),
    }


CUSTOM_ONLY = {"createdUserId", "updatedUserId", "numberDisplayHint", "showCurrencySymbol", "createdAt", "updatedAt"}


def test_answers_have_what_recorded_ones_have(http, portal, of):
    portal.archive("deals", of(OPEN_DEAL))
    portal.create("deals", {"dealname": "Last", "dealstage": "prospecting"})
    wrong = []
    for name, (path, body) in recorded_calls(of).items():
        status, recorded = examples()["ok"][name]
        answer = http.send(name.split(" ")[0], path, **({"json": body} if body is not None else {}))
        missing = lacking(shape(recorded), shape(answer.json()))
        missing = [each for each in missing if each.rpartition(".")[2].split(":")[0] not in CUSTOM_ONLY]
        wrong += [f"{name}: {each}" for each in missing]
        if answer.status_code != status:
            wrong.append(f"{name}: {answer.status_code} {answer.text[:200]}")

    assert wrong == []


def test_dated_addresses_lead_to_the_same_handlers():
    spelled = {
        "/crm/objects/{v}/deals/batch/read": "/crm/v3/objects/deals/batch/read",
        "/crm/objects/{v}/deals/1/associations/companies": "/crm/v4/objects/deals/1/associations/companies",
        "/crm/owners/{v}": "/crm/v3/owners",
        "/crm/owners/{v}/1": "/crm/v3/owners/1",
        "/crm/properties/{v}/deals/groups": "/crm/v3/properties/deals/groups",
        "/crm/associations/{v}/deals/companies/labels": "/crm/v4/associations/deals/companies/labels",
        "/deal-splits/{v}/batch/read": "/crm/v3/objects/deals/splits/batch/read",
        "/settings/currencies/{v}/exchange-rates/current": "/settings/v3/currencies/exchange-rates/current",
        "/account-info/{v}/details": "/account-info/v3/details",
        "/oauth/{v}/token": "/oauth/v1/token",
    }

    for version in VERSIONS:
        for dated, legacy in spelled.items():
            assert older(dated.replace("{v}", version)) == (version, legacy)


def test_users_and_teams_have_one_dated_address_only(http):
    assert http.get("/settings/users/2026-03/teams").status_code == 200
    assert http.get("/settings/users/2026-09/teams").status_code == 404
