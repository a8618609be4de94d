"""What a correct worker makes of the generated company, to the micro-unit and the cent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sandbox.world.company import Person
from sandbox.world.deals import LOST, OPEN_STAGES, WON, Deal
from sandbox.world.dirt import Dirt
from sandbox.world.money import MICROS_A_CENT
from sandbox.world.ownership import Credit, Verdict
from sandbox.world.payouts import Payout, clawed_back_on

Record = dict[str, Any]


def answer_key(
    deals: Sequence[Deal], verdicts: Iterable[Verdict], dirt: Iterable[Dirt], payouts: Iterable[Payout]
) -> Record:
    """The whole key: `totals`, `deals` by id, `held`, `dirt` and `payouts`."""
    verdicts = list(verdicts)
    return {
        "totals": _totals(deals),
        "deals": {verdict.deal.id: _deal(verdict) for verdict in verdicts if not verdict.held},
        "held": [
            {"deal": verdict.deal.id, "issue": verdict.held.issue, "because": verdict.held.because}
            for verdict in verdicts
            if verdict.held
        ],
        "dirt": [_dirt(piece) for piece in dirt],
        "payouts": [_payout(payout) for payout in payouts],
    }


def _totals(deals: Sequence[Deal]) -> Record:
    """Control totals over the records that are not deleted; an empty amount counts as nothing."""
    present = [deal for deal in deals if not deal.deleted]
    won = [deal for deal in present if deal.won]
    stages = Counter(deal.stage for deal in present)
    return {
        "opportunities": len(deals),
        "deleted": len(deals) - len(present),
        "won": stages[WON],
        "lost": stages[LOST],
        "open": sum(stages[stage] for stage in OPEN_STAGES),
        "count_by_stage": dict(sorted(stages.items())),
        "amount_micros_by_stage": {
            stage: _by_currency(deal for deal in present if deal.stage == stage) for stage in sorted(stages)
        },
        "won_amount_micros_by_currency": _by_currency(won),
        "won_count_by_currency": dict(sorted(Counter(deal.currency for deal in won).items())),
    }


def _by_currency(deals: Iterable[Deal]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for deal in deals:
        sums[deal.currency] += (deal.amount_cents or 0) * MICROS_A_CENT
    return dict(sorted(sums.items()))


def _deal(verdict: Verdict) -> Record:
    deal, uplift = verdict.deal, verdict.uplift
    value, commercial, execution = verdict.owners or (None, None, None)
    clawed = clawed_back_on(deal)
    return {
        "motion": deal.motion,
        "rule": verdict.rule,
        "value_owner": _email(value),
        "commercial_owner": _email(commercial),
        "execution_owner": _email(execution),
        "currency": deal.currency,
        "acv_micros": deal.acv_micros,
        "expiring_acv_micros": verdict.expiring_micros,
        "uplift": f"{uplift.numerator}/{uplift.denominator}" if uplift is not None else None,
        "months_since_signing": verdict.months_since_signing,
        "clawed_back_on": str(clawed) if clawed else None,
        "credits": [_credit(credit) for credit in verdict.credits],
        "rollups": [_credit(credit) for credit in verdict.rollups],
    }


def _email(person: Person | None) -> str | None:
    return person.email if person else None


def _credit(credit: Credit) -> Record:
    return {
        "payee": credit.payee.email,
        "role": credit.role,
        "kind": credit.kind,
        "portion": credit.portion,
        "acv_micros": credit.acv_micros,
    }


def _dirt(piece: Dirt) -> Record:
    return {
        "kind": piece.kind,
        "object": piece.object,
        "record": piece.record,
        "effect": piece.effect,
        "issue": piece.issue,
        "because": piece.because,
        "other": piece.other,
    }


def _payout(payout: Payout) -> Record:
    return {
        "payee": payout.payee.email,
        "plan": payout.plan,
        "component": payout.component,
        "month": f"{payout.month:%Y-%m}",
        "earned_cents": payout.earned_cents,
        "clawed_back_cents": payout.clawed_back_cents,
        "total_cents": payout.earned_cents + payout.clawed_back_cents,
    }
