"""Sentences that explain a line or an assignment, made from their own facts and the documents' text.

Every amount is shown as the product it is, so that a reader can compute it again with a pencil.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import prod
from types import MappingProxyType
from typing import Any

from engine.deals.holders import OWNERS_HOW
from engine.documents.measures.measure import ROLL_UPS
from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan
from engine.documents.plans.residual import MONTHS
from engine.model import MICROS
from engine.money import minor_unit_micros, round_ratio
from engine.payees.curves.shape import BELOW_ZERO
from engine.payees.curves.window_cap import inside
from engine.payees.measures.precedence import counting_of
from engine.payees.windows.carry_over import CARRIED
from engine.telling.adjusted_told import ADJUSTED, told_of_adjustment
from engine.telling.facts import component_of, facts, on_the_curve
from engine.telling.gauges_told import told_of_gauges
from engine.telling.retained_told import told_of_cohort
from engine.telling.settled import SETTLED, settled_sentence
from engine.telling.windows_told import (
    told_of_everybody,
    told_of_members,
    told_of_ratio,
    told_of_sum,
    told_of_weights,
    told_to_date,
)
from engine.telling.wording import (
    attainment,
    counted,
    exchange,
    money,
    multiple,
    number,
    percent,
    pieces,
    plain,
    roughly,
)
from engine.telling.worth_told import made

Row = Mapping[str, Any]
Names = Mapping[str, str]
NO_NAMES: Names = MappingProxyType({})

PORTIONS = {"all": "", "renewed": " of the renewed part", "uplift": " of the uplift"}
ROUNDED = {"half_up": "to the nearest", "down": "down to whole steps of"}
RESPONSIBILITIES = ("value", "commercial", "execution")


def explain(
    line: Row,
    plan: Plan,
    deal: Row | None,
    credit: Row | None,
    names: Names = NO_NAMES,
    *,
    adjustment: Row | None = None,
) -> str:
    """Why a line is what it is, in one paragraph to its payee.

    `deal` is the line's row of `Classified`, `credit` that of `Credits`, both None for an imported result; `names` are
    people's names by payee id. `adjustment` is what a person said of it, where the line comes from one.
    """
    known = facts(line, plan)
    if line["kind"] == "adjustment":
        said = told_of_adjustment(line["source_id"], adjustment, money(line["amount_micros"], line["currency"]))
    elif line["kind"] in SETTLED:
        said = settled_sentence(known, _named(deal) if deal is not None else "")
    elif known["cohort"] is not None:
        said = f"{_told_of_window(known, plan)}; {_paid(known, plan)}"
        said = f"With {_named(deal)} {said[0].lower()}{said[1:]}" if deal is not None else said
    elif line["source_id"].startswith(CARRIED):
        said = f"What was carried into {known['window']} {_moved(known, {})}; {_paid(known, plan)}"
    elif line["source_id"].startswith(ADJUSTED):
        told = told_of_adjustment(line["source_id"], adjustment, _worth(line["base_micros"], known))
        said = f"{told}; it {_moved(known, {})}; {_paid(known, plan)}"
    elif deal is None or credit is None:
        what = "What was earned on" if known["imported"] is None else f"Your result {known['imported']} of"
        said = f"{what} {line['dated_on']} {_moved(known, {})}; {_paid(known, plan)}"
    else:
        counting = counting_of(plan, component_of(line, plan))
        worth = made(counting.measure, line, deal, credit, [taker.component for taker in counting.lines])
        parts = (_moved(known, credit), worth, _paid(known, plan))
        said = f"{_named(deal)}, {_credited(credit, names)}, {'; '.join(part for part in parts if part)}"
    if line["part"].startswith("payment "):
        said += f"; the customer's payment of {line['dated_on']}"
    if line["part"].startswith(tuple(f"{every} " for every in MONTHS)):
        said += f"; paid again on {line['dated_on']} as {line['part']} of the residual"
    source = "; ".join(text for text in (known["title"], known["document"]) if text)
    return f"{said}. [{source}]"


def _told_of_window(known: Row, plan: Plan) -> str:
    """What of the window is measured: customers kept, attainments that are weighted, members at their quota."""
    measure = plan.measures[component_of(known, plan).measure]
    if component_of(known, plan).to_date is not None:
        return told_to_date(known, plan)
    if measure.weighted:
        return told_of_weights(known, measure.weighted)
    if measure.ratio is not None:
        return told_of_ratio(known, measure.ratio, plan)
    if measure.adds:
        return told_of_sum(known, measure.adds, plan)
    if measure.across is not None:
        return told_of_everybody(known, plan)
    return told_of_members(known, measure.members) if measure.members is not None else told_of_cohort(known)


def explain_assignment(assignment: Row, classified: Row | None, names: Names = NO_NAMES) -> list[str]:
    """Why a deal is owned as it is: what the deal is, the rule and the facts that decided, and who owns it.

    `classified` is None for a deal that was held before it could be classified.
    """
    said = [_nature(classified)] if classified is not None else []
    if assignment["held"]:
        return [*said, assignment["reason"]]
    owners = (f"{kind} {_person(assignment[f'{kind}_owner_id'], names)}" for kind in RESPONSIBILITIES)
    decided = f"Rules of engagement {assignment['rules_of_engagement']} decided by {assignment['reason']}"
    return [*said, decided, f"Owners: {', '.join(owners)}."]


def _nature(deal: Row) -> str:
    """What the deal is, with the facts that rules look at."""
    said = [f"closed on {deal['dated_on']}", f"ACV {money(deal['acv_micros'], deal['currency'])}"]
    if deal["uplift_num"] is not None:
        said.append(f"uplift {roughly(Fraction(deal['uplift_num'], deal['uplift_den']))}")
    if deal["months_since_signing"] is not None:
        said.append(f"{counted(deal['months_since_signing'], 'month')} since signing")
    said += [deal[name] for name in ("segment", "territory") if deal[name] is not None]
    of = f" of {deal['account_name']}" if deal["account_name"] else ""
    motion = deal["motion"].replace("_", " ")
    return f"{_named(deal)}{of} counts as {motion} (by {deal['classified_by']}): {', '.join(said)}."


def _named(deal: Row) -> str:
    return f"{deal['deal_id']} ({deal['name']})" if deal["name"] else str(deal["deal_id"])


def _person(payee: str | None, names: Names) -> str:
    return names.get(payee, payee) if payee is not None else "nobody"


def _credited(credit: Row, names: Names) -> str:
    """Which share of the deal is the payee's, and as what."""
    share, portion = Fraction(credit["share_num"], credit["share_den"]), PORTIONS[credit["portion"]]
    part = f" with {percent(share)}{portion}" if share != 1 or portion else ""
    part += f", which {credit['event']} on {credit['dated_on']}" if credit["event"] else ""
    if credit["kind"] == "team":
        return f"credited to your team through {_person(credit['from_payee_id'], names)}{part}"
    if credit["kind"] in ROLL_UPS:
        return f"rolled up to you from {_person(credit['from_payee_id'], names)}{part}"
    overlay = "overlay " if credit["kind"] == "overlay" else ""
    return f"credited to you as {overlay}{OWNERS_HOW.get(credit['role'], credit['role'])}{part}"


def _moved(known: Row, credit: Row) -> str:
    """Where the credit took the running total."""
    before, after, quota = _from(known), known["after_micros"], known["quota_micros"]
    exchanged = ""
    if known["fx_num"] is not None:
        rate = exchange(known["fx_num"], known["fx_den"])
        exchanged = f" ({_foreign(known, credit)} {rate} = {money(known['base_micros'], known['currency'])})"
    if quota and not _share_of_all(known):
        back = "back " if after < before else ""
        of_quota = f"{attainment(before, quota)} to {attainment(after, quota)} of quota"
        return f"took you {back}from {of_quota} ({_worth(quota, known)} in {known['window']}){exchanged}"
    if before == 0:
        return f"counts {_worth(known['base_micros'], known)}{_of_earnings(known)}{exchanged}"
    where = "on this deal" if known["window"] == known["deal_id"] else f"in {known['window']}"
    return f"took you from {_worth(before, known)} to {_worth(after, known)} {where}{exchanged}"


def _from(known: Row) -> int:
    """Where the running total was; a window in which a result of 0 pays begins just below it."""
    return 0 if known["before_micros"] == BELOW_ZERO else int(known["before_micros"])


def _foreign(known: Row, credit: Row) -> str:
    """What the credit counts for in its own currency; earnings are no value of the credit itself."""
    if known["measured"] in credit:
        return money(credit[known["measured"]], credit["currency"])
    return "earned abroad" if known["earned_by"] else f"made in {credit['currency']},"


def _of_earnings(known: Row) -> str:
    """Whose earnings are meant, where a component adds up earnings."""
    return f" of what {' and '.join(known['earned_by'])} paid" if known["earned_by"] else ""


def _paid(known: Row, plan: Plan) -> str:
    """How the amount comes about, and what gates and multipliers did to it."""
    return f"{_computed(known)}{told_of_gauges(known, plan)}{_left_out(known, component_of(known, plan))}"


def _left_out(known: Row, component: Component) -> str:
    """What of an achievement is moved into the next window, makes up what was missing, or is lost to whole steps."""
    rounded = component.rounded_attainment
    if rounded is not None:
        return f"; attainments are rounded {ROUNDED[rounded.rounding]} {percent(rounded.to)}"
    rest = known["base_micros"] - (known["after_micros"] - _from(known))
    if not rest:
        return ""
    if known["per"] is not None:
        return f"; {_worth(rest, known)} of it fills no {_worth(known['per'], known)}" if rest > 0 else ""
    moved = known["after_micros"] == known["quota_micros"]
    why = (
        "lies above the quota and is moved into the next window"
        if moved
        else "made up what was missing, and is not paid"
    )
    return f"; {_worth(rest, known)} of it {why}"


def _computed(known: Row) -> str:
    """Every slice with its rate, and what rounding the running total changed."""
    pays = Fraction(known["factor"]) != 0
    told = [part for part in known["slices"] if pays and (known["by_rate"] or Fraction(part["amount"]))]
    said = [_slice(part, known) for part in told] or [
        f"it pays {'no more than before' if pays and known['before_micros'] else 'nothing'}"
    ]
    shown, amount = sum(_rounded(part, known) for part in known["slices"]), on_the_curve(known)
    if shown != amount:
        said.append(f"rounding the running total makes it {money(amount, known['currency'])}")
    elif len(said) > 1:
        said.append(f"together {money(amount, known['currency'])}")
    if amount != known["amount_micros"]:
        said.append(_limited(known))
    if known["unit"] != minor_unit_micros(known["currency"]):
        said.append(f"totals are rounded to {money(known['unit'], known['currency'])}")
    return "; ".join(said)


def _limited(known: Row) -> str:
    """What the cap on the deal or the window made of a line."""
    of_window = known["cap_per"] == "window"
    room = inside(on_the_curve(known), known["limit_micros"]) if of_window else known["limit_micros"]
    cap = f"cap of {money(Fraction(known['cap']), known['currency'])}" if of_window else "cap on a deal"
    beyond = Fraction(known["beyond_limit"])
    and_of_the_rest = f" and {percent(beyond)} of the rest" if beyond else ""
    left, amount = (money(micros, known["currency"]) for micros in (room, known["amount_micros"]))
    return f"the {cap} leaves {left} of it{and_of_the_rest}: {amount}"


def _slice(part: Row, known: Row) -> str:
    """One part of the way."""
    if part["kind"] == "lump":
        return _lump(part, known)
    base, product = Fraction(part["base"]), _product(part, known)
    if part["bracket"] is None:
        return product
    if part["kind"] == "jump":
        moved = "reaching {} adds {} to the rate of" if base > 0 else "falling below {} undoes the {} more on"
        return f"{moved.format(_start(part, known), _rate(part, known))} {_since(part, known)}: {product}"
    where = "fell in the bracket" if known["by_rate"] else "lies on the line"
    return f"{_worth(base, known)} of it {where} from {_start(part, known)}: {product}"


def _lump(part: Row, known: Row) -> str:
    """What reaching or losing a row changes at once."""
    change, climbs = _rounded(part, known), known["after_micros"] > known["before_micros"]
    if part["bracket"] is None:
        verb = "pays" if change > 0 else "takes back"
        return f"the cell of the matrix {verb} {_lump_worth(change, part, known)}"
    anything = not any(Fraction(start) for start in part["bracket"].values()) and known["measured_in"] == "amount"
    start = "anything" if anything else _start(part, known)
    moved = f"{'reaching' if climbs else 'falling below'} {start}"
    verb = "adds" if change > 0 else "takes back"
    return f"{moved} {verb} {_lump_worth(change, part, known)}"


def _lump_worth(change: int, part: Row, known: Row) -> str:
    """`5,000.00 USD x 50 % = 2,500.00 USD`, or what is changed alone where nothing multiplies it."""
    came = money(abs(change), known["currency"])
    whole = abs(Fraction(part["amount"])) / _multiplier(known)
    return f"{money(whole, known['currency'])}{_times(known)} = {came}" if known["multiplied"] else came


def _product(part: Row, known: Row) -> str:
    """`20,000.00 x 8 % x 150 % = 2,400.00 USD`, as it can be computed again."""
    rate = f"{_derived(part, known) or _rate(part, known)}{_times(known)}"
    return f"{_factor(Fraction(part['base']), known)} x {rate} = {money(_rounded(part, known), known['currency'])}"


def _times(known: Row) -> str:
    """Everything that multiplies what the rate pays, each by itself."""
    return "".join(f" x {multiple(Fraction(one))}" for one in known["multiplied"])


def _multiplier(known: Row) -> Fraction:
    """All of that together."""
    return prod((Fraction(one) for one in known["multiplied"]), start=Fraction(1))


def _factor(micros: Fraction, known: Row) -> str:
    """An amount of the measure as it stands in a product."""
    if known["measured_in"] == "percent":
        return roughly(micros / known["hundred"])
    return pieces(micros) if _counts(known) else plain(micros, known["currency"])


def _rate(part: Row, known: Row) -> str:
    """A share of money, or an amount for each unit."""
    rate = Fraction(part["rate"]) / _multiplier(known)
    return money(rate * known["hundred"], known["currency"]) if _counts(known) else percent(rate)


def _derived(part: Row, known: Row) -> str:
    """A multiple of the exact target rate as the plan has it: `1.5 x 50,000.00 / 500,000.00`."""
    if "times" not in part:
        return ""
    target, quota = plain(Fraction(known["target"]), known["currency"]), _factor(Fraction(known["quota_micros"]), known)
    return f"{number(Fraction(part['times']) / _multiplier(known))} x {target} / {quota}"


def _since(part: Row, known: Row) -> str:
    """What a jump of the rate is for: everything before it, or what lies above a threshold."""
    base, start = abs(Fraction(part["base"])), Fraction(part["starts_at"])
    return "all before it" if base == start else f"all before it above {_worth(start - base, known)}"


def _start(part: Row, known: Row) -> str:
    """Where a bracket begins, as the plan writes it."""
    share = part["bracket"].get("share")
    return percent(Fraction(share)) if share is not None else _worth(part["bracket"]["micros"], known)


def _rounded(part: Row, known: Row) -> int:
    exact = Fraction(part["amount"])
    return round_ratio(exact.numerator, exact.denominator, known["unit"], known["rounding"])


def _counts(known: Row) -> bool:
    return bool(known["measured_in"] != "amount")


def _share_of_all(known: Row) -> bool:
    """Whether attainment is the measured percentage itself: a share of 100 %."""
    return bool(known["measured_in"] == "percent" and known["quota_micros"] == known["hundred"])


def _worth(micros: Fraction | int, known: Row) -> str:
    """An amount of the measure: money, a number of deals or of anything else, a percentage."""
    unit = known["measured_in"]
    if unit == "amount":
        return money(micros, known["currency"])
    if unit == "percent":
        return roughly(Fraction(micros) / known["hundred"])
    return f"{pieces(micros)} deal{'' if micros == MICROS else 's'}" if unit == "deals" else pieces(micros)
