"""Who fills a role on a day: its holder at the most specific scope, or whoever steps in where it is vacant.

Two people at the most specific scope are an ambiguity, never a choice. Everything here is found for all deals at once,
by joins over the distinct places and days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.book import Book
from engine.deals.problems import problems
from engine.documents.engagement.holder import MANAGER_OF, RECORD_OWNERS
from engine.matching import in_force
from engine.model import Severity
from engine.texts import text

_SCOPES = {"account": "account_id", "territory": "territory", "segment": "segment", "owned": None, "company": None}
"""Scopes of a holding from the most to the least specific, and the deal's column that must equal its value."""

_OWNER_COLUMNS = {"deal_owner": "owner_id", "account_owner": "account_owner_id", "signing_owner": "signing_owner_id"}
OWNERS_HOW = {
    "deal_owner": "owner of the deal",
    "account_owner": "owner of the account",
    "signing_owner": "owner of the deal that signed the customer",
}
"""What those are called who hold no role of the company, but own something in the CRM."""
_TEAM = {"deal_id": pl.String, "role": pl.String, "person_id": pl.String}
_FOUND = {"deal_id": pl.String, "person_id": pl.String, "rivals": pl.String, "how": pl.String}


@dataclass(frozen=True, slots=True)
class People:
    """The dated facts about people that roles are filled from."""

    holdings: dy.DataFrame[f.RoleHoldings]
    reporting: dy.DataFrame[f.ReportingLines]
    people: dy.DataFrame[f.People]
    teams: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_TEAM))
    """Who holds a role for one deal, as the CRM's deal teams say."""
    pooled: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    """By role with a pool: which member has the account of each deal."""

    @classmethod
    def of(cls, book: Book) -> People:
        """The people of a book."""
        return cls(book.role_holdings, book.reporting_lines, book.people)


def filled(role: str, chain: Sequence[str], deals: pl.DataFrame, people: People) -> pl.DataFrame:
    """By deal: who fills the role (`person_id`), or which several do (`rivals`), and `how` that was found.

    `chain` lists who steps in, in order. Deals for which nobody was found are left out.
    """
    parts, vacant = [pl.DataFrame(schema=_FOUND)], deals
    for place, step in enumerate((role, *chain)):
        found = _at(step, vacant, people)
        if place:
            found = found.with_columns(how=text("no {}, so {}", pl.lit(role), "how"))
        parts.append(found)
        vacant = vacant.join(found, on="deal_id", how="anti")
    return pl.concat(parts)


def managers_on(asked: pl.DataFrame, people: People) -> pl.DataFrame:
    """By person and day: `manager_id`, or `rivals` where several are stated; without a manager no row."""
    return (
        asked.join(people.reporting, on="person_id")
        .filter(in_force(pl.col("dated_on")))
        .group_by("person_id", "dated_on")
        .agg(*_one_of("manager_id"))
    )


def teams_of(book: Book, roles: Mapping[str, str]) -> pl.DataFrame:
    """The members of deal teams in our roles, by the CRM's names of them; unknown users are left out."""
    named = book.team_members.filter(pl.col("role").is_in(list(roles))) if roles else book.team_members.clear()
    known = named.join(persons_of_users(book.people), on="user_id")
    return known.with_columns(pl.col("role").replace_strict(roles or {"": ""}, return_dtype=pl.String)).select(*_TEAM)


def strangers_in_teams(book: Book, deals: pl.DataFrame, roles: Mapping[str, str]) -> pl.DataFrame:
    """Problems of deals whose team has somebody in one of the roles who is not among the people."""
    named = book.team_members.filter(pl.col("role").is_in(list(roles))).join(
        deals.select("deal_id"), on="deal_id", how="semi"
    )
    return problems(
        named.join(persons_of_users(book.people), on="user_id", how="anti"),
        "unknown_team_user",
        Severity.WARNS,
        text("has user {} as {} on its team, who is not among the people.", "user_id", "role"),
        "Let the worker's user see that person, or correct the team.",
    )


def persons_of_users(people: dy.DataFrame[f.People]) -> pl.DataFrame:
    """The person behind each CRM user; a user id that two people carry stands for neither."""
    return people.select("user_id", "person_id").unique("user_id", keep="none")


def _at(step: str, deals: pl.DataFrame, people: People) -> pl.DataFrame:
    """Who one step of a chain names."""
    if step in RECORD_OWNERS:
        return _record_owner(step, deals, people)
    if step.startswith(MANAGER_OF):
        return _manager(_at(step.removeprefix(MANAGER_OF), deals, people), deals, people)
    parts, vacant = [pl.DataFrame(schema=_FOUND)], deals
    team = people.teams.filter(pl.col("role") == step)
    if team.height:
        found = (
            team.join(vacant.select("deal_id"), on="deal_id", how="semi").group_by("deal_id").agg(*_one_of("person_id"))
        )
        parts.append(found.with_columns(how=pl.lit(f"{step} of the deal's team")).select(_FOUND.keys()))
        vacant = vacant.join(found, on="deal_id", how="anti")
    for scope in _SCOPES:
        if scope != "account" and step in people.pooled:
            return pl.concat([*parts, people.pooled[step].join(vacant.select("deal_id"), on="deal_id", how="semi")])
        held = people.holdings.filter((pl.col("role") == step) & (pl.col("scope") == scope))
        if held.height:
            found = _owner(held, step, vacant, people) if scope == "owned" else _holder(held, scope, step, vacant)
            parts.append(found.select(_FOUND.keys()))
            vacant = vacant.join(found, on="deal_id", how="anti")
    return pl.concat(parts)


def _holder(held: pl.DataFrame, scope: str, role: str, deals: pl.DataFrame) -> pl.DataFrame:
    """Holders at one scope, looked up once for each place and day; the whole company is one place."""
    column = _SCOPES[scope]
    placed = deals.select("deal_id", "dated_on", value=pl.col(column) if column else pl.lit(""))
    on_day = (
        placed.select("value", "dated_on")
        .unique()
        .join(held.with_columns(pl.col("value").fill_null("")), on="value")
        .filter(in_force(pl.col("dated_on")))
        .group_by("value", "dated_on")
        .agg(*_one_of("person_id"))
    )
    return placed.join(on_day, on=["value", "dated_on"]).with_columns(how=_named_holding(role, scope))


def _owner(held: pl.DataFrame, role: str, deals: pl.DataFrame, people: People) -> pl.DataFrame:
    """The owner of the deal, else of the account, where that is a holder of the role on the day."""
    owners = [_record_owner(step, deals, people) for step in ("deal_owner", "account_owner")]
    dated = pl.concat(owners).join(deals.select("deal_id", "dated_on"), on="deal_id", maintain_order="left")
    found = dated.join(held, on="person_id", maintain_order="left")
    mine = found.filter(in_force(pl.col("dated_on"))).unique("deal_id", keep="first", maintain_order=True)
    return mine.with_columns(how=text("{} and {}", pl.lit(role), "how"))


def _named_holding(role: str, scope: str) -> pl.Expr:
    if scope in ("company", "account"):
        return pl.lit(f"{role} of the {scope}")
    return text("{} of {} {}", pl.lit(role), pl.lit(scope), "value")


def _record_owner(step: str, deals: pl.DataFrame, people: People) -> pl.DataFrame:
    owned = deals.select("deal_id", user_id=_OWNER_COLUMNS[step]).join(persons_of_users(people.people), on="user_id")
    return owned.select(
        "deal_id",
        "person_id",
        rivals=pl.lit(None, dtype=pl.String),
        how=pl.lit(OWNERS_HOW[step]),
    )


def _manager(found: pl.DataFrame, deals: pl.DataFrame, people: People) -> pl.DataFrame:
    """The managers of those that were found; an ambiguity below stays one."""
    single = found.filter(pl.col("rivals").is_null()).join(deals.select("deal_id", "dated_on"), on="deal_id")
    above = managers_on(single.select("person_id", "dated_on").unique(), people)
    managed = single.drop("rivals").join(above, on=["person_id", "dated_on"])
    return pl.concat(
        [
            found.filter(pl.col("rivals").is_not_null()),
            managed.select("deal_id", "rivals", person_id="manager_id", how=text("manager of the {}", "how")).select(
                _FOUND.keys()
            ),
        ]
    )


def _one_of(column: str) -> tuple[pl.Expr, pl.Expr]:
    """The only one of a group, or the names of the rivals."""
    several = pl.col(column).n_unique() > 1
    only = pl.when(~several).then(pl.col(column).first()).alias(column)
    return only, pl.when(several).then(pl.col(column).unique().sort().str.join(" and ")).alias("rivals")
