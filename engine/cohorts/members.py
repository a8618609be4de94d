"""Which customers are taken into a cohort: those who paid when its window opened, and fit the measure's `when`."""

from __future__ import annotations

import polars as pl

from engine.book import Book
from engine.deals.problems import problems
from engine.documents.measures.measure import Measure
from engine.matching import absent, fits, missing, with_lists
from engine.model import Severity
from engine.texts import text


def members(
    paying: pl.DataFrame, windows: pl.DataFrame, book: Book, measure: Measure, named: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """By window the accounts that paid (rows of `account_id`, `from_on`, `until_on`) just before it opened.

    The second frame are problems of accounts that a test leaves out only because a value is missing.
    """
    there = paying.join(windows, how="cross").filter(
        pl.col("from_on") < pl.col("opens_on"),
        pl.col("until_on").is_null() | (pl.col("until_on") >= pl.col("opens_on")),
    )
    taken = there.select("window", "account_id", "opens_on", "closes_on").unique()
    if not measure.when.tests and measure.when.account is None:
        return taken, _lacking(taken.clear().with_columns(lacks=pl.lit("")), named)
    facts = taken.join(book.accounts, on="account_id").with_columns(
        deal_id=text("{} {}", "window", "account_id"), dated_on="opens_on"
    )
    tested = with_lists(facts, book.list_entries)
    fields = sorted({test.field for test in measure.when.tests})
    fitting = tested.filter(fits(measure.when)).select(taken.columns)
    said = [pl.when(absent(field)).then(pl.lit(f"no {field}")) for field in fields]
    lacks = pl.concat_str(pl.lit(None, dtype=pl.String), *said, separator=" and ", ignore_nulls=True)
    return fitting, _lacking(tested.filter(missing(measure.when)).with_columns(lacks=lacks), named)


def _lacking(rows: pl.DataFrame, named: str) -> pl.DataFrame:
    return problems(
        rows.select("account_id", "lacks").unique(),
        "measure_lacks_value",
        Severity.WARNS,
        text("has {}, which measure {} tests; it is in no cohort.", "lacks", pl.lit(named)),
        "Fill the field in the CRM.",
        subject=text("account {}", "account_id"),
    )
