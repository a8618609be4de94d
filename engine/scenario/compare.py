"""Comparing what came out with what was expected: each difference with the lines that it is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from engine.documents.company.company import Company
from engine.model import MICROS, Issue, Severity
from engine.money import round_ratio
from engine.payees.paying.balances import Balance
from engine.scenario.compare_ownership import differences
from engine.scenario.expectation import TOTAL, Expect, ExpectedLine, ExpectedSum
from engine.scenario.run import Ran
from engine.scenario.values import ended_by, within
from engine.telling.wording import attainment, number, percent, plain

Row = Mapping[str, Any]
DECIMALS_OF_PERCENT = 2
"""At so many decimals a percentage is compared, unless more are written."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One expectation that was not met."""

    what: str
    expected: str
    found: str
    lines: tuple[Row, ...] = ()
    """The lines that it is about, with their facts and sentences."""


def failures(expect: Expect, ran: Ran) -> list[Failure]:
    """Everything that came out otherwise, and everything that must never happen."""
    return [
        *_totals(expect, ran),
        *_accounts(expect, ran),
        *_lines(expect.lines, ran),
        *_attainment(expect, ran),
        *_postings(expect.postings, ran),
        *(Failure(*difference) for difference in differences(expect, ran.assignments, ran.credits)),
        *_issues(expect, ran.issues),
        *_promises(ran),
    ]


def refusal(expect: Expect, refused: Sequence[Issue]) -> list[Failure]:
    """What is wrong with how the documents were received, where they were refused or should have been."""
    said = "\n".join(map(str, refused))
    if expect.error is None:
        return [Failure("the documents", "valid", said)] if refused else []
    if expect.error in said:
        return []
    return [Failure("error", expect.error, said or "the documents were accepted")]


def _totals(expect: Expect, ran: Ran) -> Iterator[Failure]:
    for payee, amounts in expect.totals.items():
        for period, amount in amounts.items():
            mine = [line for line in ran.lines if line["payee_id"] == payee]
            lines = [line for line in mine if period == TOTAL or within(line["period"], period, ran.company)]
            what = f"total of {payee}" if period == TOTAL else f"total of {payee} in {period}"
            for failure in _sum(what, amount, lines, "amount_micros"):
                yield failure if mine else replace(failure, found=_why_nothing(payee, ran))


def _why_nothing(payee: str, ran: Ran) -> str:
    """What a payee without any line was credited with: of what kind credits are, measures may ask otherwise."""
    kinds: dict[str, list[str]] = {}
    for credit in ran.credits:
        if credit["payee_id"] == payee:
            kinds.setdefault(credit["kind"], []).append(credit["deal_id"])
    if not kinds:
        return f"nothing: no deal is credited to {payee}"
    told = "; ".join(f"{kind} credit of {', '.join(dict.fromkeys(deals))}" for kind, deals in sorted(kinds.items()))
    return f"nothing, of {told}: see whether {payee}'s measures count it (credits, when) and the plan is in force"


ACCOUNTS = ("payable", "held", "forfeited", "payout")
"""What is expected of balances. Held is a state: that of a period is the one at its end."""


def _accounts(expect: Expect, ran: Ran) -> Iterator[Failure]:
    """What became payable, was held, forfeited and paid out."""
    for name in ACCOUNTS:
        for payee, amounts in getattr(expect, name).items():
            mine = [balance for balance in ran.balances if balance.payee_id == payee]
            for period, amount in amounts.items():
                rows = [
                    {"currency": of.currency, "amount": getattr(of, name)}
                    for of in _balances(mine, name, period, ran.company)
                ]
                what = f"{name} of {payee}" + ("" if period == TOTAL else f" in {period}")
                for failure in _sum(what, amount, rows, "amount"):
                    lines = tuple(line for line in ran.lines if line["payee_id"] == payee)
                    yield Failure(failure.what, failure.expected, failure.found, lines)


def _balances(mine: Sequence[Balance], name: str, period: str, company: Company) -> list[Balance]:
    """The periods that an expectation is about; of what is held the last one of each plan, so far."""
    if name != "held":
        return [of for of in mine if period == TOTAL or within(of.period, period, company)]
    so_far = {(of.plan, of.currency): of for of in mine if period == TOTAL or ended_by(of.period, period, company)}
    return list(so_far.values())


def _lines(expected: Iterable[ExpectedLine], ran: Ran) -> Iterator[Failure]:
    for wanted in expected:
        what, lines = _described("line", wanted), _fitting(wanted, ran.lines, ran.company)
        if wanted.amount is not None:
            yield from _sum(what, wanted.amount, lines, "amount_micros")
        words = wanted.sentence_contains
        if words is not None and not any(words in said for line in lines for said in _said(line)):
            yield Failure(f"sentence of {what}", words, _sentences(lines) or "no line", tuple(lines))


def _postings(expected: Iterable[ExpectedSum], ran: Ran) -> Iterator[Failure]:
    for wanted in expected:
        rows = _fitting(wanted, ran.postings, ran.company)
        beside = [line for line in (*ran.before, *ran.lines) if any(_same_key(line, row) for row in rows)]
        for failure in _sum(_described("posting", wanted), wanted.amount or 0, rows, "delta_micros"):
            yield Failure(failure.what, failure.expected, failure.found, tuple(beside))


def _sum(what: str, amount: int, rows: Sequence[Row], column: str) -> Iterator[Failure]:
    """What the rows come to must be the amount, in one currency."""
    by_currency: dict[str, int] = {}
    for row in rows:
        by_currency[row["currency"]] = by_currency.get(row["currency"], 0) + row[column]
    if sum(by_currency.values()) != amount or len(by_currency) > 1:
        found = " + ".join(f"{plain(total, currency)} {currency}" for currency, total in by_currency.items())
        currency = next(iter(by_currency), "USD")
        yield Failure(what, plain(amount, currency), found or "nothing", tuple(rows))


def _attainment(expect: Expect, ran: Ran) -> Iterator[Failure]:
    everything = sorted((*ran.before, *ran.lines), key=lambda line: (line["dated_on"], line["source_id"]))
    for payee, components in expect.attainment.items():
        for component, wanted in components.items():
            lines = [
                line
                for line in everything
                if (line["payee_id"], line["component"]) == (payee, component) and _attains(line["part"])
            ]
            if not _reached(wanted, lines):
                what = f"attainment of {payee} in {component}"
                yield Failure(what, _wanted(wanted), _attained(wanted, lines), tuple(lines))


def _attains(part: str) -> bool:
    """Whether a line is what moved the running total: an earning, or that of a payment."""
    return part == "earning" or part.startswith("payment ")


def _reached(wanted: Fraction | int, lines: Sequence[Row]) -> bool:
    """Whether the last line of the component took its window there."""
    if not lines:
        return wanted == 0
    after, quota = lines[-1]["after_micros"], _whole(lines[-1])
    if isinstance(wanted, int):
        return bool(after == wanted)
    return bool(quota) and _as_written(Fraction(after, quota), wanted) == wanted


def _whole(line: Row) -> int | None:
    """What 100 % is: the quota, or for an imported percentage the number one."""
    in_percent = line["facts"].get("measured_in") == "percent"
    quota: int | None = line["quota_micros"] or (MICROS if in_percent else None)
    return quota


def _as_written(share: Fraction, wanted: Fraction) -> Fraction:
    """The share at as many decimals of a percent as were written, two at least."""
    decimals = DECIMALS_OF_PERCENT
    while (wanted * 100 * 10**decimals).denominator != 1:
        decimals += 1
    scale = 100 * 10**decimals
    return Fraction(round_ratio(share.numerator * scale, share.denominator, 1, "half_up"), scale)


def _wanted(wanted: Fraction | int) -> str:
    return percent(wanted) if isinstance(wanted, Fraction) else number(Fraction(wanted, MICROS))


def _attained(wanted: Fraction | int, lines: Sequence[Row]) -> str:
    if not lines:
        return "no line"
    after, quota = lines[-1]["after_micros"], _whole(lines[-1])
    if isinstance(wanted, int):
        return number(Fraction(after, MICROS))
    return attainment(after, quota) if quota else "no quota"


def _issues(expect: Expect, issues: Sequence[Issue]) -> Iterator[Failure]:
    """Expected issues are there, and nothing is held that nobody expected."""
    expected = expect.issues or ()
    for words in expected:
        if not any(_is(issue, words) for issue in issues):
            yield Failure("issue", words, "\n".join(map(str, issues)) or "no issue")
    for issue in issues:
        if (issue.severity is Severity.HOLDS or expect.issues == ()) and not any(_is(issue, w) for w in expected):
            yield Failure("issue", "none", f"{issue} ({issue.code})")


def _is(issue: Issue, words: str) -> bool:
    return words == issue.code or words in str(issue)


def _promises(ran: Ran) -> Iterator[Failure]:
    """What holds for every scenario, whatever it expects."""
    if ran.booked_twice:
        yield Failure("postings of a second run", "0", str(ran.booked_twice))
    for name in ran.not_recomputed:
        yield Failure(f"line {name} from its facts alone", "the same amount", "another amount")


def _fitting(wanted: ExpectedSum, rows: Iterable[Row], company: Company) -> list[Row]:
    keys = {column: value for column, value in wanted.fitting().items() if column != "period"}
    fitting = [row for row in rows if all(row[column] == value for column, value in keys.items())]
    return [row for row in fitting if wanted.period is None or within(row["period"], wanted.period, company)]


def _same_key(line: Row, posting: Row) -> bool:
    return bool(line["source_id"] == posting["source_id"] and line["component"] == posting["component"])


def _described(noun: str, wanted: ExpectedSum) -> str:
    return " ".join((noun, *wanted.fitting().values()))


def _said(line: Row) -> tuple[str, ...]:
    """What a line says, also on when it becomes payable."""
    return line["sentence"], *line["payable"]


def _sentences(lines: Iterable[Row]) -> str:
    return "\n".join(said for line in lines for said in _said(line))
