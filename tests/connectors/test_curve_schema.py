"""What is told of a payout curve is what the component on the page draws: one JSON Schema stands between the two."""

import json
from datetime import date
from fractions import Fraction
from pathlib import Path

from engine.payees.curves.shape import curve_of
from engine.telling.outlook import Position
from engine.telling.standing import standing
from tests.engine.builders import units
from tests.engine.plans import by_share, component, plan

SCHEMA = Path(__file__).parents[2] / "connectors" / "salesforce" / "curve.schema.json"
DAY = date(2026, 4, 22)
WHOLE = by_share((0, 3), (80, "4.5"), (110, 6))


def test_a_curve_as_it_is_told_fits_the_schema():
    part = component(brackets=WHOLE)
    told = standing(Position(plan(part), part, curve_of(part, DAY), units(100_000), int(Fraction(92_900) * 10**6), DAY))
    wanted = json.loads(SCHEMA.read_text("utf-8"))["$defs"]["curve"]

    assert {"title", *told} == set(wanted["required"]) == set(wanted["properties"])
    assert set(told["here"]) == set(wanted["properties"]["here"]["required"])
    assert [type(told[name]) for name in ("x_label", "y_label")] == [str, str]
    assert all([type(place), type(text)] == [int, str] for place, text in told["x_ticks"] + told["y_ticks"])
    places = [*(place for line in told["lines"] for place in line), told["here"]["x"], told["here"]["y"]]
    assert len(places) == 4 * 3 + 2
    assert all(type(place) is int and 0 <= place <= 1000 for place in places)
