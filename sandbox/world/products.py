"""What the generated company sells, and how a deal's amount spreads over its lines."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from sandbox.world.ids import PRODUCT, Ids
from sandbox.world.money import CENTS

CATALOGUE = (
    ("HA-CORE", "Harbour Platform", "Platform"),
    ("HA-TEAM", "Harbour Team Seats", "Platform"),
    ("HA-LENS", "Harbour Lens", "Add-on"),
    ("HA-PIPE", "Harbour Connectors", "Add-on"),
    ("HA-HELP", "Onboarding & Training", "Services"),
    ("HA-1999", "Harbour Classic", "Legacy"),
)
"""Code, name and family; `Legacy` is no longer sold."""
CODES_OF_TYPE = {
    "New Business": ("HA-CORE", "HA-TEAM", "HA-LENS"),
    "Renewal": ("HA-CORE", "HA-TEAM"),
    "Cross-sell": ("HA-LENS", "HA-PIPE"),
    "Services": ("HA-HELP",),
}


@dataclass(frozen=True, slots=True)
class Product:
    """One row of the price list."""

    id: str
    code: str
    name: str
    family: str


@dataclass(frozen=True, slots=True)
class Line:
    """A product on a deal."""

    code: str
    quantity: int
    cents: int


def price_list(ids: Ids) -> list[Product]:
    """The products with their ids."""
    return [Product(ids.next(PRODUCT), code, name, family) for code, name, family in CATALOGUE]


def lines_for(rng: Random, kind: str, amount_cents: int, currency: str) -> list[Line]:
    """Lines that add up to the amount: every product but the last gets a whole number of currency units."""
    codes = CODES_OF_TYPE.get(kind, ("HA-TEAM",))
    codes = codes[: rng.randint(1, len(codes))]
    unit = CENTS if currency != "JPY" else CENTS * 1000
    lines = []
    left = amount_cents
    for code in codes[:-1]:
        part = left * rng.randint(20, 60) // 100 // unit * unit
        lines.append(Line(code, rng.randint(1, 50), part))
        left -= part
    return [*lines, Line(codes[-1], rng.randint(1, 50), left)]
