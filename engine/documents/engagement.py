"""Rules of engagement: who owns a deal and who is credited for it (DESIGN 4, `config/engagement/*.yaml`)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.documents.conditions import When
from engine.documents.values import Document, Percent, Window


class Owners(Document):
    """The three responsibilities; each names a role (or `deal_owner`, `account_owner`)."""

    value: str
    commercial: str
    execution: str


class CreditShare(Document):
    """Who gets which share of the deal or of one portion of it.

    `to` is a role, `deal_owner` or `account_owner`. Direct shares of a portion add up to 100 %; overlay shares
    come on top.
    `split_by: crm` divides this share as the CRM's splits say, where the deal has any.
    """

    to: str
    share: Percent
    overlay: bool = False
    portion: Literal["all", "renewed", "uplift"] = "all"
    split_by: Literal["crm"] | None = None
    when: When = When()


class Rule(Document):
    """One rule: the first whose `when` fits decides."""

    id: str
    because: str = ""
    when: When = When()
    owners: Owners
    """In YAML also `owner: ROLE`, which names one role for all three."""
    split_at: Literal["expiring_acv"] | None = None
    credit: tuple[CreditShare, ...]


class Otherwise(Document):
    """What becomes of a deal that no rule fits: it is held for a person."""

    hold: str


class Engagement(Document):
    """One file of rules of engagement, in force for deals dated in its window."""

    rules_of_engagement: str
    title: str = ""
    effective: Window
    rules: tuple[Rule, ...] = Field(min_length=1)
    otherwise: Otherwise
    vacancies: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Role -> who steps in, in order (a role, deal_owner, account_owner, manager_of_ROLE); `nobody` reads as empty."""
    version: str = ""
    """Content hash of the file's text, set by the reader."""
