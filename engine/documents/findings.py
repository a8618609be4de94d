"""What `plan lint` may find, by id, and how a finding is accepted in the document that it is about."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, StrictStr

from engine.documents.problems import nearest, wrong


class Kind(NamedTuple):
    """One kind of finding. A `warning` fails the command until it is mended or accepted, a `note` does not."""

    severity: Literal["warning", "note"]
    means: str
    mend: str


KINDS: dict[str, Kind] = {
    "more-pays-less": Kind(
        "warning",
        "A payee who sells more is paid less: a tier that falls, a gate that closes, a factor that sinks.",
        "Let the curve rise (tiers: marginal), or agree on the fall in writing.",
    ),
    "discount-pays-more": Kind(
        "warning",
        "The same deal at a deeper discount pays more.",
        "Turn the test around, or pay on margin.",
    ),
    "splitting-pays-more": Kind(
        "warning",
        "One deal booked as two of half the size pays more: a cap, a bonus or a falling rate for each deal.",
        "Count money and not deals, accumulate over a window, or set a least amount for a deal.",
    ),
    "merging-pays-more": Kind(
        "warning",
        "Two deals booked as one pay more: a least amount for a deal, or a rate that rises with its size.",
        "Accumulate over a window.",
    ),
    "sharing-pays-more": Kind(
        "warning",
        "A deal shared with a colleague costs more in all than the same deal of one payee: each has a cap of his own.",
        "Write applies: before_split at the cap.",
    ),
    "delaying-pays-more": Kind(
        "warning",
        "A deal ready on the last day of a period pays more on the first day of the next: a cap is reached, or the "
        "threshold is missed anyway.",
        "Accumulate over a longer window, or keep a small rate beyond the cap and below the threshold.",
    ),
    "pulling-forward-pays-more": Kind(
        "note",
        "A deal of the first day of a period pays more on the last day of the one before. Every accelerator does that.",
        "Accumulate over a longer window if discounts at period ends cost more than they bring.",
    ),
    "booking-late-pays-more": Kind(
        "warning",
        "The same deal pays more when it is booked later: a rate rises on a day, or a test asks for months since "
        "signing.",
        "Move the change to the start of a period, or pay by the day on which the contract starts.",
    ),
    "booking-early-pays-more": Kind(
        "note",
        "The same deal pays more when it is booked earlier: a rate falls on a day, or a test ends after some months.",
        "Nothing, if haste is what you pay for.",
    ),
    "pays-more-than-sold": Kind(
        "warning",
        "What a deal adds to pay is more than the deal is worth.",
        "Lower the rate or the lump, or add a cap.",
    ),
    "cliff": Kind(
        "note",
        "The smallest deal that reaches a threshold adds far more to pay than it is worth.",
        "Pay for the slice above the threshold (tiers: marginal), or between points (interpolated).",
    ),
    "unbounded-pay": Kind(
        "note",
        "One giant deal pays without limit.",
        "Add a cap, or hold giant deals for review in the rules of engagement.",
    ),
    "cancelled-deal-keeps-pay": Kind(
        "note",
        "A deal that is cancelled the day after it was won keeps its pay.",
        "Add a clawback, or name the component in its applies_to.",
    ),
    "paid-twice": Kind(
        "warning",
        "Two commissions pay the same payee for the same money of a deal.",
        "Let their measures test what tells them apart, or make one of them a spiff, if it is meant to come on top.",
    ),
    "bracket-without-effect": Kind(
        "warning",
        "A bracket changes nobody's pay, because the cap is reached before it.",
        "Remove the bracket, or raise the cap.",
    ),
    "never-pays": Kind(
        "warning",
        "No deal that can be made up is paid by the component: tests or gates exclude each other.",
        "Mend the tests of its measure and its gates, or remove it.",
    ),
    "clawback-band-without-effect": Kind(
        "warning",
        "A band of the clawback begins after its causes have ceased to count.",
        "Widen within_days or within_months, or remove the band.",
    ),
    "clawback-ends-before-release": Kind(
        "warning",
        "Money is still held back when the clawback has ended, and is paid out although the customer has left.",
        "Widen within_days or within_months, or release earlier.",
    ),
    "rule-without-effect": Kind(
        "warning",
        "A rule of engagement decides no deal: the rules above it take every deal that it fits.",
        "Move it up, narrow the rules above it, or remove it.",
    ),
    "deals-without-rule": Kind(
        "note",
        "There are deals that no rule of engagement fits; they are held for a person.",
        "Add a rule, if they should be credited.",
    ),
    "no-deal-matches": Kind(
        "note",
        "No deal of the history fits the rule or the measure (with --history).",
        "Check the words of its tests against those of the CRM.",
    ),
    "acceptance-without-finding": Kind(
        "note",
        "Something is accepted that is not found (any more).",
        "Remove it from accepted.",
    ),
}


def _known(name: str) -> str:
    if name not in KINDS:
        raise wrong(f"no finding is called {name}.", nearest(name, KINDS))
    return name


def _said(reason: str) -> str:
    if not reason.strip():
        raise wrong("empty.", 'Write why, and who agreed, such as "cliff agreed on 2026-01-10".')
    return reason


Accepted = dict[Annotated[StrictStr, AfterValidator(_known)], Annotated[StrictStr, AfterValidator(_said)]]
"""Ids of findings and why they may stay."""
