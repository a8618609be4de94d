"""How the plan test of a dispute credits the payee: as splits of the deal, or by rules that give the same credits.

A deal of which the payee has a direct share says so itself. Overlays, portions of a renewal and roll-ups follow from
rules of engagement: the deals that are credited alike are on one list, which one rule names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import polars as pl

from engine.money import amount_text
from jobs.settings import SettingsProblem

PAYEE, OTHERS = "payee", "others"
"""How the test calls the payee and everybody else: no id of the CRM is in it."""
ROLLED = {"rollup": "direct", "overlay_rollup": "overlay"}
"""Which credit of a member a roll-up repeats."""


class Credit(NamedTuple):
    """Who is credited with what, so that the payee is."""

    to: str
    kind: str
    portion: str
    share: Fraction


Credits = tuple[Credit, ...]


@dataclass(frozen=True, slots=True)
class Crediting:
    """The credits behind those of the payee, by deal."""

    by_deal: Mapping[str, Credits]

    def of_deal(self, deal_id: str, names: Mapping[str, str]) -> dict[str, str]:
        """What the deal itself says of who is credited."""
        credits_ = self.by_deal[deal_id]
        if not _is_plain(credits_):
            return {"payee": OTHERS, "account": _account(names[deal_id])}
        share = credits_[0].share
        if share == 1:
            return {"payee": PAYEE}
        return {"splits": f"{{{PAYEE}: {_percent(share)}, {OTHERS}: {_percent(1 - share)}}}"}

    def beside(self) -> list[str]:
        """Everybody in the test but the payee."""
        return sorted({OTHERS, *self._members()})

    def lines(self, names: Mapping[str, str]) -> Iterator[str]:
        """Rules, roles, lists and who reports to the payee; nothing where the deals say everything."""
        alike: dict[Credits, list[str]] = {}
        for deal_id, credits_ in self.by_deal.items():
            if not _is_plain(credits_):
                alike.setdefault(credits_, []).append(_account(names[deal_id]))
        if not alike:
            return
        roles = [PAYEE, *self.beside()]
        yield from ("rules_of_engagement:", "  rules:")
        for number, credits_ in enumerate(alike, start=1):
            yield from _rule(f"credits-{number}", credits_)
        yield "    - {id: own-deals, owner: deal_owner, credit: [{to: deal_owner, share: 100%, split_by: crm}]}"
        yield "  vacancies: {" + ", ".join(f"{_role(each)}: nobody" for each in roles) + "}"
        yield "roles: [" + ", ".join(f"{{payee: {each}, role: {_role(each)}}}" for each in roles) + "]"
        yield "lists:"
        for number, accounts in enumerate(alike.values(), start=1):
            yield f"  credits-{number}: [{', '.join(accounts)}]"
        if self._members():
            reporting = (f"{{payee: {each}, manager: {PAYEE}}}" for each in sorted(self._members()))
            yield f"reporting: [{', '.join(reporting)}]"

    def _members(self) -> set[str]:
        return {credit.to for credits_ in self.by_deal.values() for credit in credits_} - {PAYEE}


def crediting_of(credits_: pl.DataFrame) -> Crediting:
    """What is behind a payee's credits; SettingsProblem for those of a whole team, which no share of a deal gives."""
    if credits_.filter(kind="team").height:
        raise SettingsProblem("The payee is credited with what the whole team sells; write this test by hand.")
    found = credits_["from_payee_id"].drop_nulls().unique().sort()
    members = {payee: f"member-{number}" for number, payee in enumerate(found, start=1)}
    by_deal: dict[str, dict[tuple[str, str, str], Fraction]] = {}
    for row in credits_.sort("deal_id", "credit_id").iter_rows(named=True):
        to, kind = members.get(row["from_payee_id"], PAYEE), ROLLED.get(row["kind"], row["kind"])
        mine, key = by_deal.setdefault(row["deal_id"], {}), (to, kind, row["portion"])
        mine[key] = mine.get(key, Fraction()) + Fraction(row["share_num"], row["share_den"])
    return Crediting(
        {
            deal_id: tuple(Credit(*key, share) for key, share in sorted(mine.items()))
            for deal_id, mine in by_deal.items()
        }
    )


def _is_plain(credits_: Credits) -> bool:
    """Whether it is one share of the whole deal."""
    return len(credits_) == 1 and credits_[0][:3] == (PAYEE, "direct", "all")


def _rule(name: str, credits_: Credits) -> Iterator[str]:
    """The rule that credits the deals on its list; who is not told takes what is left of each portion."""
    portioned = any(credit.portion != "all" for credit in credits_)
    yield f"    - id: {name}"
    yield f"      when: {{account: {{listed_in: {name}}}}}"
    yield f"      owner: {_role(OTHERS)}"
    if portioned:
        yield "      split_at: expiring_acv"
    yield "      credit:"
    for credit in credits_:
        yield "        - " + _said(credit.to, _percent(credit.share), credit.portion, overlay=credit.kind == "overlay")
    for portion in ("renewed", "uplift") if portioned else ("all",):
        direct = (each.share for each in credits_ if each.portion == portion and each.kind == "direct")
        if sum(direct, Fraction()) < 1:
            yield "        - " + _said(OTHERS, "remainder", portion, overlay=False)


def _said(to: str, share: str, portion: str, *, overlay: bool) -> str:
    of = "" if portion == "all" else f", portion: {portion}"
    return f"{{to: {_role(to)}, share: {share}{of}{', overlay: true' if overlay else ''}}}"


def _role(payee: str) -> str:
    """The role that only this one holds."""
    return payee.upper().replace("-", "_")


def _account(deal: str) -> str:
    """The customer of a deal."""
    return f"of-{deal}"


def _percent(share: Fraction) -> str:
    micros = share * 100 * 1_000_000
    if (share * 1_000_000).denominator != 1 or share < 0:
        raise SettingsProblem(f"A share of {share} cannot be written as a percentage; write this test by hand.")
    return amount_text(int(micros), 6).rstrip("0").rstrip(".") + "%"
