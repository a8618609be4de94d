"""Why a period cannot be closed or reopened."""

from __future__ import annotations

from collections.abc import Sequence

from engine.model import Issue


class NotYet(Exception):  # noqa: N818  # shown to a person as it is
    """The period cannot be closed as things are; `points` says what is open."""

    def __init__(self, label: str, points: Sequence[Issue]) -> None:
        super().__init__("\n".join([f"{label} cannot be closed yet:", *(f"- {point}" for point in points)]))
        self.period, self.points = label, tuple(points)


class NotOpened(Exception):  # noqa: N818  # shown to a person as it is
    """The period cannot be reopened."""
