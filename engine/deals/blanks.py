"""Values whose absence decided: a deal that an earlier condition would have taken, had the CRM said more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from engine.deals.problems import problems
from engine.documents.conditions import When
from engine.matching import absent, missing
from engine.model import Severity
from engine.texts import text

Named = tuple[str, When]
"""What decides, such as `rule renewal`, and its condition."""


def blanks(placed: pl.DataFrame, conditions: Sequence[Named]) -> pl.DataFrame:
    """One problem a deal and field, naming the first condition (column `place`: which decided) that it kept away."""
    blank = [
        pl.DataFrame(schema={"deal_id": pl.String, "field": pl.String, "name": pl.String}),
        *_missed(placed, conditions),
    ]
    return problems(
        pl.concat(blank).unique(["deal_id", "field"], keep="first", maintain_order=True),
        "missing_value",
        Severity.WARNS,
        text("has no {}, so {} passed it over.", "field", "name"),
        "Fill the field in the CRM, or move what should decide it up.",
    )


def _missed(placed: pl.DataFrame, conditions: Sequence[Named]) -> Iterator[pl.DataFrame]:
    for place, (name, when) in enumerate(conditions):
        passed_over = placed.filter((pl.col("place") > place) & missing(when))
        for test in when.tests if passed_over.height else ():
            blank = passed_over.filter(absent(test.field))
            yield blank.select("deal_id", field=pl.lit(test.fact or test.field), name=pl.lit(name))
