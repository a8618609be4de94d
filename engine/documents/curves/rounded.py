"""Rounding an attainment before the curve looks at it (DESIGN 5.20): plans that pay by whole per cent."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.documents.document import Document
from engine.documents.values import Share


class RoundedAttainment(Document):
    """Attainments in steps: with `{to: 1%}` 97.5 % is 98 %, and with `rounding: down` 97.9 % is 97 %.

    The whole attainment of the window is rounded, each time that something is added to it: a deal that takes it from
    97.6 % to 98.2 % pays nothing by itself, for both are 98 %. What the component pays, and what looks at its
    attainment, sees the rounded one. Below zero nothing is rounded. A step of an amount that is no whole number of
    micro-units is the next one above it, and with `boundary: upper` the one below it. While the `quota` is not known,
    or not above zero, nothing is paid, however the component pays.
    """

    to: Share = Field(examples=["1%"])
    """The step, in percent of the quota: `1%`, `0.1%`, `5%`."""
    rounding: Literal["half_up", "down"] = Field(default="half_up", examples=["down"])
    """`half_up`: to the nearest step. `down`: to the step that was reached."""
