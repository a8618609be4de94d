"""The plan test of a dispute: the payee's deals of the fiscal year, quota and plan as they are, and what they come to.

It stands by itself (company and plan are in it, not named by path) and runs without CRM and database, for ever. It is
written only where it comes to what the books say: what these facts cannot show (other people's sales, adjustments,
results) is refused instead of being told wrongly.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import Connection

from engine.calendar import period_named, period_of
from engine.documents.plans.plan import Plan
from engine.documents.reading import read_plan
from engine.money import amount_text, round_ratio
from engine.scenario.verdict import Verdict, judge
from jobs.books.dispute_credits import PAYEE, Crediting, crediting_of
from jobs.books.disputing import known
from jobs.configuration import Configuration
from jobs.settings import SettingsProblem
from store import canonical, results
from store.disputes import Dispute

NEVER = "from: 1900-01-01, until: 1900-01-02"
"""Everybody else is on the plan no more: what they earn is no part of the test, and they have no quotas in it."""
DIGITS = 12
"""So many digits a rate may have; where that is too few, the test does not come to what the books say."""
TEXTS = ("segment", "territory", "industry", "country", "source", "channel", "type")
Row = Mapping[str, Any]


def plan_test_of(conn: Connection, configuration: Configuration, number: int, *, anonymous: bool) -> str:
    """The text of the plan test; SettingsProblem where these facts do not come to what the books say."""
    made = _Test(conn, configuration, known(conn, number), anonymous=anonymous)
    text = "\n".join(made.lines()) + "\n"
    verdict = judge(text, f"dispute-{number}.yaml", lambda _: None)
    if not verdict.passed:
        raise SettingsProblem(
            f"The payee's own deals and quotas do not come to what the books say: {'; '.join(_differences(verdict))}. "
            "Other facts count, too. Write this test by hand; worker.py explain names them."
        )
    return text


def _differences(verdict: Verdict) -> list[str]:
    """What differs, in words with both amounts; the first three."""
    said = [str(issue) for issue in verdict.problems]
    for each in verdict.failures:
        in_words = each.what in {"issue", "the documents"}
        said.append(each.found if in_words else f"{each.what}: {each.expected} in the books, {each.found} in the test")
    return [each.rstrip(".") for each in said[:3]]


class _Test:
    """What is written, part by part."""

    def __init__(self, conn: Connection, configuration: Configuration, of: Dispute, *, anonymous: bool) -> None:
        self.conn, self.configuration, self.of, self.anonymous = conn, configuration, of, anonymous
        company, claim = configuration.rules.company, of.claim
        self.period = period_named(claim.period, company)
        self.year = year = period_of(self.period.starts_on, "year", company)
        day = pl.col("dated_on")
        inside = (day >= year.starts_on) & (day < self.period.ends_on)
        self.credits = results.credits_of(conn, [claim.payee_id]).filter(inside & pl.col("event").is_null())
        self.deals = results.classified_of(conn, set(self.credits["deal_id"])).sort("dated_on", "deal_id")
        self.crediting: Crediting = crediting_of(self.credits)
        self.names = {deal: f"D{place}" for place, deal in enumerate(self.deals["deal_id"], start=1)}
        rows = results.lines_of(conn, [claim.payee_id]).filter(pl.col("period") == claim.period)
        self.rows = rows if claim.deal_id is None else rows.filter(pl.col("deal_id") == claim.deal_id)

    def lines(self) -> Iterator[str]:
        """The file, line by line."""
        claim, plan = self.of.claim, self._plan()
        yield f"scenario: Dispute {self.of.number}, {claim.period}"
        if not self.anonymous:
            yield f"because: {_quoted(claim.why)}"
            yield f"people: [{{id: {PAYEE}, name: {_quoted(self._name())}}}]"
        yield "company:"
        yield from _indented(self._text_of(None))
        yield "plan:"
        yield from _indented(self._text_of(plan))
        yield "enrolments:"
        yield f"  - {{payee: {PAYEE}, plan: {plan.plan}, from: {self._enrolled(plan)}}}"
        yield from (f"  - {{payee: {each}, {NEVER}}}" for each in self.crediting.beside())
        yield from self.crediting.lines(self.names)
        yield from _listed("quotas", self._quotas())
        yield from _listed("fx_rates", self._rates())
        yield from _listed("deals", (self._deal(row) for row in self.deals.iter_rows(named=True)))
        yield "expect:"
        yield from ("  " + each for each in self._expected())

    def _plan(self) -> Plan:
        """The one plan file that made the lines."""
        found = self.rows.select("plan_version").unique()["plan_version"].to_list()
        plans = [plan for plan in self.configuration.rules.plans if plan.version in found]
        if len(found) != 1 or not plans:
            raise SettingsProblem(self._why_no_plan())
        return plans[0]

    def _why_no_plan(self) -> str:
        """What stands in the way of one plan, and what to do."""
        if self.rows.is_empty():
            return "The payee has no line there, so no plan says what is due; see payee and explain why."
        plans = self.rows["plan"].unique().sort().to_list()
        if len(plans) > 1:
            return f"The lines are of several plans ({', '.join(plans)}); dispute a deal of one of them."
        return f"The lines were made with another version of plan {plans[0]} than it has now; run sync, then try again."

    def _text_of(self, plan: Plan | None) -> str:
        """The document as it stands in the config folder."""
        texts = self.configuration.texts
        if plan is None:
            return texts["company.yaml"]
        mine = (text for name, text in texts.items() if name.startswith("plans/") and _is(plan, text, name))
        return next(mine)

    def _name(self) -> str:
        named = canonical.whole(self.conn, "people").filter(person_id=self.of.claim.payee_id)["name"]
        return str(named[0]) if named.len() and named[0] else PAYEE

    def _enrolled(self, plan: Plan) -> date:
        mine = canonical.whole(self.conn, "enrolments").filter(person_id=self.of.claim.payee_id, plan=plan.plan)
        days = [day for day in mine["from_on"] if day < self.period.ends_on]
        return max(days, default=plan.effective.from_on)

    def _quotas(self) -> Iterator[str]:
        mine = canonical.whole(self.conn, "quotas").filter(person_id=self.of.claim.payee_id)
        here = mine.filter(pl.col("until_on") > self.year.starts_on, pl.col("from_on") < self.year.ends_on)
        for row in here.sort("quota", "from_on").iter_rows(named=True):
            window = f"from: {row['from_on']}, until: {row['until_on']}"
            yield f"{{payee: {PAYEE}, quota: {row['quota']}, amount: {_amount(row['amount_micros'])}, {window}}}"

    def _rates(self) -> Iterator[str]:
        """The exchange rates of the deals' currencies."""
        rates = canonical.whole(self.conn, "fx_rates")
        used = rates.filter(pl.col("currency").is_in(self.deals["currency"].unique().implode()))
        for row in used.sort("currency", "from_on").iter_rows(named=True):
            whole = row["rate_num"] // row["rate_den"]
            places = max(DIGITS - (len(str(whole)) if whole else 0), 1)
            rate = round_ratio(row["rate_num"] * 10**places, row["rate_den"], 1, "half_up")
            said = f"{rate // 10**places}.{rate % 10**places:0{places}d}".rstrip("0").rstrip(".")
            since = f", from: {row['from_on']}" if row["from_on"] > date.min else ""
            until = f", until: {row['until_on']}" if row["until_on"] else ""
            yield f"{{currency: {row['currency']}, rate: {said}{since}{until}}}"

    def _deal(self, deal: Row) -> str:
        """A deal with the payee's share of it."""
        said: dict[str, object] = {"id": self.names[deal["deal_id"]], "on": deal["dated_on"]}
        said |= {"amount": _amount(deal["amount_micros"]), "acv": _amount(deal["acv_micros"])}
        said |= {"currency": deal["currency"], "motion": deal["motion"]}
        if not self.anonymous and deal["name"]:
            said["name"] = _quoted(deal["name"])
        said |= {name: _quoted(deal[name]) for name in TEXTS if deal[name] is not None}
        said |= {name: deal[name] for name in ("term_months", "starts_on", "cancelled_on") if deal[name] is not None}
        if deal["expiring_acv_micros"] is not None:
            said["expiring_acv"] = _amount(deal["expiring_acv_micros"])
        if deal["families"]:
            said["products"] = "[" + ", ".join(f"{{family: {_quoted(each)}}}" for each in deal["families"]) + "]"
        said |= self.crediting.of_deal(deal["deal_id"], self.names)
        return "{" + ", ".join(f"{key}: {value}" for key, value in said.items()) + "}"

    def _expected(self) -> Iterator[str]:
        """What the books say of the disputed deal, or of the whole period."""
        amount, claim = int(self.rows["amount_micros"].sum()), self.of.claim
        if claim.deal_id is None:
            yield f"totals: {{{PAYEE}: {{{claim.period}: {_amount(amount)}}}}}"
        else:
            about = f"payee: {PAYEE}, deal: {self.names[claim.deal_id]}, period: {claim.period}"
            yield f"lines: [{{{about}, amount: {_amount(amount)}}}]"


def _is(plan: Plan, text: str, name: str) -> bool:
    found = read_plan(text, name).rows
    return found is not None and found.version == plan.version


def _amount(micros: int) -> str:
    """`1234.5`, in whole units."""
    text = amount_text(micros, 6).rstrip("0").rstrip(".")
    return text or "0"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _indented(text: str) -> Iterator[str]:
    """A document inside another one."""
    yield from (f"  {each}".rstrip() for each in text.splitlines())


def _listed(key: str, rows: Iterator[str]) -> Iterator[str]:
    found = list(rows)
    if found:
        yield f"{key}:"
        yield from (f"  - {row}" for row in found)
