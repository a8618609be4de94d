"""The source tree under `force-app`: what an admin reads and may deploy by hand, and what `setup` deploys.

Source format keeps fields and list views in files of their own; the deploy API wants them inside their object.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

TREE = Path(__file__).parent / "force-app" / "main" / "default"
META = "-meta.xml"
NAMESPACE = "http://soap.sforce.com/2006/04/metadata"
PARTS = ("fields", "listViews")
"""Folders below an object, each file of which is an element of the object's file."""
FOLDERS = (".reportFolder", ".dashboardFolder")
"""Files that describe the folder of their name."""
ET.register_namespace("", NAMESPACE)


def package_files(tree: Path = TREE) -> Mapping[str, str]:
    """The tree's files by their path in a package."""
    return dict(sorted([*_objects(tree / "objects"), *_others(tree)]))


def tag(name: str) -> str:
    """An element's name as the parser gives it."""
    return f"{{{NAMESPACE}}}{name}"


def parsed(text: str) -> ET.Element:
    """A metadata file."""
    return ET.fromstring(text)  # noqa: S314  our own files


def written(root: ET.Element) -> str:
    """The text of a metadata file."""
    ET.indent(root, "    ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _objects(folder: Path) -> Iterator[tuple[str, str]]:
    """One file an object; of a standard object only what is ours."""
    for each in sorted(folder.iterdir()):
        file = each / f"{each.name}.object{META}"
        root = parsed(file.read_text("utf-8")) if file.exists() else ET.Element(tag("CustomObject"))
        for part in PARTS:
            for path in sorted((each / part).glob(f"*{META}")):
                element = parsed(path.read_text("utf-8"))
                element.tag = tag(part)
                root.append(element)
        root[:] = sorted(root, key=lambda element: element.tag)
        yield f"objects/{each.name}.object", written(root)


def _others(tree: Path) -> Iterator[tuple[str, str]]:
    """Everything else keeps its text; components of the page are folders, whose tests stay at home."""
    for path in sorted(tree.rglob("*")):
        place = path.relative_to(tree)
        if path.is_file() and place.parts[0] != "objects" and "__tests__" not in place.parts:
            yield _packaged(place), path.read_text("utf-8")


def _packaged(place: Path) -> str:
    name = place.as_posix()
    if place.parts[0] == "lwc":
        return name
    for suffix in FOLDERS:
        if name.endswith(suffix + META):
            return name.removesuffix(suffix + META) + META
    return name.removesuffix(META)
