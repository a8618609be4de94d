"""Caps of whole plans, or of some components, by lot."""

from __future__ import annotations

from random import Random
from typing import Any

PERIODS = ("month", "quarter", "half", "year")


def plan_caps(chance: Random, components: list[dict[str, Any]]) -> dict[str, Any]:
    """`caps`, one or two, of which the second covers all that the first does; mostly none."""
    if chance.random() < 0.5:
        return {}
    some = [part["id"] for part in components if chance.random() < 0.6]
    of = [{"components": some}] if some and len(some) < len(components) and chance.random() < 0.6 else []
    every = [*of, *([{}] if not of or chance.random() < 0.5 else [])]
    return {"caps": [{"id": f"cap-{place}", **each, **_cap(chance)} for place, each in enumerate(every)]}


def _cap(chance: Random) -> dict[str, Any]:
    height: dict[str, Any] = {"amount": chance.choice([400, 5_000, 40_000])}
    since = chance.choice([{}, {}, {"since": chance.choice(["fiscal_year", "enrolment", "contract"])}])
    if since.get("since", "fiscal_year") == "fiscal_year" and chance.random() < 0.4:
        height = {"share": chance.choice(["50%", "120.5%"]), "of": chance.choice(["base_salary", "variable", "ote"])}
    least = {"at_least": chance.choice([333, height.get("amount", 2_000)])} if chance.random() < 0.4 else {}
    then: dict[str, Any] = {"then_pays": chance.choice(["50%", "33.3%"])} if chance.random() < 0.3 else {}
    if not then and chance.random() < 0.5:
        then = {"then": "carry", **chance.choice([{}, {"within_year": True}])}
    return {"per": chance.choice(PERIODS), **height, **since, **least, **then}
