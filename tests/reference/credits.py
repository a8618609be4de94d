"""Who is credited with how much of a deal: shares by the first rule that fits, splits of the CRM, overlays on top."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from engine.documents.engagement.credit_share import CreditShare
from engine.documents.engagement.engagement import Engagement, Rule
from tests.reference.classify import Deal
from tests.reference.facts import Facts, Row
from tests.reference.holders import HeldDealError, holder_of
from tests.reference.holdovers import held_over
from tests.reference.lots import give_away
from tests.reference.matching import fits
from tests.reference.money import WHOLE, divided, rounded

Amounts = tuple[int, int, int]
"""Amount, ACV and units (one deal is one unit), in micro-units."""
Given = tuple[str, str | None, Fraction]
"""Role, person (none: the role stays open) and share."""


@dataclass(frozen=True)
class Credit:
    """A payee's share of a deal, or of a portion of it."""

    deal: Deal
    payee: str
    role: str
    kind: str
    portion: str
    share: Fraction
    amount: int
    acv: int
    units: int
    member: str | None = None
    """Of a roll-up: whose credit it is."""
    level: int | None = None
    house: tuple[str, ...] | None = None
    """Of a house account: what its deals still count for; None of all others."""
    qualified: bool = False
    """Whether it is for passing the qualifying stage, in place of being won."""

    @property
    def share_of_deal(self) -> Fraction:
        """Its part of the whole deal, which of a credit for a portion is told in millionths."""
        return self.share if self.portion == "all" else Fraction(self.units, WHOLE)

    @property
    def id(self) -> str:
        """Made of what tells credits apart; credits of one day count in the order of this text."""
        tail = [*([] if self.member is None else [self.member]), *(["qualified"] if self.qualified else [])]
        return ":".join([self.deal.id, self.kind, self.role, self.portion, self.payee, *tail])


def credits_of(deal: Deal, engagements: Sequence[Engagement], facts: Facts) -> list[Credit]:
    """The credits of one deal; none for a deal that is held."""
    in_force = [each for each in engagements if each.effective.covers(deal.day)]
    if len(in_force) != 1:
        return []
    give_away(deal, in_force[0], facts)
    rule = next((rule for rule in in_force[0].rules if fits(rule.when, deal, facts)), None)
    try:
        given = [] if rule is None else list(_by_rule(rule, deal, in_force[0], facts))
    except HeldDealError:
        return []
    house = _house_of(deal, in_force[0], facts)
    return [replace(each, house=house) for each in given]


def _house_of(deal: Deal, engagement: Engagement, facts: Facts) -> tuple[str, ...] | None:
    """What the deal counts for as that of a house account; None where it is none."""
    return next((house.counts_for for house in engagement.house_accounts if fits(house.when, deal, facts)), None)


def counted_of(credits_: Sequence[Credit]) -> list[Credit]:
    """The credits themselves, less those of house accounts that do not count for quotas."""
    return [each for each in credits_ if each.house is None or "quota" in each.house]


def _by_rule(rule: Rule, deal: Deal, engagement: Engagement, facts: Facts) -> Iterator[Credit]:
    """Direct shares of a portion are divided together, and so are the overlays of it to one role."""
    for role in {rule.owners.value, rule.owners.commercial, rule.owners.execution}:
        holder_of(role, deal, engagement, facts)
    worths = _portions(rule, deal)
    sets: dict[tuple[str, str, str], list[tuple[bool, Given]]] = {}
    for share in rule.credit:
        if fits(share.when, deal, facts):
            key = ("overlay", share.portion, share.to) if share.overlay else ("direct", share.portion, "")
            below = any(other.is_remainder and not other.split_by for other in rule.credit if _beside(other, share))
            people = _people(share, deal, engagement, facts, splits_may_leave=below)
            sets.setdefault(key, []).extend((share.is_remainder, given) for given in people)
    for (kind, portion, _), given in sets.items():
        if any(worths[portion]):
            yield from _divided(
                _rested(given), worths[portion], Credit(deal, "", "", kind, portion, Fraction(0), 0, 0, 0)
            )


def _beside(other: CreditShare, share: CreditShare) -> bool:
    """Whether two shares are direct shares of the same portion."""
    return not other.overlay and not share.overlay and other.portion == share.portion


def _rested(given: Sequence[tuple[bool, Given]]) -> list[Given]:
    """Shares, where what is left goes to those of the remainder: also what would be nobody's."""
    if not any(rests for rests, _ in given):
        return [one for _, one in given]
    left = 1 - sum(share for rests, (_, payee, share) in given if not rests and payee is not None)
    settled = [(role, payee, share * left if rests else share) for rests, (role, payee, share) in given]
    kept = zip(given, settled, strict=True)
    return [one for (rests, (_, payee, _)), one in kept if (rests or payee is not None) and one[2]]


def _portions(rule: Rule, deal: Deal) -> dict[str, Amounts]:
    """The whole deal; of a rule that splits it, the part up to the expiring ACV and the part above it, too."""
    whole = (deal.amount, deal.acv, WHOLE)
    if rule.split_at is None:
        return {"all": whole}
    if deal.expiring_acv is None:
        raise HeldDealError(deal.id)
    part = Fraction(min(deal.acv, max(deal.expiring_acv, 0)), deal.acv) if deal.acv else Fraction(1)
    renewed = (rounded(deal.amount * part), rounded(deal.acv * part), rounded(WHOLE * part))
    uplift = (whole[0] - renewed[0], whole[1] - renewed[1], whole[2] - renewed[2])
    return {"all": whole, "renewed": renewed, "uplift": uplift}


def _divided(given: Sequence[Given], worth: Amounts, empty: Credit) -> list[Credit]:
    """The parts of a portion by shares; those of one person in one role are one share, and one credit."""
    shares: dict[tuple[str, str | None], Fraction] = {}
    for role, payee, share in given:
        shares[role, payee] = shares.get((role, payee), Fraction(0)) + share
    parts = zip(*(divided(total, list(shares.values())) for total in worth), strict=True)
    return [
        replace(empty, role=role, payee=payee, share=share, amount=amount, acv=acv, units=units)
        for ((role, payee), share), (amount, acv, units) in zip(shares.items(), parts, strict=True)
        if payee is not None
    ]


def _people(
    share: CreditShare, deal: Deal, engagement: Engagement, facts: Facts, *, splits_may_leave: bool
) -> Iterator[Given]:
    """Who gets which part of a share: the people of the CRM's splits where it says so, else the holder of the role.

    Of a remainder it is the part of what is left.
    """
    part = Fraction(1) if share.is_remainder else share.part
    splits = facts.splits_of(deal.id) if share.split_by == "crm" else []
    known = [row for row in facts.stages_of(deal.id) if row["stage"] in share.by_stages]
    known = [row for row in known if row["entered_on"] <= deal.day]
    if known:
        yield from _by_stages(share, part, deal, known, facts)
        return
    if not splits:
        former = held_over(share.to, deal, engagement, facts)
        kept = Fraction(0) if former is None else former[1]
        if kept < 1:
            yield share.to, holder_of(share.to, deal, engagement, facts), part * (1 - kept)
        if former is not None:
            yield share.to, former[0], part * kept
        return
    persons = {person["user_id"]: person["person_id"] for person in facts.people}
    total = sum(Fraction(row["share_num"], row["share_den"]) for row in splits)
    if total > 1 or (total < 1 and not splits_may_leave):
        raise HeldDealError(deal.id)
    for row in sorted(splits, key=lambda row: row["split_id"]):
        if row["share_num"]:
            yield share.to, persons[row["user_id"]], part * Fraction(row["share_num"], row["share_den"])


def _by_stages(share: CreditShare, part: Fraction, deal: Deal, known: Sequence[Row], facts: Facts) -> Iterator[Given]:
    """Of each stage who owned the deal when it first entered it; else of the next one, and at last of its owner.

    People stand in the order of the first of their stages.
    """
    owner = facts.person(deal.row["owner_id"])
    owned: dict[str, str] = {}
    for stage in reversed(share.by_stages):
        entered = [row for row in known if row["stage"] == stage]
        if entered:
            owner = facts.person(min(entered, key=lambda row: row["entered_on"])["owner"])
        if owner is None:
            raise HeldDealError(deal.id)
        owned[stage] = owner
    for person in dict.fromkeys(owned[stage] for stage in share.by_stages):
        weight = sum((each for stage, each in share.by_stages.items() if owned[stage] == person), Fraction(0))
        yield share.to, person, part * weight


def rolled_up(credit: Credit, manager: str, level: int) -> Credit:
    """The same credit, for a manager so many levels above."""
    return replace(credit, payee=manager, kind="rollup", member=credit.payee, level=level)
