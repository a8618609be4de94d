"""What lint finds in rules of engagement: rules that decide no deal, and deals that no rule decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from engine.book import Rules
from engine.documents.company.company import Company
from engine.documents.conditions import FieldTest, When
from engine.documents.document import Reading
from engine.documents.engagement.engagement import Engagement
from engine.linting.example import in_quotes_if_needed, section, written
from engine.linting.finding import Finding, Given, Linted, linted
from engine.linting.made_up import OF_OTHERS, SAMPLE, SIZES, fitting, number
from engine.linting.past import unmatched
from engine.linting.reach import LISTED, Cells, cells_of, deal_reaching
from engine.model import Issue
from engine.scenario.book import book_of
from engine.scenario.document import Scenario
from engine.scenario.run import credited_of

PLAN = "{components: [{rate: 1%}]}"
"""A plan test has a plan; what it pays is not asked here."""
UNRULED = "no_rule_fits"
Made = dict[str, Any]
Shown = tuple[str, Mapping[str, Any]]
"""What the deal shows, in words and as a plan test expects it."""


def lint_engagement(engagement: Engagement, given: Given) -> Linted:
    """Everything that is found in valid rules of engagement."""
    lines = [node.line for node in given.root.items("rules")]
    findings = []
    for finding, place, made, (said, expect) in _found(engagement, given.company):
        sentence = f"{_described(made)} {said}"
        head = {"scenario": finding, "because": in_quotes_if_needed(sentence), "plan": PLAN, **given.documents}
        where = f"{given.file}:{1 if place is None else lines[place]}"
        part = "" if place is None else engagement.rules[place].id
        findings.append(Finding(finding, where, part, sentence, _example(head, engagement, made, expect)))
    return linted([*findings, *unmatched(engagement, given)], engagement.accepted, given)


def _found(engagement: Engagement, company: Company) -> Iterator[tuple[str, int | None, Made, Shown]]:
    """Id, rule, deal, and what the real stages make of the deal: only what they confirm is found."""
    whens = [rule.when for rule in engagement.rules]
    every = cells_of(whens)
    for place, when in enumerate(whens):
        if deal_reaching(when, whens[:place], every) is None:
            made = _made(deal_reaching(when, (), every) or {}, every, engagement)
            rule = None if made is None else _decided(made, engagement, company)[0]
            if made is not None and rule is not None and rule != engagement.rules[place].id:
                said = f"fits the rule {engagement.rules[place].id}, and the rule {rule} above it decides."
                yield "rule-without-effect", place, made, (said, {"owners": {"D1": {"rule": rule}}})
    free = deal_reaching(When(), whens, every)
    if free is not None:
        made = _made(free, every, engagement)
        issues = () if made is None else _decided(made, engagement, company)[1]
        if made is not None and UNRULED in [issue.code for issue in issues]:
            said = f"fits no rule and is held for {engagement.otherwise.hold}."
            yield "deals-without-rule", None, made, (said, {"issues": [UNRULED]})


def _made(cells: Cells, every: Cells, engagement: Engagement) -> Made | None:
    """A deal of the first value of each field that matters, as a plan test states it; None where it cannot."""
    values = {name: found[0] for name, found in cells.items() if found != every[name]}
    if any(values.get(name) for name in OF_OTHERS):
        return None
    on = values.pop("closed_on", None) or engagement.effective.from_on
    amount = next((values[size] for size in SIZES if values.get(size) is not None), SAMPLE)
    lists = [name.removeprefix(LISTED) for name, value in values.items() if name.startswith(LISTED) and value]
    made: Made = {"id": "D1", "on": on, "amount": number(amount)}
    for name, value in values.items():
        for one in value if isinstance(value, tuple) else (value,):
            if one is not None and not name.startswith(LISTED):
                _add(made, fitting(_exactly(name, one), amount, on))
    return {**made, **({"account": "customer"} if lists else {}), "lists": lists}


def _add(made: Made, said: Mapping[str, Any]) -> None:
    """What is said of a deal, facts and products beside those that it has."""
    for key, value in said.items():
        if isinstance(value, dict):
            made[key] = {**made.get(key, {}), **value}
        else:
            made[key] = [*made.get(key, []), *value] if isinstance(value, list) else value


def _exactly(name: str, value: Any) -> FieldTest:
    """The test that only this value passes."""
    if isinstance(value, str):
        return FieldTest(field=name, any_of=(value,))
    return FieldTest(field=name, min=value, max=value)


def _facts(made: Made, engagement: Engagement) -> dict[str, Any]:
    """The deal, and somebody in every role."""
    deal = {key: value for key, value in made.items() if key != "lists"}
    roles = [{"payee": role.lower().replace("_", "-"), "role": role} for role in engagement.vacancies]
    lists = {name: [deal["account"]] for name in made["lists"]}
    return {**({"lists": lists} if lists else {}), "roles": roles, "deals": [deal]}


def _decided(made: Made, engagement: Engagement, company: Company) -> tuple[str | None, tuple[Issue, ...]]:
    """The rule that decides the deal in the real stages, and what they report."""
    facts = _facts(made, engagement)
    scenario = Scenario.model_validate({"scenario": "lint", **facts, "expect": {"issues": []}}, context=Reading())
    rules = Rules(company, (engagement,), ())
    credited = credited_of(scenario, book_of(scenario, rules), rules)
    decided = credited.assignments.filter(~credited.assignments["held"])["rule"].to_list()
    return (decided[0] if decided else None), credited.issues


def _described(made: Made) -> str:
    said = [f"{key} {_plainly(value)}" for key, value in made.items() if key not in ("id", "on", "lists")]
    return f"A deal of {made['on']} with {', '.join(said)}"


def _plainly(value: Any) -> str:
    if isinstance(value, list):
        return " and ".join(str(each.get("family", "")) for each in value)
    if isinstance(value, dict):
        return " and ".join(f"{name} {_plainly(each)}" for name, each in value.items())
    return f"{value:,}" if not isinstance(value, str | date) else str(value)


def _example(said: Mapping[str, str], engagement: Engagement, made: Made, expect: Mapping[str, Any]) -> str:
    lines = [f"{key}: {text}" for key, text in said.items()]
    lines += [line for name, entries in _facts(made, engagement).items() for line in section(name, entries)]
    return "\n".join([*lines, f"expect: {written(expect)}", ""])
