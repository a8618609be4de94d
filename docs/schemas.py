"""JSON Schemas of the documents, for editors: completion, and red lines while typing.

They are generated from the models, so they describe what is read, as it is written. What JSON Schema cannot say
(references, sums, order) the reader alone checks.
"""

from __future__ import annotations

from typing import Any

from engine.documents.company.access import Access
from engine.documents.company.company import Company
from engine.documents.company.journal import Journal
from engine.documents.conditions import FIELDS, offered, schema_of_test
from engine.documents.document import Document
from engine.documents.engagement.engagement import Engagement
from engine.documents.plans.plan import Plan
from engine.documents.yaml import read_yaml
from engine.scenario.document import Scenario

KINDS: dict[str, type[Document]] = {
    "access": Access,
    "company": Company,
    "engagement": Engagement,
    "journal": Journal,
    "plan": Plan,
    "scenario": Scenario,
}
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(kind: str) -> dict[str, Any]:
    """The JSON Schema of one kind of document."""
    schema = _as_written(KINDS[kind].model_json_schema())
    if "When" in schema.get("$defs", {}):
        _share_tests(schema)
    return {"$schema": DIALECT, "title": kind, **schema}


def _as_written(schema: Any) -> Any:
    """Without what only Python knows: empty values, titles made from names, defaults of objects."""
    if isinstance(schema, list):
        return [_as_written(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: value for key, value in schema.items() if not _is_pythons(key, value)}
    some = [entry for entry in kept.get("anyOf", ()) if entry != {"type": "null"}]
    if len(some) == 1 and len(some) < len(kept["anyOf"]):
        kept = {**some[0], **{key: value for key, value in kept.items() if key != "anyOf"}}
    if "examples" in kept:
        kept["examples"] = [_example(example) for example in kept["examples"]]
    return {key: value if key == "examples" else _as_written(value) for key, value in kept.items()}


def _is_pythons(key: str, value: Any) -> bool:
    made_up = key == "title" and isinstance(value, str) and value[:1].isupper()
    return made_up or (key == "default" and (value in (None, "", []) or isinstance(value, dict)))


def _example(text: Any) -> Any:
    """An example as editors see it: days as text, numbers as numbers."""
    tree = read_yaml(str(text), "example").rows
    return text if tree is None else _as_json(tree.plain())


def _as_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _as_json(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_as_json(entry) for entry in value]
    return value if isinstance(value, bool | int | str) else str(value)


def _share_tests(schema: dict[str, Any]) -> None:
    """Fields of one type are tested alike: say it once."""
    fields = schema["$defs"]["When"]["properties"]
    for name, kind in FIELDS.items():
        if not offered(name):
            schema["$defs"][f"{kind}_test"] = _as_written(schema_of_test(kind))
            fields[name] = {"$ref": f"#/$defs/{kind}_test"}
