"""Tying out: what a written file adds up to, against what the ledgers say. A cent off: no file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.money import format_amount


class NotTied(Exception):  # noqa: N818  # shown to a person as it is
    """An export does not add up to the ledgers; nothing was written."""


@dataclass(frozen=True, slots=True)
class Tie:
    """One sum of an export beside the ledgers' own, in micro-units."""

    what: str
    currency: str
    exported: int
    booked: int

    @property
    def told(self) -> dict[str, str]:
        """As a person reads it."""
        amounts = {name: getattr(self, name) for name in ("exported", "booked")}
        amounts["difference"] = self.exported - self.booked
        told = {name: format_amount(micros, self.currency) for name, micros in amounts.items()}
        return {"what": self.what, "currency": self.currency, **told}


def tied(what: str, exported: Mapping[str, int], booked: Mapping[str, int]) -> list[Tie]:
    """Both sums side by side, by currency."""
    both = sorted({*exported, *booked})
    return [Tie(what, currency, exported.get(currency, 0), booked.get(currency, 0)) for currency in both]


def refuse_untied(ties: list[Tie]) -> None:
    """Raise `NotTied` with every sum that differs."""
    off = [tie.told for tie in ties if tie.exported != tie.booked]
    if off:
        said = "; ".join(
            f"{tie['what']} {tie['currency']}: exported {tie['exported']}, booked {tie['booked']}" for tie in off
        )
        raise NotTied(f"The export does not tie to the ledgers, so it was not written. {said}. Run 'worker.py verify'.")
