"""`plan draw` on the plans that are shipped."""

from pathlib import Path

from tests.jobs.conftest import TEMPLATES
from tests.jobs.test_commands import run

AE = str(TEMPLATES / "plans" / "ae.yaml")


def test_every_component_is_drawn_unless_one_is_named() -> None:
    """With its exact corners for the quota given."""
    answer = run("plan", "draw", AE, "--quota", "1_000_000")
    one = run("plan", "draw", AE, "--component", "multi-year")

    assert "B  100 % of quota: 1,000,000.00 pays 80,000.00 USD, then 12 %" in answer.output
    assert "SPIFF for three-year terms" in answer.output
    assert "Commission on new" not in one.output


def test_one_component_is_written_as_svg(tmp_path: Path) -> None:
    """A file holds one curve, and says so when asked for two."""
    svg = tmp_path / "base.svg"
    refused = run("plan", "draw", AE, "--svg", str(svg))
    written = run("plan", "draw", AE, "--component", "base", "--svg", str(svg), "--on", "2025-06-01")

    assert (refused.exit_code, written.exit_code) == (1, 0)
    assert "add --component with one of base, multi-year" in refused.output
    assert "then 15 %" in svg.read_text()


def test_what_cannot_be_drawn_is_a_message(tmp_path: Path) -> None:
    """An unknown component, a file that is no plan, a quota that is no number."""
    broken = tmp_path / "plan.yaml"
    broken.write_text("plan: x\n")

    for words, said in (
        ((AE, "--component", "nope"), "no component 'nope'; it has base, multi-year"),
        ((AE, "--quota", "much"), "'much' is not an amount"),
        ((AE, "--on", "2020-01-01"), "no rate on 2020-01-01"),
        ((str(broken),), "plan.yaml:1"),
        ((str(tmp_path / "none.yaml"),), "no plan file"),
    ):
        answer = run("plan", "draw", *words)
        assert answer.exit_code == 1
        assert said in answer.output
