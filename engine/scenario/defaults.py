"""What an inline plan, company or set of rules may leave out, because a test states only what matters.

Defaults are put into the tree as if they had been written, so that the documents themselves stay strict. A document
that is named by its path gets none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.documents.company.company import CALENDARS
from engine.documents.yaml import Node
from engine.scenario.values import ALWAYS

COMPANY = {"company": "The company", "zone": "UTC", "currency": "USD", "fiscal_year_starts": "01-01"}
SALES = "sales"
"""The measure of a plan that defines none: the amount of every deal."""
RULES = {
    "rules_of_engagement": "scenario",
    "effective": {"from": ALWAYS},
    "otherwise": {"hold": "review"},
}
OWN_DEALS = {
    **RULES,
    "rules": [
        {
            "id": "own-deals",
            "owner": "deal_owner",
            "credit": [{"to": "deal_owner", "share": "100%", "split_by": "crm"}],
        }
    ],
}
"""Rules of a scenario without rules: each deal credits its payee, or its splits, with all of it."""


def with_company_defaults(company: Node) -> None:
    """A name, zone and currency, and fiscal years from 1 January where no calendar is written."""
    written = company.entries().keys() & set(CALENDARS)
    fill(company, {name: value for name, value in COMPANY.items() if not written or name not in CALENDARS})


def with_plan_defaults(plan: Node, currency: str) -> None:
    """A name, the currency, no end; the one measure and the plainest names for components that do not say."""
    fill(plan, {"plan": "plan", "currency": currency, "effective": {"from": ALWAYS}})
    fill(plan, {"measures": {SALES: {"sum": "amount"}}})
    measures, components = plan.entries("measures"), plan.items("components")
    for position, component in enumerate(components, start=1):
        only = {"measure": next(iter(measures))} if len(measures) == 1 else {}
        fill(component, {"id": "base" if len(components) == 1 else f"part-{position}", "kind": "commission", **only})


def with_rules_defaults(rules: Node, facts: Sequence[Node]) -> None:
    """A name, no end, and nobody who steps in for the roles that the scenario's facts name."""
    fill(rules, {**RULES, "vacancies": {}})
    held = (fact.entries()["role"].value for fact in facts if "role" in fact.entries())
    fill(rules.entries()["vacancies"], {role: "nobody" for role in held if isinstance(role, str)})


def fill(node: Node, defaults: Mapping[str, Any]) -> None:
    """Entries that a mapping does not have, on its own line."""
    if isinstance(node.value, dict):
        for name, value in defaults.items():
            node.value.setdefault(name, grown(value, node))


def grown(value: Any, at: Node) -> Node:
    """A tree of a plain value, written where `at` is."""
    if isinstance(value, Mapping):
        value = {name: grown(entry, at) for name, entry in value.items()}
    elif isinstance(value, list):
        value = [grown(entry, at) for entry in value]
    return Node(value, at.line, at.column)
