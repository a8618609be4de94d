"""Fault rules of a stand-in CRM: what goes wrong, on which request, and how often.

A rule has a verb (`do`), a match on the request, and the verb's own arguments. Rules are added over HTTP
(`POST /_faults`) or in process, and are the same. A momentary verb fires on a request that matches; a standing verb
holds from its addition until it is removed or used up, and the CRM's own code asks for it. Rules are independent of
each other: several may strike one request, and each counts for itself.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MATCH_KEYS = frozenset({"method", "path", "body", "nth", "times"})


@dataclass(slots=True, kw_only=True)
class Rule:
    """One fault; `seen` counts matching requests and `fired` how often it struck."""

    number: int
    do: str
    method: str | None
    path: re.Pattern[str] | None
    body: re.Pattern[str] | None
    nth: int
    times: int | None
    args: dict[str, Any] = field(default_factory=dict)
    seen: int = 0
    fired: int = 0

    def matches(self, method: str, path: str, body: bytes) -> bool:
        """Whether the request is one that the rule is about, whatever its turn."""
        if self.method and self.method != method:
            return False
        if self.path and not self.path.search(path):
            return False
        return not self.body or bool(self.body.search(body.decode("utf-8", "replace")))

    @property
    def spent(self) -> bool:
        """Whether the rule has struck as often as it was told to."""
        return self.times is not None and self.fired >= self.times

    def strike(self) -> None:
        """Count one strike."""
        self.fired += 1

    def shown(self) -> dict[str, Any]:
        """Describe the rule for `GET /_faults`."""
        match = {
            "method": self.method,
            "path": self.path.pattern if self.path else None,
            "body": self.body.pattern if self.body else None,
            "nth": self.nth,
            "times": self.times,
        }
        return {
            "number": self.number,
            "do": self.do,
            "match": match,
            **self.args,
            "seen": self.seen,
            "fired": self.fired,
        }


class Faults:
    """The rules in force. The verbs are the CRM's; an unknown one is refused."""

    def __init__(self, *, momentary: frozenset[str], standing: frozenset[str]) -> None:
        self._momentary, self._standing = momentary, standing
        self._rules: list[Rule] = []
        self._numbers = 0

    def add(self, do: str, match: Mapping[str, Any] | None = None, **args: Any) -> Rule:
        """Add a rule; ValueError names an unknown verb or match key. Momentary rules strike once by default."""
        wanted = dict(match or {})
        if do not in self._momentary | self._standing:
            raise ValueError(
                f"unknown fault {do!r}: expected one of {', '.join(sorted(self._momentary | self._standing))}"
            )
        if unknown := set(wanted) - MATCH_KEYS:
            raise ValueError(f"unknown match key {sorted(unknown)}: expected some of {sorted(MATCH_KEYS)}")
        self._numbers += 1
        rule = Rule(
            number=self._numbers,
            do=do,
            method=str(wanted["method"]).upper() if "method" in wanted else None,
            path=_pattern(wanted.get("path")),
            body=_pattern(wanted.get("body")),
            nth=int(wanted.get("nth", 1)),
            times=wanted.get("times", 1 if do in self._momentary else None),
            args=dict(args),
        )
        self._rules.append(rule)
        return rule

    def add_document(self, document: Mapping[str, Any]) -> Rule:
        """Add a rule as it is posted: `{"do": …, "match": {…}, …arguments}`."""
        args = dict(document)
        return self.add(str(args.pop("do", "")), args.pop("match", None), **args)

    def remove(self, rule: Rule) -> None:
        """Take one rule away."""
        self._rules.remove(rule)

    def clear(self) -> None:
        """Take all rules away."""
        self._rules.clear()

    def shown(self) -> list[dict[str, Any]]:
        """Describe all rules."""
        return [rule.shown() for rule in self._rules]

    def strike(self, method: str, path: str, body: bytes) -> list[Rule]:
        """Count a request and give the momentary rules that strike it, in the order of their addition."""
        struck = []
        for rule in self._rules:
            if rule.do not in self._momentary or rule.spent or not rule.matches(method, path, body):
                continue
            rule.seen += 1
            if rule.seen >= rule.nth:
                rule.strike()
                struck.append(rule)
        return struck

    def standing(self, do: str) -> list[Rule]:
        """Give the standing rules of a verb that are not used up."""
        return [rule for rule in self._rules if rule.do == do and not rule.spent]


def _pattern(text: str | None) -> re.Pattern[str] | None:
    try:
        return re.compile(text) if text else None
    except re.error as problem:
        raise ValueError(f"match pattern {text!r}: {problem}") from None
