"""How contenders are run and compared, with contenders that do next to nothing."""

from __future__ import annotations

import pytest

from benchmarks.rotation import Contender, Figures, RunFailed, cpu, ratios, rotate, run_once, seconds


def figures(wall: float, work: float = 1.0) -> Figures:
    return Figures(rows=10, seconds=wall, cpu_s=work, peak_mb=1.0)


def test_ratios_are_taken_round_by_round() -> None:
    """A machine that was half as fast in the second round changes no ratio."""
    ours, floor = [figures(2.0), figures(4.0)], [figures(1.0), figures(2.0)]
    assert ratios(ours, floor, seconds) == (2.0, 2.0, 2.0)


def test_ratios_show_their_spread() -> None:
    ours, floor = [figures(1.0), figures(3.0), figures(8.0)], [figures(1.0)] * 3
    assert ratios(ours, floor, seconds) == (3.0, 1.0, 8.0)
    assert ratios(ours, floor, cpu) == (1.0, 1.0, 1.0)


def test_order_rotates_and_facts_are_kept_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody always runs first, and what one contender caused is not counted for the next."""
    order: list[str] = []
    asked = iter(range(100))

    def fake(contender: Contender) -> Figures:
        order.append(contender.name)
        return figures(1.0)

    monkeypatch.setattr("benchmarks.rotation.run_once", fake)
    runs = rotate([Contender("a", "x"), Contender("b", "y")], 2, lambda: {"asked": next(asked)})
    assert order == ["a", "b", "b", "a"]
    assert [run.facts["asked"] for run in runs["a"]] == [1, 7]


def test_a_contender_that_fails_is_an_error_with_its_words() -> None:
    with pytest.raises(RunFailed, match=r"(?s)broken failed:.*No module named benchmarks\.absent"):
        run_once(Contender("broken", "benchmarks.absent"))
