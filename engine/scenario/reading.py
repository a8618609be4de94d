"""Reading a scenario: its facts, and the documents that it holds or names, each problem with file and line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from engine.book import Rules
from engine.documents.company.company import Company
from engine.documents.document import Document
from engine.documents.engagement.engagement import Engagement
from engine.documents.plans.plan import Plan
from engine.documents.problems import shown
from engine.documents.reading import (
    Names,
    in_order,
    issues_at,
    names_in_engagement,
    names_in_plan,
    read_document,
    read_tree,
)
from engine.documents.together import check_rules
from engine.documents.yaml import Node, read_yaml
from engine.model import Found, Issue, Severity
from engine.scenario.defaults import (
    COMPANY,
    OWN_DEALS,
    grown,
    with_company_defaults,
    with_plan_defaults,
    with_rules_defaults,
)
from engine.scenario.document import DOCUMENTS, Scenario
from engine.scenario.fit import unfit

D = TypeVar("D", bound=Document)
Fetch = Callable[[str], tuple[str, str] | None]
"""Text and name of the file at a path beside the scenario; None where there is none."""


@dataclass(frozen=True, slots=True)
class Case:
    """A scenario with its documents; without rules where these are refused, and why."""

    file: str
    scenario: Scenario
    rules: Rules | None
    refused: tuple[Issue, ...] = ()


def read_scenario(text: str, file: str, fetch: Fetch) -> Found[Case | None]:
    """One scenario file. Issues are those of the scenario itself; a refused plan may be what it expects."""
    tree = read_yaml(text, file)
    if tree.rows is None or not isinstance(tree.rows.value, dict):
        return Found(None, tree.issues or (_no_mapping(file),))
    root = tree.rows.value
    rest = Node({name: node for name, node in root.items() if name not in DOCUMENTS}, tree.rows.line, 1)
    found = read_tree(rest, text, file, Scenario)
    documents = _Documents(text, file, fetch, [*tree.issues])
    rules = documents.rules(tree.rows)
    if found.rows is None:
        wanted = "error" in tree.rows.entries("expect")
        return Found(None, in_order((*found.issues, *(tree.issues if wanted else documents.issues))))
    if rules is not None:
        problems = tuple(issues_at(unfit(found.rows, rules), rest, file))
        if problems:
            return Found(None, problems)
    return Found(Case(file, found.rows, rules, tuple(documents.issues)))


@dataclass(slots=True)
class _Documents:
    """Reads the documents of one scenario and collects what is wrong with them."""

    text: str
    file: str
    fetch: Fetch
    issues: list[Issue] = field(default_factory=list)

    def rules(self, root: Node) -> Rules | None:
        """All documents together; None where one is refused or they do not fit together."""
        top = root.entries()
        company = self.one(top.get("company") or grown({}, root), "company", Company, with_company_defaults)
        rules_of_engagement = top.get("rules_of_engagement") or grown(OWN_DEALS, root)
        engagement = self._engagement(rules_of_engagement, root.items("roles"))
        currency = company.currency if company else COMPANY["currency"]
        plans = [self._plan(node, name, currency) for name, node in self._plans(root)]
        whole = [plan for plan in plans if plan is not None]
        if company is None or engagement is None or len(whole) < len(plans) or self.issues:
            return None
        self.issues += (
            issue for issue in check_rules(company, (engagement,), whole) if issue.severity is Severity.HOLDS
        )
        return None if self.issues else Rules(company, (engagement,), tuple(whole))

    def one(
        self,
        node: Node,
        name: str,
        kind: type[D],
        defaults: Callable[[Node], None],
        names: Names = lambda _: {},
    ) -> D | None:
        """An inline document with its defaults, or the file at the path."""
        if isinstance(node.value, dict):
            defaults(node)
            found = read_tree(node, f"{self.text}\0{name}", self.file, kind, names, within=(name,))
        else:
            found = self._at_path(node, name, kind, names)
        self.issues += found.issues
        return found.rows

    def _at_path(self, node: Node, name: str, kind: type[D], names: Names) -> Found[D | None]:
        fetched = self.fetch(node.value) if isinstance(node.value, str) else None
        if fetched is None:
            message = f"{name}: {shown(node.plain())} is no file beside this one."
            remedy = "Write the document, or the path of its file from this file's folder."
            return Found(None, (Issue("document", Severity.HOLDS, f"{self.file}:{node.line}", message, remedy),))
        return read_document(*fetched, kind, names)

    def _engagement(self, node: Node, roles: Sequence[Node]) -> Engagement | None:
        name = "rules_of_engagement"
        return self.one(node, name, Engagement, lambda at: with_rules_defaults(at, roles), names_in_engagement)

    def _plan(self, node: Node, name: str, currency: str) -> Plan | None:
        return self.one(node, name, Plan, lambda at: with_plan_defaults(at, currency), names_in_plan)

    def _plans(self, root: Node) -> Iterator[tuple[str, Node]]:
        """`plan` and each of `plans`, with their place."""
        top = root.entries()
        if "plan" in top:
            yield "plan", top["plan"]
        yield from ((f"plans{node.name_at(place)}", node) for place, node in enumerate(root.items("plans")))
        if not {"plan", "rules_of_engagement"} & top.keys() and not root.items("plans"):
            message = "a scenario without a plan."
            remedy = "Write plan: with a plan, or with the path of one; only rules_of_engagement can be tested alone."
            self.issues.append(Issue("document", Severity.HOLDS, f"{self.file}:{root.line}", message, remedy))


def _no_mapping(file: str) -> Issue:
    message, remedy = "the document is no mapping.", "See docs/reference/plan-tests.md for what it has to say."
    return Issue("document", Severity.HOLDS, f"{file}:1", message, remedy)
