"""Team credits: a direct credit counts for everybody who reports to the same manager that day, the seller included.

Only people whose plan counts team credits get them. Whoever reports to nobody is a team of one.
"""

from __future__ import annotations

import polars as pl

from engine.book import Book, Rules
from engine.deals.holders import People, managers_on
from engine.deals.rollup import enrolled_in, in_a_plan, plans_counting, several_managers

KEY = ["payee_id", "dated_on"]


def shared_with_team(direct: pl.DataFrame, book: Book, rules: Rules) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """The team credits of direct credits (rows with payee and day), without ids; and what is wrong with the lines."""
    plans = plans_counting("team", rules)
    enrolled = enrolled_in(plans, book)
    if not enrolled.height:
        return direct.clear(), []
    sellers, odd = _with_managers(direct.select(KEY).unique(), book)
    days = sellers.select("dated_on").unique()
    people = enrolled.select(payee_id="person_id").unique()
    colleagues, odder = _with_managers(people.join(days, how="cross"), book)
    named = pl.col("manager_id").is_not_null()
    others = sellers.filter(named).join(colleagues.filter(named), on=["manager_id", "dated_on"], suffix="_of")
    alone = sellers.filter(~named).with_columns(payee_id_of="payee_id")
    links = pl.concat([part.select(*KEY, to_payee_id="payee_id_of") for part in (others, alone)])
    paid = in_a_plan(links, enrolled, plans)
    team = (
        direct.drop("level")
        .join(paid, on=KEY)
        .with_columns(
            kind=pl.lit("team", dtype=direct.schema["kind"]),
            level=pl.lit(None, dtype=pl.Int64),
            from_payee_id=pl.col("payee_id"),
            payee_id=pl.col("to_payee_id"),
        )
        .select(direct.columns)
    )
    return team, [odd, odder]


def _with_managers(asked: pl.DataFrame, book: Book) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Payee and day with the manager of that day, null without one; and who has several, which is nobody's team."""
    found = managers_on(asked.rename({"payee_id": "person_id"}), People.of(book))
    managed = asked.join(found.select("dated_on", "manager_id", payee_id="person_id"), on=KEY, how="left")
    return managed, several_managers(found.filter(pl.col("rivals").is_not_null()))
