"""The account itself: who it is, what it may use, and its currencies."""

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sandbox.hubspot.clock import iso
from sandbox.hubspot.rest.objects import after_of
from sandbox.hubspot.rest.tokens import missing_scopes
from sandbox.hubspot.wire import Request, Response, json_response

if TYPE_CHECKING:
    from sandbox.hubspot.state import Portal

_PAGE = 100
_CUSTOM_PROPERTIES = 1_000


def details(portal: "Portal", _request: Request) -> Response:
    """Say which account this is; any token may ask."""
    offset = portal.clock().astimezone(ZoneInfo(portal.zone)).utcoffset()
    seconds = int(offset.total_seconds()) if offset is not None else 0
    hours, minutes = divmod(abs(seconds) // 60, 60)
    return json_response(
        {
            "portalId": portal.id,
            "accountType": portal.account_type,
            "timeZone": portal.zone,
            "companyCurrency": portal.currencies.company,
            "additionalCurrencies": list(portal.currencies.additional),
            "utcOffset": f"{'-' if seconds < 0 else '+'}{hours:02d}:{minutes:02d}",
            "utcOffsetMilliseconds": seconds * 1_000,
            "uiDomain": portal.ui_domain,
            "dataHostingLocation": "na1",
        }
    )


def daily_usage(portal: "Portal", _request: Request) -> Response:
    """Say how many calls were made today."""
    usage = {
        "name": "private-app-api-calls-daily",
        "usageLimit": portal.limits.allowance.daily,
        "currentUsage": portal.limits.today if portal.habits.usage_counted else 0,
        "collectedAt": iso(portal.now_ms()),
        "fetchStatus": "SUCCESS",
        "resetsAt": iso(portal.limits.resets_at_ms()),
    }
    return json_response({"results": [usage]})


def custom_property_limits(portal: "Portal", _request: Request) -> Response:
    """Say how many properties the customer made, and may make."""
    by_type = [
        {
            "objectTypeId": kind.id,
            "singularLabel": kind.label,
            "limit": _CUSTOM_PROPERTIES,
            "usage": sum(not each.hubspot_defined for each in kind.properties.values()),
        }
        for kind in portal.schema
    ]
    overall = {"limit": 10 * _CUSTOM_PROPERTIES, "usage": sum(int(str(each["usage"])) for each in by_type)}
    return json_response({"byObjectType": by_type, "overall": overall})


def company_currency(portal: "Portal", _request: Request) -> Response:
    """Give the company's currency."""
    _check_currencies(portal)
    stamp = iso(0)
    code = portal.currencies.company
    return json_response({"currencyCode": code, "currencyName": code, "createdAt": stamp, "updatedAt": stamp})


def current_rates(portal: "Portal", _request: Request) -> Response:
    """Give the rates of now."""
    _check_currencies(portal)
    currencies = portal.currencies
    current = [rate for code in currencies.additional if (rate := currencies.current(code))]
    return json_response({"results": [currencies.shown(rate) for rate in current]})


def rates(portal: "Portal", request: Request) -> Response:
    """Give a page of all rates there ever were."""
    _check_currencies(portal)
    wanted = request.query.get("fromCurrencyCode"), request.query.get("toCurrencyCode")
    company = portal.currencies.company
    found = [rate for rate in portal.currencies if wanted[0] in {None, rate.code} and wanted[1] in {None, company}]
    limit = request.number("limit", default=_PAGE, most=_PAGE)
    after = after_of(request.query.get("after"))
    rest = [rate for rate in sorted(found, key=lambda each: each.number) if rate.number > after]
    body: dict[str, Any] = {"results": [portal.currencies.shown(rate) for rate in rest[:limit]]}
    if len(rest) > limit:
        body["paging"] = {"next": {"after": str(rest[limit - 1].number)}}
    return json_response(body)


def _check_currencies(portal: "Portal") -> None:
    if "currencies" in portal.off:
        raise missing_scopes(("settings.currencies.read",))
