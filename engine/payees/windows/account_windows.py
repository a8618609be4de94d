"""In which window a credit counts, of a component that adds up every customer's deals by themselves."""

from __future__ import annotations

import polars as pl

from engine.calendar import period_label
from engine.documents.company.company import Company
from engine.periods import PeriodKind
from engine.texts import text

WITH = " with "
"""What stands in the label of a window before the customer whose window it is."""


def of_each_account(rows: pl.DataFrame, deals: pl.DataFrame, length: PeriodKind, company: Company) -> pl.DataFrame:
    """The rows with the `window` of the customer of their deal in the fiscal period of their day.

    A deal without a customer stands by itself, and what is of no deal (a correction by hand) counts for no customer.
    """
    days = rows.select(pl.col("dated_on").unique())
    days = days.with_columns(whole=period_label(pl.col("dated_on"), length, company))
    whose = deals.select("deal_id", whose=pl.coalesce("account_id", "deal_id"))
    known = rows.join(days, on="dated_on", how="left", maintain_order="left")
    known = known.join(whose, on="deal_id", how="left", maintain_order="left")
    alone = pl.coalesce(text("{}{}{}", "whole", pl.lit(WITH), "whose"), "whole")
    return known.with_columns(window=alone).drop("whole", "whose")


def of_all_accounts(windows: pl.DataFrame) -> pl.DataFrame:
    """The windows with the fiscal period of all customers in the place of that of each, which is `each`."""
    whole = pl.col("window").str.splitn(WITH, 2).struct.field("field_0")
    return windows.with_columns(each="window", window=whole)
