"""Layouts, tabs, apps, reports and the like: they show nothing here, but what they refer to must be there."""

from collections.abc import Iterator
from hashlib import blake2b
from typing import TYPE_CHECKING
from xml.etree.ElementTree import tostring

from sandbox.salesforce.deploying.deploy_result import Component
from sandbox.salesforce.deploying.metadata_fields import text_of
from sandbox.salesforce.deploying.metadata_zip import NAMESPACE, Item
from sandbox.salesforce.schema import Schema

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org

_STANDARD = "standard-"
_NAMES_OF_LISTS = {"NAME": "Name", "Owner": "OwnerId"}


class Others:
    """The components of one deploy that change no schema; the org changes only in `keep`."""

    def __init__(self, org: "Org", draft: Schema) -> None:
        self._org, self._draft = org, draft
        self._taken: dict[str, str] = {}
        self._destroyed: list[str] = []

    def take(self, item: Item, items: list[Item]) -> Component:
        """Check what one component refers to."""
        key, content = f"{item.kind} {item.name}", blake2b(tostring(item.root), digest_size=16).hexdigest()
        known = self._org.components.get(key)
        problem = next(self._problems(item, items), None)
        if problem is None:
            self._taken[key] = content
        return Component(
            kind=item.kind,
            name=item.name,
            file=item.file,
            problem=problem,
            created=known is None,
            changed=known != content,
        )

    def destroy(self, kind: str, name: str) -> bool:
        """Take a component away; tells whether it was there."""
        self._destroyed.append(f"{kind} {name}")
        return f"{kind} {name}" in self._org.components

    def keep(self) -> None:
        """Remember what was deployed; layouts and tabs go with their object."""
        components = self._org.components | self._taken
        for key in self._destroyed:
            components.pop(key, None)
        self._org.components = {key: each for key, each in components.items() if not self._orphaned(key)}

    def _orphaned(self, key: str) -> bool:
        kind, _, name = key.partition(" ")
        owner = name.partition("-")[0] if kind == "Layout" else name if kind == "CustomTab" else ""
        return owner.endswith("__c") and owner not in self._draft

    def _problems(self, item: Item, items: list[Item]) -> Iterator[str]:
        checks = {
            "CustomTab": self._tab,
            "CustomApplication": self._application,
            "Layout": self._layout,
            "ReportType": self._report_type,
            "Report": self._report,
            "Dashboard": self._dashboard,
        }
        if item.kind in checks:
            yield from checks[item.kind](item, items)

    def _tab(self, item: Item, _items: list[Item]) -> Iterator[str]:
        if text_of(item.root, "customObject") == "true" and item.name not in self._draft:
            yield f"In field: customObject - no CustomObject named {item.name} found"

    def _application(self, item: Item, items: list[Item]) -> Iterator[str]:
        for tab in _texts(item, "tabs"):
            if not tab.startswith(_STANDARD) and not is_there(self._org, items, "CustomTab", tab):
                yield f"In field: tab - no CustomTab named {tab} found"

    def _layout(self, item: Item, _items: list[Item]) -> Iterator[str]:
        sobject = item.name.partition("-")[0]
        for name in _texts(item, "layoutSections/layoutColumns/layoutItems/field"):
            yield from self._missing(sobject, name)
        for related in item.root.findall(f"{NAMESPACE}relatedLists"):
            child, _, hop = (text_of(related, "relatedList") or "").partition(".")
            yield from self._missing(child, hop)
            for each in related.findall(f"{NAMESPACE}fields"):
                yield from self._missing(child, each.text or "")

    def _report_type(self, item: Item, _items: list[Item]) -> Iterator[str]:
        base = text_of(item.root, "baseObject") or ""
        for column in item.root.findall(f"{NAMESPACE}sections/{NAMESPACE}columns"):
            table, name = text_of(column, "table") or "", text_of(column, "field") or ""
            yield from self._missing(self._at(base, table) or table, name)

    def _report(self, item: Item, items: list[Item]) -> Iterator[str]:
        kind = text_of(item.root, "reportType")
        if kind is None:  # the folder
            return
        if not is_there(self._org, items, "ReportType", kind.removesuffix("__c")):
            yield f"reportType: no ReportType named {kind} found"
        fields = ("columns/field", "groupingsDown/field", "filter/criteriaItems/column", "timeFrameFilter/dateColumn")
        for place in (place for path in fields for place in _texts(item, path)):
            table, _, name = place.partition("$")
            yield from self._missing(self._at(table.partition(".")[0], table) or table, name)

    def _dashboard(self, item: Item, items: list[Item]) -> Iterator[str]:
        kind = text_of(item.root, "dashboardType")
        if kind == "SpecifiedUser" and text_of(item.root, "runningUser") is None:
            yield "Required field is missing: runningUser"
        for side in ("leftSection", "middleSection", "rightSection"):
            for report in _texts(item, f"{side}/components/report"):
                if not is_there(self._org, items, "Report", report):
                    yield f"report: no Report named {report} found"

    def _at(self, base: str, table: str) -> str | None:
        """The object that a report's table means: the base, or a list of its details (Base.Children__r)."""
        _, _, children = table.partition(".")
        if not children:
            return base
        for child, hop in self._draft.children(base):
            if f"{hop.child_name}__r" == children:
                return child.name
        return None

    def _missing(self, sobject: str, name: str) -> Iterator[str]:
        name = _NAMES_OF_LISTS.get(name, name)
        if sobject not in self._draft or self._draft.get(sobject).find(name) is None:
            yield f"Invalid field:{name} in {sobject}"


def is_there(org: "Org", items: list[Item], kind: str, name: str) -> bool:
    """Whether a component is in the package or in the org."""
    return any((item.kind, item.name) == (kind, name) for item in items) or f"{kind} {name}" in org.components


def _texts(item: Item, path: str) -> list[str]:
    found = item.root.findall("/".join(f"{NAMESPACE}{part}" for part in path.split("/")))
    return [each.text or "" for each in found]
