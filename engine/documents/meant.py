"""Words of other people's plans and what the language calls them, for remedies that lead to the answer in one step."""

from __future__ import annotations

from collections.abc import Collection

MEANT = {
    "accelerator": ("multiplied_by", "brackets"),
    "accelerators": ("multiplied_by", "brackets"),
    "after": ("on",),
    "at": ("from",),
    "above": ("from",),
    "threshold": ("from", "less_per_deal"),
    "bonus": ("pays", "lump"),
    "flat": ("lump", "pays"),
    "payout": ("pays",),
    "chargeback": ("clawback",),
    "close_date": ("on",),
    "closed_on": ("on",),
    "date": ("on",),
    "day": ("on",),
    "commission": ("rate",),
    "percent": ("rate",),
    "percentage": ("rate",),
    "expansion": ("upsell",),
    "new": ("new_business",),
    "new_logo": ("new_business",),
    "floor": ("floor", "at_least", "draw"),
    "minimum": ("floor", "at_least", "min"),
    "maximum": ("cap", "caps", "max"),
    "limit": ("cap", "caps"),
    "frequency": ("accumulates", "pays"),
    "period": ("accumulates", "per", "on"),
    "guarantee": ("draw",),
    "gate": ("only_if",),
    "gates": ("only_if",),
    "requires": ("only_if",),
    "any_of": ("only_if_any", "each_of"),
    "holdback": ("reserve",),
    "months": ("first_periods", "for_months", "within_months", "after_months"),
    "recoverable": ("kind",),
    "multiplier": ("factor", "times", "multiplied_by"),
    "mode": ("tiers",),
    "type": ("kind", "tiers"),
    "owner": ("payee",),
    "person": ("payee",),
    "rep": ("payee",),
    "paid": ("payment", "cash"),
    "payment": ("cash",),
    "close": ("booking",),
    "closed_won": ("booking",),
    "signing": ("booking",),
    "retroactive": ("whole",),
    "graduated": ("marginal",),
    "incremental": ("marginal",),
    "progressive": ("marginal",),
    "amount": ("pays", "lump", "value"),
    "value": ("amount",),
}
"""By a word that is often written: what may be meant; the first that is known there is proposed."""

ELSEWHERE = (
    ("when", "only_if", "Deals are chosen by the measure of a component: write when there."),
    *(
        (word, "lump", "A row ends where the next one begins: leave it out, and write the next row's from.")
        for word in ("to", "until", "up_to")
    ),
    ("product", "family", "Products are chosen by lines, or weighed by weights, of a measure: lines: {product: NAME}."),
)
"""A key, one that is known where it does not belong, and where it belongs."""

NO_VALUE = {
    frozenset({"share", "of"}): "Write target_of: base_salary (variable, ote) in its place, and weight for the share.",
}
"""Keys of a mapping that is written where a value stands, and what says the same."""


def meant_by_mapping(keys: Collection[str]) -> str | None:
    """A remedy for a mapping of other plans in the place of a value; None where nobody knows what is meant."""
    return next((remedy for known, remedy in NO_VALUE.items() if keys and known.issuperset(keys)), None)


def meant(word: str, known: Collection[str]) -> str | None:
    """A remedy for a word of other plans; None where nobody knows what is meant."""
    for name, beside, remedy in ELSEWHERE:
        if word == name and beside in known:
            return remedy
    ours = next((name for name in MEANT.get(word.casefold(), ()) if name in known), None)
    return f"Did you mean {ours}?" if ours else None
