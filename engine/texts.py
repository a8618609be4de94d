"""Text from columns."""

from __future__ import annotations

import polars as pl


def text(template: str, *parts: str | pl.Expr) -> pl.Expr:
    """`template` with each `{}` replaced by a column (its name) or expression; null where one of them is null.

    Stands for `pl.format`, which panics on columns with empty chunks, as joins and filters leave them
    (pola-rs/polars#25187, seen in 2.1.0).
    """
    constants = template.split("{}")
    if len(constants) != len(parts) + 1:
        msg = f"{template!r} has {len(constants) - 1} places for {len(parts)} parts"
        raise ValueError(msg)
    pieces: list[pl.Expr] = [pl.lit(constants[0])]
    for part, constant in zip(parts, constants[1:], strict=True):
        pieces.append((pl.col(part) if isinstance(part, str) else part).cast(pl.String))
        pieces.append(pl.lit(constant))
    return pl.concat_str(pieces)
