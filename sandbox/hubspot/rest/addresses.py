"""The two spellings of addresses: v1 to v4, and with a date. The routes know the older one."""

import re

from sandbox.hubspot.errors import not_found
from sandbox.hubspot.wire import LEGACY

VERSIONS = ("2026-03", "2026-09")
_DATE = r"(\d{4}-\d{2}(?:-beta)?)"
_DATED: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern.replace("DATE", _DATE)), to)
    for pattern, to in (
        (r"/crm/objects/DATE/(\w+/[^/]+/associations(?:/.*)?)", r"/crm/v4/objects/\2"),
        (r"/crm/objects/DATE/(.*)", r"/crm/v3/objects/\2"),
        (r"/deal-splits/DATE/(.*)", r"/crm/v3/objects/deals/splits/\2"),
        (r"/crm/owners/DATE(/.*)?", r"/crm/v3/owners\2"),
        (r"/crm/properties/DATE/(.*)", r"/crm/v3/properties/\2"),
        (r"/crm/pipelines/DATE/(.*)", r"/crm/v3/pipelines/\2"),
        (r"/crm/exports/DATE/(.*)", r"/crm/v3/exports/\2"),
        (r"/crm/limits/DATE/(.*)", r"/crm/v3/limits/\2"),
        (r"/crm-object-schemas/DATE/(.*)", r"/crm-object-schemas/v3/\2"),
        (r"/crm/associations/DATE/(.*)", r"/crm/v4/associations/\2"),
        (r"/oauth/DATE/token", r"/oauth/v1/token"),
        (r"/account-info/DATE/(.*)", r"/account-info/v3/\2"),
        (r"/settings/currencies/DATE/(.*)", r"/settings/v3/currencies/\2"),
        (r"/settings/users/(2026-03)(/.*)?", r"/settings/v3/users\2"),  # no later version has it
    )
)
_ALSO = {
    r"/crm/objects/v3/deals/splits/(.*)": r"/crm/v3/objects/deals/splits/\1",
    r"/oauth/v3/token": r"/oauth/v1/token",
}


def older(path: str) -> tuple[str, str]:
    """Give the version of an address, and the address as v1 to v4 spell it. A date that never was is not found."""
    for pattern, to in _DATED:
        found = pattern.fullmatch(path)
        if found:
            if found[1] not in VERSIONS:
                raise not_found(f"API version {found[1]} does not exist")
            return found[1], found.expand(to).rstrip("/")
    for written, to in _ALSO.items():
        if re.fullmatch(written, path):
            return LEGACY, re.sub(written, to, path)
    return LEGACY, path
