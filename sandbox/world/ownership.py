"""Answer key: who owns each won deal, which rule says so and who is credited how much.

The demo company's rules of engagement, told once more in plain Python from the generator's own knowledge of seats and
territories. It reads no configuration and imports nothing of the engine, so that the two can disagree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from sandbox.world.company import Person, manager_of
from sandbox.world.customers import Account
from sandbox.world.dates import whole_months
from sandbox.world.deals import OUTBOUND, Deal
from sandbox.world.money import MICROS, MICROS_A_CENT, WHOLE, divide
from sandbox.world.rates import Rates

EARLY_MONTHS = 6
BIG_MICROS = 50_000 * MICROS
LARGE_UPLIFT = Fraction(20, 100)
HALF = WHOLE // 2
NOBODY = "nobody_holds_role"
VACANCIES: dict[str, tuple[str, ...]] = {
    "AE": ("deal_owner",),
    "CSM": ("AM", "AE", "manager_of_deal_owner"),
    "AM": ("AE", "manager_of_deal_owner"),
    "SDR": (),
}


class VacantError(Exception):
    """Nobody fills a role of the deal; the text says which."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a deal is kept out of pay: the code of the issue, and a sentence."""

    issue: str
    because: str


@dataclass(frozen=True, slots=True)
class Share:
    """One line of a rule's credit table. Direct shares of a portion add up to `WHOLE`."""

    role: str
    share: int = WHOLE
    portion: str = "all"
    overlay: bool = False
    crm_splits: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """Roles of the value, commercial and execution owner, and the credit table."""

    id: str
    owners: tuple[str, str, str]
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Credit:
    """A payee's part of a deal in the deal's currency."""

    deal: Deal
    payee: Person
    role: str
    kind: str
    portion: str
    acv_micros: int


@dataclass(slots=True)
class Verdict:
    """What becomes of one won deal."""

    deal: Deal
    rule: str | None = None
    owners: tuple[Person, Person, Person] | None = None
    months_since_signing: int | None = None
    expiring_micros: int | None = None
    credits: list[Credit] = field(default_factory=list)
    rollups: list[Credit] = field(default_factory=list)
    held: Hold | None = None

    @property
    def uplift(self) -> Fraction | None:
        """Renewal value over the expiring value, less one."""
        if self.expiring_micros is None:
            return None
        return Fraction(self.deal.acv_micros, self.expiring_micros) - 1


AE_SPLIT = Share("AE", crm_splits=True)
SDR_SOURCED = Share("SDR", overlay=True)
NAMED = Rule("named-account", ("AM", "AM", "AM"), (Share("AM"),))
NAMED_RENEWAL = Rule("named-account", ("AM", "AM", "AM"), (Share("AM"), Share("CSM", HALF, overlay=True)))
NEW_BUSINESS = Rule("new-business", ("AE", "AE", "AE"), (AE_SPLIT,))
NEW_BUSINESS_SOURCED = Rule("new-business", ("AE", "AE", "AE"), (AE_SPLIT, SDR_SOURCED))
EARLY_EXPANSION = Rule("early-expansion", ("AE", "AE", "AE"), (Share("AE"),))
BIG_EXPANSION = Rule("big-expansion", ("CSM", "AM", "AM"), (Share("AM", 6000), Share("CSM", 4000)))
EXPANSION = Rule("expansion", ("CSM", "CSM", "CSM"), (Share("CSM"),))
LARGE_UPLIFT_RENEWAL = Rule(
    "renewal-with-large-uplift",
    ("CSM", "AM", "AM"),
    (Share("CSM", portion="renewed"), Share("AM", 7000, portion="uplift"), Share("CSM", 3000, portion="uplift")),
)
RENEWAL = Rule("renewal", ("CSM", "CSM", "CSM"), (Share("CSM"),))
SHRINKAGE = Rule("shrinkage", ("CSM", "CSM", "CSM"), (Share("CSM"),))


def judge(deal: Deal, rates: Rates, held: Hold | None) -> Verdict:
    """Owners and credits of a won deal, or why it is held (`held` when its own data is at fault)."""
    verdict = Verdict(deal, held=held)
    if held or deal.account is None:
        return verdict
    verdict.months_since_signing = whole_months(deal.signed or deal.closes, deal.closes)
    if deal.expiring_cents is not None:
        verdict.expiring_micros = deal.expiring_cents * MICROS_A_CENT
    rule = _rule(verdict, deal.account, rates)
    if rule is None:
        verdict.held = Hold("no_rule_fits", "no rule of engagement fits: revops-review")
        return verdict
    try:
        owners = [_person(role, deal, deal.account) for role in rule.owners]
        verdict.credits = _credits(rule, verdict, deal.account)
    except VacantError as why:
        verdict.held = Hold(NOBODY, str(why))
        return verdict
    verdict.rule, verdict.owners = rule.id, (owners[0], owners[1], owners[2])
    verdict.rollups = [up for credit in verdict.credits if credit.kind == "direct" for up in _rollups(credit)]
    return verdict


def _rule(verdict: Verdict, account: Account, rates: Rates) -> Rule | None:
    """The first rule that fits."""
    deal, motion = verdict.deal, verdict.deal.motion
    if account.named:
        return NAMED_RENEWAL if motion == "renewal" else NAMED
    if motion == "new_business":
        return NEW_BUSINESS_SOURCED if deal.source == OUTBOUND else NEW_BUSINESS
    if motion in {"upsell", "cross_sell"}:
        return _expansion_rule(verdict, account, rates)
    if motion == "renewal":
        return LARGE_UPLIFT_RENEWAL if (verdict.uplift or 0) > LARGE_UPLIFT else RENEWAL
    return SHRINKAGE if motion in {"downgrade", "churn"} else None


def _expansion_rule(verdict: Verdict, account: Account, rates: Rates) -> Rule:
    """Early ones are the AE's, big ones (in the company's currency) shared, the others the CSM's."""
    deal = verdict.deal
    if (verdict.months_since_signing or 0) < EARLY_MONTHS:
        return EARLY_EXPANSION
    value = rates.corporate(deal.acv_micros, deal.currency, deal.closes)
    return BIG_EXPANSION if value >= BIG_MICROS and account.segment != "SMB" else EXPANSION


def _holder(role: str, deal: Deal, account: Account) -> Person | None:
    """Who held the role for this deal on its day."""
    if role in {"CSM", "AM"}:
        return account.carer(role, deal.closes)
    if account.patch is None:
        return None
    seat = account.patch.ae if role == "AE" else account.patch.sdr
    return seat.holder(deal.closes)


def _anybody(role: str, deal: Deal, account: Account) -> Person | None:
    """The holder, or who steps in for an empty role."""
    person = _holder(role, deal, account)
    for step in VACANCIES[role]:
        if person is not None:
            break
        if step == "deal_owner":
            person = deal.owner
        elif step == "manager_of_deal_owner":
            person = manager_of(deal.owner, deal.closes) if deal.owner else None
        else:
            person = _holder(step, deal, account)
    return person


def _person(role: str, deal: Deal, account: Account) -> Person:
    person = _anybody(role, deal, account)
    if person is None:
        raise VacantError(f"nobody holds role {role} on {deal.closes}, and nobody steps in")
    return person


def _credits(rule: Rule, verdict: Verdict, account: Account) -> list[Credit]:
    """All shares of a rule, portion by portion."""
    deal = verdict.deal
    portions = {"all": deal.acv_micros}
    if rule is LARGE_UPLIFT_RENEWAL and verdict.expiring_micros is not None:
        portions = {"renewed": verdict.expiring_micros, "uplift": deal.acv_micros - verdict.expiring_micros}
    out: list[Credit] = []
    for portion, micros in portions.items():
        direct = [share for share in rule.shares if share.portion == portion and not share.overlay]
        parts = divide(micros, [share.share for share in direct])
        for share, part in zip(direct, parts, strict=True):
            out += _direct(share, part, deal, account)
    return [*out, *_overlays(rule.shares, deal, account)]


def _direct(share: Share, micros: int, deal: Deal, account: Account) -> list[Credit]:
    """One credit, or one a seller where the CRM splits the deal."""
    people: Sequence[tuple[Person, int]] = [(_person(share.role, deal, account), WHOLE)]
    if share.crm_splits and deal.splits:
        people = deal.splits
    parts = divide(micros, [part for _, part in people])
    return [
        Credit(deal, person, share.role, "direct", share.portion, part)
        for (person, _), part in zip(people, parts, strict=True)
    ]


def _overlays(shares: Sequence[Share], deal: Deal, account: Account) -> list[Credit]:
    """Credits on top of the hundred percent. Nobody steps in for an SDR."""
    out = []
    for share in (share for share in shares if share.overlay):
        person = _anybody(share.role, deal, account) if share.role == "SDR" else _person(share.role, deal, account)
        if person is not None:
            out.append(Credit(deal, person, share.role, "overlay", "all", deal.acv_micros * share.share // WHOLE))
    return out


def _rollups(credit: Credit) -> list[Credit]:
    """The same credit for everybody above the payee that day."""
    out = []
    person = manager_of(credit.payee, credit.deal.closes)
    while person is not None:
        out.append(Credit(credit.deal, person, credit.role, "rollup", credit.portion, credit.acv_micros))
        person = manager_of(person, credit.deal.closes)
    return out
