"""Reads a package in metadata layout: the zip, its manifest, and the XML files, none of which may declare a DTD."""

import io
import zipfile
from dataclasses import dataclass
from xml.etree.ElementTree import Element, fromstring
from xml.parsers import expat

NAMESPACE = "{http://soap.sforce.com/2006/04/metadata}"
_LARGEST = 40 * 1024 * 1024
_MOST_FILES = 10_000
# Folder and suffix of each kind that is understood; the kinds in `INERT` are checked and have no effect here.
KINDS = {
    ("objects", ".object"): "CustomObject",
    ("permissionsets", ".permissionset"): "PermissionSet",
    ("tabs", ".tab"): "CustomTab",
    ("layouts", ".layout"): "Layout",
    ("reportTypes", ".reportType"): "ReportType",
}
INERT = frozenset({"CustomTab", "Layout", "ReportType"})


class BadPackage(Exception):  # noqa: N818  # becomes a component failure
    """The package as a whole cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class Item:
    """One file of the package."""

    kind: str
    name: str
    file: str
    root: Element


def read_package(data: bytes) -> list[Item]:
    """Read all files; objects come before what refers to them."""
    files = _unzip(data)
    if "package.xml" not in files:
        raise BadPackage("No package.xml found")
    items = [_item(name, content) for name, content in sorted(files.items()) if name != "package.xml"]
    _check_manifest(parse_xml("package.xml", files["package.xml"]), items)
    order = {kind: place for place, kind in enumerate(KINDS.values())}
    return sorted(items, key=lambda item: order[item.kind])


def _unzip(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            members = [member for member in package.infolist() if not member.is_dir()]
            if len(members) > _MOST_FILES or sum(member.file_size for member in members) > _LARGEST:
                raise BadPackage("Maximum size of request reached")
            return {member.filename: package.read(member) for member in members}
    except zipfile.BadZipFile:
        raise BadPackage("the zip file cannot be read") from None


def _item(file: str, content: bytes) -> Item:
    folder, _, base = file.partition("/")
    for (known, suffix), kind in KINDS.items():
        if folder == known and base.endswith(suffix) and "/" not in base:
            return Item(kind, base.removesuffix(suffix), file, parse_xml(file, content))
    raise BadPackage(f"{file}: this kind of component is not supported here")


def parse_xml(file: str, content: bytes) -> Element:
    """Parse an XML file; a DTD, which could define entities that blow up, is refused before it is read."""
    guard = expat.ParserCreate()
    guard.StartDoctypeDeclHandler = _refuse_dtd
    try:
        guard.Parse(content, True)  # noqa: FBT003  # expat takes no keyword
        return fromstring(content)  # noqa: S314  # checked above to declare no entities
    except expat.ExpatError as problem:
        raise BadPackage(f"{file}: {problem}") from None


def _refuse_dtd(*_: object) -> None:
    raise BadPackage("a document type declaration is not allowed")


def _check_manifest(root: Element, items: list[Item]) -> None:
    """Whatever the manifest names must be in the zip, and the other way round; `*` means custom objects only."""
    if root.findtext(f"{NAMESPACE}version") is None:
        raise BadPackage("package.xml: the API version is missing")
    named: set[tuple[str, str]] = set()
    for entry in root.findall(f"{NAMESPACE}types"):
        kind = entry.findtext(f"{NAMESPACE}name") or ""
        named |= {(kind, member.text or "") for member in entry.findall(f"{NAMESPACE}members")}
    present = {(item.kind, item.name) for item in items} | set(fields_in(items))
    for kind, name in sorted(named):
        if name != "*" and (kind, name) not in present:
            message = (
                f"An object '{name}' of type {kind} was named in package.xml, but was not found in zipped directory"
            )
            raise BadPackage(message)
    for item in items:
        wildcard = (item.kind, "*") in named and (item.kind != "CustomObject" or item.name.endswith("__c"))
        if (item.kind, item.name) not in named and not wildcard and not _fields_named(item, named):
            raise BadPackage(f"{item.file}: not in package.xml")


def fields_in(items: list[Item]) -> list[tuple[str, str]]:
    """Name the fields that the object files define, as a manifest names them."""
    return [
        ("CustomField", f"{item.name}.{field.findtext(f'{NAMESPACE}fullName')}")
        for item in items
        if item.kind == "CustomObject"
        for field in item.root.findall(f"{NAMESPACE}fields")
    ]


def _fields_named(item: Item, named: set[tuple[str, str]]) -> bool:
    return any(field in named or (field[0], "*") in named for field in fields_in([item]))
