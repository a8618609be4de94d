"""What a credit counts for in a measure, exactly, in the deal's currency or in pieces."""

from __future__ import annotations

import json
from fractions import Fraction

from engine.documents.measures.measure import Measure
from engine.documents.measures.worth import LinesTest, Weights
from engine.documents.values import Dated
from tests.reference.classify import Deal
from tests.reference.credits import Credit
from tests.reference.facts import Facts, Row
from tests.reference.matching import fits
from tests.reference.money import rounded

ONE, ZERO = Fraction(1), Fraction(0)
OF_THE_DEAL = ("margin", "list_price", "discount", "units", "fact")
"""What no credit holds of its own."""


class UnknownWorthError(Exception):
    """What is added up is not known of the deal: its credits are held."""


def counts_for(measure: Measure, credit: Credit, facts: Facts) -> Fraction:
    """The credit's share of what the measure adds up, with portions, lines, weights and multipliers.

    Amounts and ACVs are the credit's own, which add up to the deal's; margins, list prices, discounts, pieces and
    deltas are the deal's, times the credit's share of it.
    """
    multiplied = _multiplied(measure, credit.deal, facts)
    if measure.portion == "delta":
        per_year = Fraction(1, 12) if measure.sum == "mrr" else ONE
        return _delta(credit) * credit.share * per_year * part_of_lines(measure, credit.deal) * multiplied
    if measure.sum in OF_THE_DEAL:
        return _of_deal(measure, credit.deal) * part_of_deal(measure, credit) * credit.share * multiplied
    return _own(measure, credit) * _part_of_credit(measure, credit) * part_of_lines(measure, credit.deal) * multiplied


def _own(measure: Measure, credit: Credit) -> Fraction:
    """What the credit itself holds of it."""
    if measure.count is not None:
        return Fraction(credit.units)
    if measure.sum == "amount":
        return Fraction(credit.amount)
    if measure.sum in ("acv", "arr"):
        return Fraction(credit.acv)
    if measure.sum == "mrr":
        return Fraction(credit.acv, 12)
    term = credit.deal.term or 12
    if measure.sum == "first_month":
        return Fraction(credit.amount, term)
    a_years_part = rounded(Fraction(credit.deal.amount * 12, term))
    return Fraction(credit.amount) if a_years_part == credit.deal.acv else Fraction(credit.acv * term, 12)


def _of_deal(measure: Measure, deal: Deal) -> Fraction:
    """Pieces, and margins where lines matter, are those of the lines that count, each by its weight."""
    if measure.sum == "units":
        return sum((weight * _known(line["quantity_micros"], deal) for line, weight in _counting(measure, deal)), ZERO)
    if measure.looks_at_lines:
        return sum((weight * _margin(line, deal) for line, weight in _counting(measure, deal)), ZERO)
    if measure.sum == "fact":
        return _known(_fact(measure, deal), deal) * _weight(measure.weights, None, deal)
    of_whole = deal.amount - _known(deal.cost, deal) if measure.sum == "margin" else _known(deal.list_price, deal)
    of_whole -= deal.amount if measure.sum == "discount" else 0
    return of_whole * _weight(measure.weights, None, deal)


def _fact(measure: Measure, deal: Deal) -> int | None:
    """What the CRM says of the deal, or of its account, in a field of its own."""
    told = {**json.loads(deal.account["facts"] or "{}"), **json.loads(deal.row["facts"] or "{}")}
    return int(told[measure.fact]) if measure.fact in told else None


def _margin(line: Row, deal: Deal) -> int:
    return _known(line["amount_micros"], deal) - _known(line["cost_micros"], deal)


def _known(value: int | None, deal: Deal) -> int:
    if value is None:
        raise UnknownWorthError(deal.id)
    return value


def _counting(measure: Measure, deal: Deal) -> list[tuple[Row, Fraction]]:
    """The lines that count for something, and their weights."""
    if not deal.lines:
        raise UnknownWorthError(deal.id)
    fitting = [line for line in deal.lines if measure.lines is None or _line_fits(measure.lines, line)]
    weighed = [(line, _weight(measure.weights, line, deal)) for line in fitting]
    return [(line, weight) for line, weight in weighed if weight]


def _delta(credit: Credit) -> Fraction:
    """The ACV less the expiring one; of one portion, that portion's part of the difference."""
    deal, expiring = credit.deal, _expiring(credit.deal)
    kept = min(deal.acv, expiring)
    return Fraction({"all": deal.acv - expiring, "renewed": kept - expiring, "uplift": deal.acv - kept}[credit.portion])


def _part_of_credit(measure: Measure, credit: Credit) -> Fraction:
    """Which part of the credit the measure's portion is; a credit for one portion holds nothing of the other."""
    if measure.portion == "all":
        return ONE
    if credit.portion != "all":
        return ONE if credit.portion == measure.portion else ZERO
    return _part(measure.portion, credit.deal)


def part_of_deal(measure: Measure, credit: Credit) -> Fraction:
    """Which part of the deal counts: the credit's portion, narrowed by the measure's."""
    wanted = {credit.portion, measure.portion} - {"all", "delta"}
    if len(wanted) > 1:
        return ZERO
    return _part(wanted.pop(), credit.deal) if wanted else ONE


def _part(portion: str, deal: Deal) -> Fraction:
    """A portion's part of the deal: renewed up to the expiring ACV, uplift above it.

    What is no renewal is all uplift; a renewal that is worth nothing renews.
    """
    expiring = _expiring(deal)
    if deal.acv > 0:
        renewed = Fraction(max(min(deal.acv, expiring), 0), deal.acv)
    else:
        renewed = ONE if deal.motion == "renewal" and deal.acv == 0 else ZERO
    return renewed if portion == "renewed" else 1 - renewed


def _expiring(deal: Deal) -> int:
    if deal.motion != "renewal":
        return 0
    return _known(deal.expiring_acv, deal)


def part_of_lines(measure: Measure, deal: Deal) -> Fraction:
    """The part of the amounts of all lines that the counting lines make up, each by its weight."""
    if measure.lines is None and (not measure.looks_at_lines or not deal.lines):
        return _weight(measure.weights, None, deal)
    counting = _counting(measure, deal)
    total = sum(_known(line["amount_micros"], deal) for line in deal.lines)
    if total == 0:
        raise UnknownWorthError(deal.id)
    return sum((line["amount_micros"] * weight for line, weight in counting), ZERO) / total


def _line_fits(test: LinesTest, line: Row) -> bool:
    """Every field that is tested: one of the texts, or known and none of them."""
    for each in test.tests:
        value = line[each.field]
        if value is None or (each.any_of and value not in each.any_of) or value in each.none_of:
            return False
    return True


def _weight(weights: Weights | None, line: Row | None, deal: Deal) -> Fraction:
    """By product, else by family, else by the deal's motion, else otherwise."""
    if weights is None:
        return ONE
    if line is not None and line["product"] in weights.product:
        return _on(weights.product[line["product"]], deal)
    if line is not None and line["family"] in weights.family:
        return _on(weights.family[line["family"]], deal)
    return _on(weights.motion.get(deal.motion, weights.otherwise), deal)


def _on(leaf: Dated[Fraction], deal: Deal) -> Fraction:
    """The value on the deal's day."""
    value = leaf.at(deal.day)
    assert value is not None
    return value


def _multiplied(measure: Measure, deal: Deal, facts: Facts) -> Fraction:
    """By the first multiplier that fits."""
    return next((_on(each.by, deal) for each in measure.multiply if fits(each.when, deal, facts)), ONE)
