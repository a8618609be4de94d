"""JSON Schemas and reference pages are current, accept our files, and show examples that are read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter
from pydantic.fields import FieldInfo

from docs.generate import generated
from docs.schemas import KINDS, json_schema
from engine.documents.conditions import FIELDS, NOTES, When, read_test
from engine.documents.document import Document, Reading
from engine.documents.problems import Problem
from engine.documents.yaml import read_yaml
from tests.docs.json_schema import complaints

CONFIG = Path(__file__).parents[2] / "config"
FILES = [
    (kind, path)
    for kind, pattern in (
        ("access", "access.yaml"),
        ("journal", "journal.yaml"),
        ("company", "company.yaml"),
        ("engagement", "engagement/*.yaml"),
        ("plan", "plans/*.yaml"),
        ("scenario", "examples/*.yaml"),
    )
    for path in sorted(CONFIG.glob(pattern))
]
SCHEMAS = {kind: json_schema(kind) for kind in KINDS}
GENERATED = generated()
SHOWN = {name for kind, schema in SCHEMAS.items() for name in (kind.capitalize(), *schema.get("$defs", {}))}
"""Every name of the pages; those of dated values are made up by pydantic."""


def documents(cls: type[Document] = Document) -> Iterator[type[Document]]:
    """Every kind of document and part of one, once."""
    for kind in cls.__subclasses__():
        yield kind
        yield from documents(kind)


CLASSES = sorted({cls for cls in documents() if cls.__name__ in SHOWN}, key=lambda cls: cls.__name__)


def as_an_editor_sees(text: str) -> Any:
    """Days are text, 50_000 is text: YAML 1.2 as editors read it."""
    root = read_yaml(text, "f.yaml").rows
    assert root is not None
    return _plain(root.plain())


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1000:
        return f"{value:_}"
    return float(value) if isinstance(value, Decimal) else value


@pytest.mark.parametrize(("path", "text"), sorted(GENERATED.items()), ids=lambda each: getattr(each, "name", ""))
def test_generated_files_are_current(path: Path, text: str) -> None:
    assert path.read_text(encoding="utf-8") == text, "run make docs"


@pytest.mark.parametrize(("kind", "path"), FILES, ids=lambda each: str(getattr(each, "stem", each)))
def test_editors_find_nothing_wrong_with_our_files(kind: str, path: Path) -> None:
    schema = SCHEMAS[kind]

    assert list(complaints(schema, as_an_editor_sees(path.read_text()), schema)) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("rate: 8%", "rate: 8"), ".components[0].brackets[0].rate"),
        (("kind: commission", "kind: comission"), ".components[0].kind"),
        (("motion: new_business,", "motion: new,"), ".measures.multi_year_acv.when.motion"),
        (("accumulates:", "acumulates:"), ".components[0]: acumulates is unknown"),
        (("currency: USD", "currency: usd"), ".currency"),
        (("from: 2023-02-01", "from: yesterday"), ".effective.from"),
    ],
)
def test_editors_mark_what_the_reader_refuses(change: tuple[str, str], expected: str) -> None:
    text = (CONFIG / "plans" / "ae.yaml").read_text()
    schema = SCHEMAS["plan"]

    found = list(complaints(schema, as_an_editor_sees(text.replace(*change, 1)), schema))

    assert [complaint.startswith(expected) for complaint in found] == [True]


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_example_is_read_where_it_is_shown(cls: type[Document]) -> None:
    for name, entry in cls.model_fields.items():
        for example in entry.examples or ():
            root = read_yaml(str(example), name)
            assert root.rows is not None
            assert root.issues == ()
            adapter = TypeAdapter(Annotated[entry.annotation, FieldInfo(), *entry.metadata])
            assert adapter.validate_python(root.rows.plain(), context=Reading()) is not None


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_key_says_what_it_means_and_shows_an_example(cls: type[Document]) -> None:
    written = {name: entry for name, entry in cls.model_fields.items() if name not in cls.hidden}

    assert [name for name, entry in written.items() if not entry.description or not entry.examples] == []


def test_every_field_of_a_condition_is_explained_by_an_example_that_is_read() -> None:
    found: list[Problem] = []
    for name, (meaning, example) in NOTES.items():
        root = read_yaml(example, name).rows
        assert root is not None
        assert meaning
        assert read_test(name, root.plain(), found) is not None

    assert found == []
    assert NOTES.keys() == FIELDS.keys()
    assert set(When.keys()) == {*FIELDS, "account", "facts", "days_since"}


def test_every_class_of_the_pages_is_looked_at_here() -> None:
    assert {cls.__name__ for cls in CLASSES} == {
        name for name in SHOWN if not name.startswith("Dated") and name[0].isupper()
    }


def test_every_kind_of_document_has_a_schema() -> None:
    assert {f"{kind}.schema.json" for kind in KINDS} == {path.name for path in GENERATED if path.suffix == ".json"}
