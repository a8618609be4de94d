"""Error messages are public: each broken document begins with the exact messages (`# ! `) that it must give.

To add one, write the file with `# ! ` lines as its first lines; the kind of document is the first word of its name.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.documents.reading import read_access, read_company, read_engagement, read_plan

BROKEN = sorted((Path(__file__).parent / "broken").glob("*.yaml"))
READERS = {"access": read_access, "plan": read_plan, "engagement": read_engagement, "company": read_company}
EXPECTATION = "# ! "


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_document_is_refused_with_exactly_these_messages(path: Path) -> None:
    text = path.read_text()
    expected = [line.removeprefix(EXPECTATION) for line in text.splitlines() if line.startswith(EXPECTATION)]

    found = READERS[path.stem.partition("_")[0]](text, path.name)

    assert [str(issue) for issue in found.issues] == expected
    assert found.rows is None


def test_every_broken_document_expects_something() -> None:
    assert len(BROKEN) >= 40
    assert [path.name for path in BROKEN if not path.read_text().startswith(EXPECTATION)] == []
