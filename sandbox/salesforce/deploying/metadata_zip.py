"""Reads a package in metadata layout: the zip, its manifest, and the XML files, none of which may declare a DTD."""

import io
import zipfile
from dataclasses import dataclass
from xml.etree.ElementTree import Element, fromstring
from xml.parsers import expat

NAMESPACE = "{http://soap.sforce.com/2006/04/metadata}"
_LARGEST = 40 * 1024 * 1024
_MOST_FILES = 10_000
# Folder and suffix of each kind that is understood, in the order in which they are applied.
KINDS = {
    ("objects", ".object"): "CustomObject",
    ("tabs", ".tab"): "CustomTab",
    ("applications", ".app"): "CustomApplication",
    ("lwc", ""): "LightningComponentBundle",
    ("permissionsets", ".permissionset"): "PermissionSet",
    ("layouts", ".layout"): "Layout",
    ("flexipages", ".flexipage"): "FlexiPage",
    ("reportTypes", ".reportType"): "ReportType",
    ("reports", ".report"): "Report",
    ("dashboards", ".dashboard"): "Dashboard",
}
_IN_FOLDERS = frozenset({"reports", "dashboards"})
_FOLDER_FILE = "-meta.xml"
_DESTROYED = "destructiveChanges.xml"


class BadPackage(Exception):  # noqa: N818  # becomes a component failure
    """The package as a whole cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class Item:
    """One file of the package."""

    kind: str
    name: str
    file: str
    root: Element


@dataclass(frozen=True, slots=True)
class Package:
    """What is to be there after the deploy, objects before what refers to them, and what is to be gone, by kind."""

    items: list[Item]
    destroyed: list[tuple[str, str]]


def read_package(data: bytes) -> Package:
    """Read all files."""
    files = _unzip(data)
    if "package.xml" not in files:
        raise BadPackage("No package.xml found")
    lists = {name: files.pop(name) for name in ("package.xml", _DESTROYED) if name in files}
    items = _bundled([_item(name, content) for name, content in sorted(files.items())])
    _check_manifest(parse_xml("package.xml", lists["package.xml"]), items)
    order = {kind: place for place, kind in enumerate(KINDS.values())}
    destroyed = _named(parse_xml(_DESTROYED, lists[_DESTROYED])) if _DESTROYED in lists else []
    return Package(sorted(items, key=lambda item: order[item.kind]), destroyed)


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
        if folder == known == "lwc":
            return Item(kind, base.partition("/")[0], file, _readable(file, content))
        if folder == known and base.endswith(suffix) and base.count("/") == (folder in _IN_FOLDERS):
            return Item(kind, base.removesuffix(suffix), file, parse_xml(file, content))
        if folder == known and folder in _IN_FOLDERS and base.endswith(_FOLDER_FILE):
            return Item(kind, base.removesuffix(_FOLDER_FILE), file, parse_xml(file, content))
    raise BadPackage(f"{file}: this kind of component is not supported here")


def _readable(file: str, content: bytes) -> Element:
    """Only the description of a component of the page is XML; its text is not looked into."""
    return parse_xml(file, content) if file.endswith(".xml") else Element(f"{NAMESPACE}text")


def _bundled(items: list[Item]) -> list[Item]:
    """One item for each component of the page, whatever files it has: the one that describes it."""
    bundles = {
        item.name: item for item in items if item.kind == "LightningComponentBundle" and item.file.endswith(".xml")
    }
    return [item for item in items if item.kind != "LightningComponentBundle" or bundles.get(item.name) is item]


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
    named = set(_named(root))
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


def _named(root: Element) -> list[tuple[str, str]]:
    """Name the components of a manifest, kind by kind."""
    return [
        (entry.findtext(f"{NAMESPACE}name") or "", member.text or "")
        for entry in root.findall(f"{NAMESPACE}types")
        for member in entry.findall(f"{NAMESPACE}members")
    ]


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
