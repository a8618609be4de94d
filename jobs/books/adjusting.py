"""Adjusting: a person corrects somebody's pay or achievement, with a reason, and a second person where one is needed.

Nothing is overwritten: an adjustment is an input of every later computation until it is withdrawn. What pays more than
access.yaml lets one person decide counts once somebody else has approved it. The limit is that of all that one person
adjusts of a payee and period without a second one, so that nothing large is done in small steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from engine.calendar import Period, period_named
from engine.documents.company.access import Decision
from engine.documents.plans.component import Component
from engine.documents.plans.plan import Plan
from engine.money import minor_unit_micros, parse_amount
from engine.payees.attain import STATEMENT
from engine.payees.measures.adjusted_measures import unfit
from engine.payees.paying.booking import first_open
from jobs.access import approvals
from jobs.access.actor import Actor
from jobs.access.approvals import Unapproved
from jobs.access.visible import ALL
from jobs.books.adjusted import told, told_adjustments
from jobs.configuration import Configuration
from jobs.settings import SettingsProblem
from jobs.who import NotFound, find_payee
from store import adjustments, audit, canonical, closing
from store.adjustments import Adjustment, Given, Kind, Step
from store.approvals import Request

KIND: Decision = "adjustment"
"""The kind of the request for approval."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An adjustment as somebody writes it."""

    payee: str
    period: str
    amount: str
    reason: str
    kind: Kind = "pay"
    plan: str | None = None
    component: str | None = None
    evidence: str = ""
    deal_id: str | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a person adjusts: the books as they are in the caller's transaction, and who it is."""

    conn: Connection
    configuration: Configuration
    actor: Actor
    now: datetime

    def adjust(self, asked: Asked) -> dict[str, Any]:
        """Keep an adjustment; it counts at once, or waits for a second person. Raises where it makes no sense."""
        given = _given(self.conn, self.configuration, asked)
        number = adjustments.add(self.conn, self.actor, given, self.now)
        return self._let(_known(self.conn, number), "counted", asked.reason)

    def withdraw(self, number: int, reason: str) -> dict[str, Any]:
        """Let an adjustment count no longer: what it paid is posted back. One that waits is gone at once."""
        one = _known(self.conn, number)
        if one.state == "withdrawn":
            raise SettingsProblem(f"Adjustment {number} was withdrawn already; to let it count again, adjust anew.")
        _refuse_without(reason)
        if one.state == "counted":
            return self._let(one, "withdrawn", reason)
        approvals.lapse(self.conn, self.actor, KIND, _subject(one), keep=None, now=self.now)
        return self._take(one, "withdrawn", reason)

    def carry_out(self, done: Request, reason: str) -> dict[str, Any]:
        """Do what a request for an adjustment was approved for."""
        one = _known(self.conn, int(done.detail["adjustment"]))
        if len(one.steps) != done.detail["taken"]:
            raise SettingsProblem(
                f"Adjustment {one.number} is {one.state} by now; worker.py adjustments shows how it stands."
            )
        return self._take(one, done.detail["step"], reason)

    def _let(self, one: Adjustment, step: Step, reason: str) -> dict[str, Any]:
        """Take the step where one person may, else ask for a second one."""
        if self.actor.person_id == one.given.payee_id:
            raise Unapproved("An adjustment of your own pay must be made by somebody else.")
        if not self._needs_two(one):
            return self._take(one, step, reason)
        asked = approvals.request(
            self.conn,
            self.configuration.access,
            self.actor,
            KIND,
            _subject(one),
            detail={"adjustment": one.number, "step": step, "taken": len(one.steps), **_plain(one.given)},
            now=self.now,
            reason=reason,
            concerns=[one.given.payee_id],
        )
        return told(one) | {"waits_for": asked.id}

    def _needs_two(self, one: Adjustment) -> bool:
        """Whether the person has adjusted more of this payee and period alone than one person may."""
        access, given = self.configuration.access, one.given
        if not access.needs_two(KIND):
            return False
        limit = access.adjustment_limit.get(given.currency or "")
        if limit is None or given.kind == "achievement":
            return True
        others = adjustments.adjustments(self.conn, [given.payee_id])
        alone = (other.given for other in others if other.number != one.number and _stands_alone(other, self.actor))
        same = (of for of in alone if (of.period, of.currency) == (given.period, given.currency))
        return abs(given.amount_micros) + sum(abs(of.amount_micros) for of in same) > limit

    def _take(self, one: Adjustment, step: Step, reason: str) -> dict[str, Any]:
        """Take the step, in the audit log too."""
        adjustments.take(self.conn, self.actor, one.number, step, reason=reason, now=self.now)
        before, after = {"state": one.state}, {"state": step, **_plain(one.given)}
        subject = _subject(one)
        audit.note(self.conn, self.actor, "adjust", subject, before=before, after=after, reason=reason, now=self.now)
        return told(_known(self.conn, one.number))


def listed(conn: Connection, who: str | None) -> list[dict[str, Any]]:
    """Every adjustment with the payee's name, oldest first; of one payee where one is named."""
    people = canonical.whole(conn, "people")
    names = {row["person_id"]: row["name"] or row["person_id"] for row in people.iter_rows(named=True)}
    mine = None if who is None else [find_payee(conn, who, ALL)["person_id"]]
    rows = told_adjustments(conn, mine)
    return [row | {"payee": names.get(row["payee_id"], row["payee_id"])} for row in rows]


def _stands_alone(one: Adjustment, actor: Actor) -> bool:
    """Whether it counts on the actor's word alone."""
    return one.state == "counted" and one.login == actor.login and not one.approved_by


def _given(conn: Connection, configuration: Configuration, asked: Asked) -> Given:
    """What is meant, checked against people, calendar and plans."""
    _refuse_without(asked.reason)
    payee = find_payee(conn, asked.payee, ALL)
    company = configuration.rules.company
    try:
        period, micros = period_named(asked.period, company), parse_amount(asked.amount)
    except ValueError as error:
        raise SettingsProblem(f"{error}.") from None
    _refuse_closed(conn, configuration, period)
    day = period.ends_on - timedelta(days=1)
    plan = _plan(conn, configuration, payee["person_id"], period, asked.plan)
    component = _component(plan, asked)
    if asked.deal_id is not None and canonical.whole(conn, "deals").filter(deal_id=asked.deal_id).is_empty():
        raise NotFound(f"No deal has the id {asked.deal_id}; write the id that the CRM's address shows.")
    money = component is None or plan.measures[component.measure].unit == "amount"
    if micros == 0 or (asked.kind == "pay" and micros % minor_unit_micros(plan.currency)):
        least = "any amount but nothing" if asked.kind == "achievement" else f"whole minor units of {plan.currency}"
        raise SettingsProblem(
            f"{asked.amount} changes nothing, or cannot be paid in {plan.currency}: write {least}, such as 150.00; "
            "what was adjusted before is taken back with --withdraw."
        )
    return Given(
        payee_id=payee["person_id"],
        period=period.label,
        dated_on=day,
        kind=asked.kind,
        plan=plan.plan,
        component=component.id if component else None,
        amount_micros=micros,
        currency=plan.currency if money else None,
        deal_id=asked.deal_id,
        reason=asked.reason.strip(),
        evidence=asked.evidence.strip(),
    )


def _refuse_without(reason: str) -> None:
    if not reason.strip():
        raise SettingsProblem("An adjustment needs a reason: --reason 'why it is right'.")


def _refuse_closed(conn: Connection, configuration: Configuration, period: Period) -> None:
    """What is about a closed period is given the open one; the reason says what it is about."""
    shut, company = closing.closed(conn), configuration.rules.company
    opened = first_open(period.label, frozenset(shut), company)
    if opened != period.label:
        raise SettingsProblem(
            f"{period.label} is closed. Adjust the open period in its place, and say what it is about: "
            f"worker.py adjust ... {opened} ... --reason 'about {period.label}: ...'."
        )


def _plan(conn: Connection, configuration: Configuration, payee_id: str, period: Period, named: str | None) -> Plan:
    """The plan that is named, or the one that the payee is on; its file of the period."""
    enrolments = canonical.whole(conn, "enrolments").filter(person_id=payee_id)
    last = period.ends_on - timedelta(days=1)
    on = sorted(
        {
            plan
            for plan, since, until in enrolments.select("plan", "from_on", "until_on").iter_rows()
            if since <= last and (until is None or until > period.starts_on)
        }
    )
    known = [named] if named else on
    files = [plan for plan in configuration.rules.plans if plan.plan in known]
    if len({plan.plan for plan in files}) != 1:
        which = (
            f"There is no plan {named!r}"
            if named
            else f"In {period.label} the payee is on {' and '.join(on) or 'no plan'}"
        )
        plans = ", ".join(sorted({plan.plan for plan in configuration.rules.plans}))
        raise SettingsProblem(f"{which}; name one with --plan (known: {plans}).")
    begun = [plan for plan in sorted(files, key=lambda plan: plan.effective.from_on) if plan.effective.from_on <= last]
    plan = begun[-1] if begun else files[0]
    if STATEMENT[plan.pays] != period.kind:
        raise SettingsProblem(
            f"Plan {plan.plan} pays {plan.pays}; {period.label} is none of its periods: name one of these."
        )
    return plan


def _component(plan: Plan, asked: Asked) -> Component | None:
    """Whose measure an achievement is added to; None for pay."""
    if asked.kind == "pay":
        if asked.component is not None:
            raise SettingsProblem("Pay is adjusted outside components; --component goes with --kind achievement.")
        return None
    found = next((part for part in plan.components if part.id == asked.component), None)
    if found is None:
        names = ", ".join(part.id for part in plan.components)
        raise SettingsProblem(f"Name the component whose achievement it is: --component, one of {names}.")
    why = unfit(plan, found)
    if why is not None:
        raise SettingsProblem(f"{why[0].upper()}{why[1:]}. Adjust its pay instead: --kind pay.")
    return found


def _known(conn: Connection, number: int) -> Adjustment:
    found = adjustments.adjustments(conn, number=number)
    if not found:
        raise NotFound(f"There is no adjustment {number}; worker.py adjustments lists them.")
    return found[0]


def _subject(one: Adjustment) -> str:
    return f"adjustment {one.number}"


def _plain(given: Given) -> Mapping[str, Any]:
    return asdict(given) | {"dated_on": given.dated_on.isoformat()}
