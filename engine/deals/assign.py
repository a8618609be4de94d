"""Assign: which rule of engagement decides a deal, who owns it, and who fills every role that is credited.

First match wins. A deal that no rule fits, or one of whose roles nobody or several people fill, is held with an issue.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book, Rules
from engine.deals.appoint import Appointed, appoint
from engine.deals.blanks import blanks
from engine.deals.held_over import FORMER, eligible, held_over
from engine.deals.holders import People, strangers_in_teams, teams_of
from engine.deals.house import house_blanks, house_of, told, with_house
from engine.deals.lots import Drums
from engine.deals.place import in_force_by
from engine.deals.pooled import pooled, without_capacity
from engine.deals.problems import issues_of, problems, unheld
from engine.deals.reasons import reason, roles_of
from engine.deals.stages import with_stages
from engine.documents.engagement.engagement import Engagement
from engine.documents.engagement.holdover import PARTS
from engine.matching import fits, with_lists
from engine.model import Issue, Severity
from engine.texts import text


@dataclass(frozen=True, slots=True)
class Assigned:
    """Owners of the deals that a rule decided, and who fills the roles it names. Held deals are in neither."""

    assignments: dy.DataFrame[f.Assignments]
    appointments: dy.DataFrame[f.Appointments]
    issues: tuple[Issue, ...]


def assign(classified: dy.DataFrame[f.Classified], book: Book, rules: Rules, drums: Drums | None = None) -> Assigned:
    """Decide every classified deal by the engagement in force on its day. `drums` take up what pools give away."""
    drums = drums or Drums(book.lots)
    deals = _ready(classified, book)
    single = pl.sum_horizontal(pl.lit(0), *map(in_force_by, rules.engagements)) == 1
    assignments: list[pl.DataFrame] = [f.Assignments.empty()]
    appointments: list[pl.DataFrame] = [f.Appointments.empty()]
    found = [_ungoverned(deals.filter(~single), rules.engagements)]
    for engagement in sorted(rules.engagements, key=lambda one: one.effective.from_on):
        governed = deals.filter(single & in_force_by(engagement))
        placed = with_house(_placed(governed, engagement), house_of(governed, [engagement]))
        teams, members = teams_of(book, engagement.team_roles), _pooled(engagement, placed, book, drums)
        people = replace(People.of(book), teams=teams, pooled=members)
        found.append(strangers_in_teams(book, placed, engagement.team_roles))
        found += [without_capacity(role, pool, book.role_holdings) for role, pool in engagement.pools.items()]
        appointed = appoint(placed, engagement, people)
        stuck = [_unruled(placed, engagement), *appointed.problems]
        free = unheld(placed, stuck)
        assignments.append(_owned(free, engagement, appointed, people))
        former = {
            role: held_over(role, engagement, placed, appointed.by_role[role], book, teams=teams)
            for role in engagement.holdovers.keys() & appointed.by_role.keys()
        }
        held, blank = eligible(former, placed, engagement)
        appointments += _kept(appointed, stuck, held)
        found += blank
        found.append(house_blanks(placed, engagement))
        found += [*stuck, blanks(placed, [(f"rule {rule.id}", rule.when) for rule in engagement.rules])]
    return Assigned(
        f.Assignments.validate(pl.concat(assignments).sort("deal_id")),
        f.Appointments.validate(pl.concat(appointments).sort("deal_id", "role", "turn")),
        issues_of(found),
    )


def _pooled(engagement: Engagement, deals: pl.DataFrame, book: Book, drums: Drums) -> dict[str, pl.DataFrame]:
    """By role with a pool: who has the account of each deal."""
    return {role: pooled(role, pool, deals, book, drums.of(f"pool {role}")) for role, pool in engagement.pools.items()}


def with_circumstances(classified: pl.DataFrame, book: Book) -> pl.DataFrame:
    """The deals with what rules also ask for: lists of the account, whether the CRM splits it, its stages so far."""
    split = pl.col("deal_id").is_in(book.splits["deal_id"].unique().implode())
    return with_stages(with_lists(classified, book.list_entries).with_columns(crm_splits=split), book)


def _ready(classified: dy.DataFrame[f.Classified], book: Book) -> pl.DataFrame:
    owners = book.accounts.select("account_id", account_owner_id="owner_id")
    return with_circumstances(classified, book).join(owners, on="account_id", how="left")


def _ungoverned(deals: pl.DataFrame, engagements: Sequence[Engagement]) -> pl.DataFrame:
    """Deals on whose day no rules of engagement, or several, are in force."""
    names = [pl.when(in_force_by(one)).then(pl.lit(one.rules_of_engagement)) for one in engagements]
    several = pl.concat_str(pl.lit(""), *names, separator=" and ", ignore_nulls=True).str.strip_prefix(" and ")
    return problems(
        deals,
        "no_single_engagement",
        Severity.HOLDS,
        pl.when(several == "")
        .then(text("is dated {}, when no rules of engagement are in force.", "dated_on"))
        .otherwise(text("is dated {}, when more than one are in force: {}.", "dated_on", several)),
        "Mend the effective windows, so that exactly one file covers the day.",
    )


def _placed(deals: pl.DataFrame, engagement: Engagement) -> pl.DataFrame:
    """The deals with the place of the first rule that fits, or the number of rules where none does."""
    first = pl.coalesce(
        *(pl.when(fits(rule.when)).then(pl.lit(place)) for place, rule in enumerate(engagement.rules)),
        pl.lit(len(engagement.rules)),
    )
    return deals.with_columns(place=first)


def _unruled(placed: pl.DataFrame, engagement: Engagement) -> pl.DataFrame:
    return problems(
        placed.filter(pl.col("place") == len(engagement.rules)),
        "no_rule_fits",
        Severity.HOLDS,
        f"fits no rule of {engagement.rules_of_engagement}; it waits for {engagement.otherwise.hold}.",
        "Add a rule for deals like it, or correct the deal.",
    )


def _owned(deals: pl.DataFrame, engagement: Engagement, appointed: Appointed, people: People) -> pl.DataFrame:
    """Assignments of the deals that a rule decided and whose roles are filled."""
    names = people.people.select("person_id", shown=pl.coalesce("name", "person_id"))
    rows: list[pl.DataFrame] = [f.Assignments.empty()]
    for place, rule in enumerate(engagement.rules):
        owned = deals.filter(pl.col("place") == place)
        for role in roles_of(rule.owners):
            owned = owned.join(_labelled(role, appointed.by_role[role], names), on="deal_id")
        rows.append(
            owned.select(
                "deal_id",
                rule=pl.lit(rule.id),
                value_owner_id=f"person:{rule.owners.value}",
                commercial_owner_id=f"person:{rule.owners.commercial}",
                execution_owner_id=f"person:{rule.owners.execution}",
                held=pl.lit(value=False),
                reason=pl.concat_str(reason(rule), told(engagement)),
                rules_of_engagement=pl.lit(engagement.rules_of_engagement),
            )
        )
    return pl.concat(rows)


def _labelled(role: str, filling: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Who fills a role, in columns that bear its name."""
    shown = pl.coalesce("shown", "person_id")
    return filling.join(names, on="person_id", how="left").select(
        "deal_id",
        pl.col("person_id").alias(f"person:{role}"),
        pl.coalesce(text("{} ({})", shown, "how"), "how").alias(f"found:{role}"),
    )


def _kept(
    appointed: Appointed, stuck: Sequence[pl.DataFrame], former: Mapping[str, pl.DataFrame]
) -> Iterator[pl.DataFrame]:
    """The appointments of deals that are not held, with those who are held over and what they leave."""
    for role, filling in appointed.by_role.items():
        kept = former.get(role, _NOBODY)
        left = filling.join(kept.select("deal_id", "parts"), on="deal_id", how="left")
        present = left.with_columns(parts=PARTS - pl.col("parts").fill_null(0), turn=0)
        both = pl.concat([present, kept.with_columns(turn=1).select(present.columns)])
        yield (
            unheld(both, stuck)
            .select("deal_id", "turn", "parts", "person_id", "how", role=pl.lit(role))
            .cast({"turn": pl.Int64})
            .select(f.Appointments.column_names())
        )


_NOBODY = pl.DataFrame(schema=FORMER)
