"""Packages for the deploy API: files with a manifest that names them, or a list of what is to be taken away."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from html import escape

from connectors.salesforce.source_tree import META, NAMESPACE, parsed, tag

API = "66.0"
STAMP = (2026, 1, 1, 0, 0, 0)
"""Files carry a fixed date, so that the same plan is the same package."""

KINDS = {
    "applications": "CustomApplication",
    "dashboards": "Dashboard",
    "flexipages": "FlexiPage",
    "layouts": "Layout",
    "lwc": "LightningComponentBundle",
    "permissionsets": "PermissionSet",
    "reportTypes": "ReportType",
    "reports": "Report",
    "tabs": "CustomTab",
}
"""What the files of a folder are; objects are looked into."""

Member = tuple[str, str]
"""Kind and name of a component."""


def members(files: Mapping[str, str]) -> tuple[Member, ...]:
    """The components that files define, as a manifest names them."""
    found: dict[Member, None] = {}
    for path, text in sorted(files.items()):
        found.update(dict.fromkeys(_members(path, text)))
    return tuple(found)


def deployment(files: Mapping[str, str]) -> bytes:
    """The package that brings the files into an org."""
    return _zipped({"package.xml": _manifest(members(files)), **files})


def removal(gone: Iterable[Member]) -> bytes:
    """The package that takes components out of an org."""
    return _zipped({"package.xml": _manifest(()), "destructiveChanges.xml": _manifest(gone)})


def _members(path: str, text: str) -> Iterable[Member]:
    folder, _, name = path.partition("/")
    if folder == "objects":
        return _of_object(name.removesuffix(".object"), text)
    if folder == "lwc":
        name = name.partition("/")[0]
    elif name.endswith(META):
        name = name.removesuffix(META)
    else:
        name = name.rpartition(".")[0]
    return [(KINDS[folder], name)]


def _of_object(name: str, text: str) -> Iterable[Member]:
    """Our own object is one component; of a standard one only the fields in the file are meant."""
    if name.endswith("__c"):
        return [("CustomObject", name)]
    fields = parsed(text).iterfind(f"{tag('fields')}/{tag('fullName')}")
    return [("CustomField", f"{name}.{field.text}") for field in fields]


def _manifest(named: Iterable[Member]) -> str:
    kinds: dict[str, list[str]] = {}
    for kind, name in named:
        kinds.setdefault(kind, []).append(name)
    types = "".join(
        "<types>"
        + "".join(f"<members>{escape(name)}</members>" for name in sorted(names))
        + f"<name>{kind}</name></types>"
        for kind, names in sorted(kinds.items())
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f'{head}<Package xmlns="{NAMESPACE}">{types}<version>{API}</version></Package>\n'


def _zipped(files: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, STAMP), text)
    return buffer.getvalue()
