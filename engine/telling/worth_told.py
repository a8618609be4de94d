"""How a credit came to count for what it did, in words: the MRR, TCV or margin it is, and what changed it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from engine.documents.measures.measure import Measure
from engine.model import MICROS
from engine.money import round_ratio
from engine.telling.wording import money, percent

Row = Mapping[str, Any]
MONTHS_OF_A_YEAR = 12
NAMES = {"amount": "its amount", "acv": "its ACV", "arr": "its ARR", "units": "the units", None: "the deal"}


def made(measure: Measure, line: Row, deal: Row, credit: Row, takers: Sequence[str] = ()) -> str:
    """`MRR: ACV 24,000.00 USD / 12; weighted, 87.5 % of it`; empty where a credit counts for what it holds.

    `takers` are the components that take lines of deals before this one.
    """
    if measure.is_plain and not takers:
        return ""
    start, said = _start(measure, deal, credit)
    whole = start * Fraction(line["fx_num"] or 1, line["fx_den"] or 1) if start else None
    if measure.is_plain and whole == line["base_micros"]:
        return ""
    without = [f"without what {' and '.join(takers)} take"] if takers else []
    changes = ", ".join([*_changes(measure, line["currency"]), *without])
    if changes and whole and measure.less_per_deal is None and measure.most_per_deal is None:
        changes = f"{changes}, {_nearly(line['base_micros'] / whole)} of {'it' if said else NAMES[measure.sum]}"
    return "; ".join(text for text in (said, changes) if text)


def _start(measure: Measure, deal: Row, credit: Row) -> tuple[Fraction | None, str]:
    """The value before it was changed, where the deal and the credit tell it, and how it is made."""
    currency, share = deal["currency"], Fraction(credit["share_num"], credit["share_den"])
    acv, amount = (money(credit[name], currency) for name in ("acv_micros", "amount_micros"))
    term = deal["term_months"] or MONTHS_OF_A_YEAR
    if measure.portion == "delta":
        expiring = deal["expiring_acv_micros"] or 0
        said = f"ACV {money(deal['acv_micros'], currency)} less the expiring {money(expiring, currency)}"
        return None, said
    if measure.sum == "mrr":
        return Fraction(credit["acv_micros"], MONTHS_OF_A_YEAR), f"MRR: ACV {acv} / 12"
    if measure.sum == "first_month":
        return Fraction(credit["amount_micros"], term), f"first month: amount {amount} / {term}"
    if measure.sum == "tcv":
        return _total(deal, credit, term)
    if measure.sum in ("list_price", "discount", "fact") or (measure.sum == "margin" and not measure.looks_at_lines):
        value, said = _of_the_deal(measure, deal)
        return value * share, said
    if measure.sum in ("margin", "units"):
        return None, f"the {measure.sum} of its lines"
    return Fraction(credit["acv_micros" if measure.sum in ("acv", "arr") else _column(measure)]), ""


def _of_the_deal(measure: Measure, deal: Row) -> tuple[int, str]:
    """What the whole deal is worth, which its credits share."""
    currency, amount = deal["currency"], int(deal["amount_micros"])
    if measure.fact is not None:
        held = int(json.loads(deal["facts"])[measure.fact])
        return held, f"{measure.fact}: {money(held, currency)}"
    if measure.sum == "margin":
        cost = int(deal["cost_micros"])
        return amount - cost, f"margin: {money(amount, currency)} - {money(cost, currency)}"
    listed, sold = int(deal["list_micros"]), amount if measure.sum == "discount" else 0
    less = f" less {money(sold, currency)}" if measure.sum == "discount" else ""
    return listed - sold, f"list price: {money(listed, currency)}{less}"


def _column(measure: Measure) -> str:
    return "amount_micros" if measure.sum == "amount" else "units_micros"


def _total(deal: Row, credit: Row, term: int) -> tuple[Fraction, str]:
    """TCV: the amount, where the ACV is its yearly part."""
    yearly = Fraction(deal["amount_micros"] * MONTHS_OF_A_YEAR, term)
    if round_ratio(yearly.numerator, yearly.denominator, 1, "half_up") == deal["acv_micros"]:
        return Fraction(credit["amount_micros"]), f"TCV: amount {money(credit['amount_micros'], deal['currency'])}"
    said = f"TCV: ACV {money(credit['acv_micros'], deal['currency'])} x {term} / 12"
    return Fraction(credit["acv_micros"] * term, MONTHS_OF_A_YEAR), said


def _changes(measure: Measure, currency: str) -> Iterator[str]:
    """What the measure does to the value, in the order in which it is written."""
    if measure.lines:
        yield "some of its lines"
    if measure.weights:
        yield "weighted"
    if measure.multiply:
        yield "multiplied"
    if measure.portion in ("renewed", "uplift"):
        yield "the renewed part" if measure.portion == "renewed" else "the uplift"
    if measure.less_per_deal is not None:
        yield f"what is above {money(measure.less_per_deal, currency)}"
    if measure.most_per_deal is not None:
        yield f"at most {money(measure.most_per_deal, currency)}"


def _nearly(ratio: Fraction) -> str:
    """`66.6667 %`, to four decimals."""
    return percent(Fraction(round_ratio(ratio.numerator * MICROS, ratio.denominator, 1, "half_up"), MICROS))
