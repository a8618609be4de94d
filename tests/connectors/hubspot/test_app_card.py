"""The card for portals with a project app names what we write, and its files name each other."""

import json
import re
from pathlib import Path

import connectors.hubspot
from connectors.hubspot.pay_records import LINE

CARD = Path(connectors.hubspot.__file__).parent / "app-card"
LIST = re.compile(r'const (\w+) = \[("[^\]]*")\];')


def test_the_card_shows_properties_that_are_written(mapping):
    source = (CARD / "src/app/cards/CommissionCard.jsx").read_text(encoding="utf-8")
    shown = {name: set(re.findall(r'"(\w+)"', listed)) for name, listed in LIST.findall(source)}

    assert shown["DEAL"] <= set(mapping.write.values())
    assert shown["EARNED"] | shown["EXPECTED"] | set(re.findall(r'property: "(\w+)"', source)) <= LINE.allowed


def test_its_files_are_json_and_the_entry_point_is_there():
    found = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in CARD.rglob("*.json")}

    assert found["hsproject.json"]["srcDir"] == "src"
    entry = found["commission-card-hsmeta.json"]["config"]["entrypoint"]
    assert (CARD / "src" / entry.removeprefix("/")).is_file()
