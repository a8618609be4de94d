"""What a company's worker knows and says, in words that do not depend on the CRM: the document's ids, no others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from connectors.mapping import CrmMapping, read_mapping
from jobs.answers import explain_deal
from store import canonical, results, runs, writeback
from store.canonical import FrameName
from tests.jobs.conftest import Company, all_seen

OWN: dict[FrameName, tuple[str, ...]] = {
    "people": ("title", "manager_id", "currency"),
    "accounts": ("industry",),
    "contracts": (),
    "deals": ("type",),
    "deal_lines": ("line_id",),
    "splits": ("split_id",),
    "team_members": ("member_id",),
    "role_holdings": (),
    "quotas": (),
    "deal_stages": (),
}
"""Columns that are the CRM's own: ids that it alone gives, values that it spells in its way or does not have."""

WORDS = re.compile(r"[0-9A-Za-z]+")
RATE = re.compile(r"(?<=[A-Z]{3} )[^()=]+(?= = [0-9.,-]+ [A-Z]{3}\))")
"""`x 0.0067` in `(487,951 JPY x 0.0067 = 3,269.27 USD)`."""


@cache
def _mapping(file: Path) -> CrmMapping:
    found = read_mapping(file.read_text(encoding="utf-8"), str(file)).rows
    assert found is not None
    return found


def mapping_of(company: Company) -> CrmMapping:
    """What the CRM calls our fields; no test changes it."""
    return _mapping(company.folder / f"mapping/{company.sandbox.crm}.yaml")


def in_our_words(company: Company, text: str) -> str:
    """The text with the ids of the document in the place of the CRM's, and its types as HubSpot would name them."""
    ids = {theirs: ours for ours, theirs in company.sandbox.ids(company.org).items()}
    for kind in {deal["Type"] for deal in company.world.document["opportunities"]}:
        text = text.replace(f"'{kind}'", f"'{''.join(WORDS.findall(kind.lower()))}'")
    return WORDS.sub(lambda word: ids.get(word[0], word[0]), text)


def rows(company: Company, name: FrameName) -> list[tuple[Any, ...]]:
    """A frame's rows, sorted, without the CRM's own columns."""
    with company.store().read() as conn:
        frame = canonical.whole(conn, name).drop(OWN[name])
        live = canonical.whole(conn, "deals")["deal_id"]
    if name == "people":  # an org has an integration user, who is nobody of the company
        frame = frame.filter(pl.col("email").is_in([user["Email"] for user in company.world.document["users"]]))
    if name in {"deal_lines", "deal_stages"}:  # those of a deleted deal stay, and count for nothing
        frame = frame.filter(pl.col("deal_id").is_in(live.to_list()))
    texts = [column for column, kind in frame.schema.items() if kind == pl.String]
    ids = {theirs: ours for ours, theirs in company.sandbox.ids(company.org).items()}
    named = frame.with_columns(pl.col(texts).replace(ids)) if ids else frame
    return sorted(named.iter_rows(), key=repr)


def owners(company: Company) -> dict[str, tuple[Any, ...]]:
    """Owners, rule and whether it is held, by deal."""
    with company.store().read() as conn:
        found = results.assignments_of(conn, None)
    columns = ("value_owner_id", "commercial_owner_id", "execution_owner_id", "rule", "held")
    return {
        in_our_words(company, row["deal_id"]): tuple(
            in_our_words(company, row[name]) if isinstance(row[name], str) and name != "rule" else row[name]
            for name in columns
        )
        for row in found.iter_rows(named=True)
    }


def deals(company: Company) -> list[str]:
    """Every won deal's id in the CRM, in the order of the document's ids."""
    with company.store().read() as conn:
        found: Sequence[str] = results.classified_of(conn, None)["deal_id"].to_list()
    return sorted(found, key=lambda deal: in_our_words(company, deal))


def explained(company: Company) -> list[dict[str, Any]]:
    """Who earns what on each deal and why, as `explain` answers."""
    configuration, won = company.configuration(), deals(company)
    with company.store().read() as conn:
        answers = [explain_deal(conn, deal, configuration, all_seen(configuration)) for deal in won]
    return [_in_parts(company, answer) for answer in answers]


def _in_parts(company: Company, answer: dict[str, Any]) -> dict[str, Any]:
    """Rates stand in sentences the way round in which the CRM keeps them; what they come to does not depend on it."""
    lines = [{name: said for name, said in line.items() if name != "key"} for line in answer["lines"]]  # made of ids
    said = {"why": answer["why"], "credits": answer["credits"], "lines": lines}
    parts = {part: sorted(in_our_words(company, str(each)) for each in told) for part, told in said.items()}
    return {part: [RATE.sub("", each) for each in texts] for part, texts in parts.items()}


def issues(company: Company) -> set[tuple[str, str]]:
    """Code and subject of every open issue of a record."""
    with company.store().read() as conn:
        found = [each.issue for each in runs.open_issues(conn)]
    of_records = [each for each in found if each.code not in {"optional_field_missing", "run_failed"}]
    return {(each.code, in_our_words(company, each.subject)) for each in of_records}


def written(company: Company) -> dict[str, dict[str, Any]]:
    """What the CRM was made to say of each deal, by outcome."""
    mapping = mapping_of(company)
    outcomes = {field: outcome for outcome, field in mapping.write.items() if outcome != "as_of"}
    with company.store().read() as conn:
        confirmed = writeback.confirmed(conn, mapping.deal_object)
    return {
        in_our_words(company, deal): {
            outcomes[name]: in_our_words(company, str(value)) for name, value in fields.items() if name in outcomes
        }
        for deal, fields in confirmed.items()
    }
