"""Roll-ups: a team member's direct credit is also a credit of everybody above, along the reporting lines of that day.

Only managers whose plan uses roll-ups get them, so that a book is not multiplied by the depth of the company.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from engine.book import Book, Rules
from engine.deals.holders import People, managers_on
from engine.deals.problems import problems
from engine.documents.measures.measure import Measure
from engine.documents.plans.plan import Plan
from engine.matching import in_force
from engine.model import Severity
from engine.texts import text

LONGEST_CHAIN = 20
"""More levels than any company has: a longer chain is a circle."""


def rolled_up(direct: pl.DataFrame, kind: str, book: Book, rules: Rules) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Roll-ups of one `kind` of direct (or overlay) credits, and what is wrong with the reporting lines."""
    plans = plans_counting(kind, rules)
    enrolled = enrolled_in(plans, book)
    if not enrolled.height:
        return direct.clear(), []
    team = direct.select("payee_id", "dated_on").unique()
    chains, found = chains_above(team, People.of(book))
    paid = in_a_plan(chains, enrolled, plans)
    up = (
        direct.drop("level")
        .join(paid, on=["payee_id", "dated_on"])
        .with_columns(
            kind=pl.lit(kind, dtype=direct.schema["kind"]),
            from_payee_id=pl.col("payee_id"),
            payee_id=pl.col("to_payee_id"),
        )
    )
    return up.select(direct.columns), found


def plans_counting(kind: str, rules: Rules) -> list[Plan]:
    """The plans with a measure that counts credits of a kind."""
    return [plan for plan in rules.plans if any(_counts(kind, measure) for measure in plan.measures.values())]


def _counts(kind: str, measure: Measure) -> bool:
    return measure.of_credits and kind in measure.credits


def enrolled_in(plans: list[Plan], book: Book) -> pl.DataFrame:
    """The enrolments in these plans; `left` are those that were the payee's last in any plan."""
    last = pl.col("until_on").fill_null(date.max).max().over("person_id")
    enrolled = book.enrolments.with_columns(left=pl.col("until_on") == last)
    return enrolled.filter(pl.col("plan").is_in([plan.plan for plan in plans]))


def in_a_plan(links: pl.DataFrame, enrolled: pl.DataFrame, plans: list[Plan]) -> pl.DataFrame:
    """The links (payee, day, `to_payee_id` and more) to people who are that day in one of the plans.

    Who has left is in it for as many days more as the plan says.
    """
    windows = pl.DataFrame(
        [(plan.plan, plan.effective.from_on, plan.effective.until_on, plan.days_after_leaving) for plan in plans],
        schema={"plan": pl.String, "plan_from": pl.Date, "plan_until": pl.Date, "more": pl.Int64},
        orient="row",
    )
    day = pl.col("dated_on")
    begun = day >= pl.col("plan_from")
    longer = pl.when("left").then(pl.col("until_on") + pl.duration(days="more")).otherwise("until_on")
    return (
        links.join(enrolled, left_on="to_payee_id", right_on="person_id")
        .join(windows, on="plan")
        .with_columns(until_on=longer)
        .filter(in_force(day))
        .filter(begun & (pl.col("plan_until").is_null() | (day < pl.col("plan_until"))))
        .select(links.columns)
        .unique()
    )


def chains_above(team: pl.DataFrame, people: People) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Everybody above each payee on each day, once, at the nearest level, and never the payee; and what is wrong."""
    at = team.with_columns(person_id=pl.col("payee_id"))
    levels, found = [pl.DataFrame(schema={**team.schema, "manager_id": pl.String, "level": pl.Int64})], []
    for level in range(1, LONGEST_CHAIN + 1):
        above = managers_on(at.select("person_id", "dated_on").unique(), people)
        found.append(several_managers(above.filter(pl.col("rivals").is_not_null())))
        links = at.join(above.filter(pl.col("manager_id").is_not_null()), on=["person_id", "dated_on"])
        here = pl.lit(level, dtype=pl.Int64).alias("level")
        levels.append(links.select("payee_id", "dated_on", "manager_id", here))
        at = links.select("payee_id", "dated_on", person_id="manager_id")
        if not at.height:
            break
    found.append(_circles(at))
    whole = pl.concat(levels)
    return (_once(whole) if at.height else whole).rename({"manager_id": "to_payee_id"}), found


def _once(chains: pl.DataFrame) -> pl.DataFrame:
    """What circles repeat, at the nearest level, and nobody above themselves."""
    nearest = chains.group_by("payee_id", "dated_on", "manager_id").agg(pl.col("level").min())
    return nearest.filter(pl.col("manager_id") != pl.col("payee_id"))


def several_managers(rows: pl.DataFrame) -> pl.DataFrame:
    """The people of whom several managers are stated, as problems."""
    first = rows.group_by("person_id", "rivals").agg(pl.col("dated_on").min())
    return problems(
        first,
        "several_managers",
        Severity.HOLDS,
        text("reports to {} on {}; no roll-ups or team credits go on from there.", "rivals", "dated_on"),
        "End all but one of the reporting lines before that day.",
        subject=text("payee {}", "person_id"),
    )


def _circles(rows: pl.DataFrame) -> pl.DataFrame:
    first = rows.group_by("person_id").agg(pl.col("dated_on").min())
    return problems(
        first,
        "reporting_circle",
        Severity.WARNS,
        text("reports in a circle on {}; everybody in it gets each roll-up once.", "dated_on"),
        "Correct the reporting lines, or the manager in the CRM.",
        subject=text("payee {}", "person_id"),
    )
