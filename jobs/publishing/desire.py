"""Which statements the CRM should show: those of the payees that a computation was about, and of periods closed since.

Part of the computation's transaction: what the books say and what the CRM is to say never part.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from sqlalchemy import Connection

from connectors.pay_records import PayRecords
from engine.calendar import business_date
from engine.model import Issue, Severity
from engine.money import format_amount
from jobs.books.material import Material, every_period
from jobs.configuration import Configuration
from jobs.publishing.estimates import estimates
from jobs.publishing.objects import pay_objects
from jobs.publishing.paid import Part, paid_parts
from jobs.publishing.records import VANISHED, WITHDRAWN, Payee, Recorded, Row, Stamp, emptied, recorded
from jobs.running import Run
from jobs.statements.told import open_statement
from store import canonical, closing, ledger, mirror, payments, record_families, results, runs, settings, writeback
from store.statements import sealed
from store.writeback import Wanted

PUBLISHED = "records_published"
"""Until which closing the CRM shows statements; unset while they are not kept there."""
PAID = "payments_published"
"""Until which payment the CRM shows what was paid."""
PAYEES_AT_ONCE = 50
"""Bounds memory, whatever the size of the company."""
SOURCE = "records in the CRM"


def is_new(conn: Connection, configuration: Configuration) -> bool:
    """Whether statements are to be kept in the CRM and were not so far."""
    return pay_objects(configuration) is not None and not settings.setting_of(conn, PUBLISHED)


def desire_records(
    conn: Connection, configuration: Configuration, run: Run, payees: Collection[str], through: date
) -> int:
    """Want the statements of these payees in open periods, and those closed, reopened or paid since the last time.

    Answers for how many records the CRM should now say something else.
    """
    pay = pay_objects(configuration)
    known = settings.setting_of(conn, PUBLISHED)
    if pay is None:
        if known:
            settings.set_setting(conn, PUBLISHED, "")
        return 0
    again = _closed_or_opened_since(conn, known)
    last, paid = _paid_since(conn)
    stamp = Stamp(run.run_id, run.clock())
    publishing = _Publishing(conn, configuration, pay, stamp, again=again, paid=paid, through=through)
    work = sorted({*payees, *_payees_in(conn, again), *paid, *(() if known else ledger.payees(conn))})
    changed = sum(publishing.batch(some) for some in _batched(work))
    runs.record_issues(conn, SOURCE, publishing.issues, run.clock(), {_subject(payee) for payee in work})
    settings.set_setting(conn, PUBLISHED, str(closing.next_number(conn) - 1))
    settings.set_setting(conn, PAID, str(last))
    return changed


def _closed_or_opened_since(conn: Connection, known: str | None) -> set[str]:
    """The periods whose books were closed or opened since what the CRM shows."""
    return {each.period for each in closing.closings(conn) if each.number > int(known or 0)}


def _paid_since(conn: Connection) -> tuple[int, Mapping[str, set[str]]]:
    """The last payment, and by payee the periods of those that the CRM does not show yet."""
    last, paid = int(settings.setting_of(conn, PAID) or 0), defaultdict[str, set[str]](set)
    for each in payments.entries(conn, after=last):
        last = each.number
        paid[each.payment.payee_id].add(each.payment.period)
    return last, paid


def _payees_in(conn: Connection, periods: Collection[str]) -> set[str]:
    return set[str]().union(*(ledger.payees_in(conn, period) | results.payees_in(conn, period) for period in periods))


def _batched(payees: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(payees), PAYEES_AT_ONCE):
        yield payees[start : start + PAYEES_AT_ONCE]


def _subject(payee_id: str) -> str:
    return f"payee {payee_id}"


class _Publishing:
    """Wants the statements of some payees after the other."""

    def __init__(
        self,
        conn: Connection,
        configuration: Configuration,
        pay: PayRecords,
        stamp: Stamp,
        *,
        again: Collection[str],
        paid: Mapping[str, set[str]],
        through: date,
    ) -> None:
        self.conn, self.configuration, self.pay, self.stamp = conn, configuration, pay, stamp
        self.people = {row["person_id"]: row for row in canonical.whole(conn, "people").iter_rows(named=True)}
        self.today, self.through = business_date(stamp.now, configuration.rules.company.zone), through
        self.closed = closing.closed(conn)
        self.again, self.paid = set(again), paid
        self.issues: list[Issue] = []

    def batch(self, payees: Sequence[str]) -> int:
        """All statements of these payees that may have changed; answers for how many records that is news."""
        of = every_period(self.conn, payees)
        ahead = estimates(self.conn, self.configuration, payees, self.today, self.through)
        paid = paid_parts(self.conn, self.configuration, payees, of)
        found = [
            each
            for payee_id in payees
            for each in self._statements(payee_id, of.of(payee_id), ahead.get(payee_id, []), paid.get(payee_id, []))
        ]
        known = [payee_id for payee_id in payees if payee_id in self.people]
        found += self._withdrawn(known, {each.statement.record_id for each in found})
        lines = [line for each in found for line in each.lines]
        lines += self._vanished([each.statement.record_id for each in found], {line.record_id for line in lines})
        return self._desire([each.statement for each in found], self._without_lost_deals(lines))

    def _without_lost_deals(self, lines: Sequence[Wanted]) -> list[Wanted]:
        """The books may believe in a deal that was deleted, until somebody decides; no line in the CRM can name it."""
        deal = self.pay.line.fields["deal_id"]
        named = {str(each.fields[deal]) for each in lines if each.fields.get(deal)}
        lost = mirror.deleted(self.conn, self.configuration.mapping.deal_object, named)
        return [
            each._replace(fields={**each.fields, deal: None}) if each.fields.get(deal) in lost else each
            for each in lines
        ]

    def _shut(self, payee_id: str) -> set[str]:
        """The closed periods whose statements of this payee the CRM shows already."""
        return self.closed.keys() - self.again - self.paid.get(payee_id, set())

    def _statements(
        self, payee_id: str, of: Material, ahead: Sequence[Row], paid: Sequence[Part]
    ) -> Iterator[Recorded]:
        """The statements of a payee in the periods that are looked at; with estimates where they are open."""
        ahead = [row for row in ahead if row["period"] not in self.closed]
        some = {*of.periods, *(row["period"] for row in ahead), *(part.period for part in paid)}
        periods = sorted(some - self._shut(payee_id))
        person = self.people.get(payee_id)
        if person is None:
            if periods:
                self.issues.append(_without_user(payee_id))
            return
        for period in periods:
            closed = period in self.closed
            said = self._sealed(period, payee_id) if closed else None
            said = said or open_statement(person, of.in_period(period), self.configuration)
            payee = Payee(payee_id, person["user_id"])
            own = {
                "estimates": [row for row in ahead if row["period"] == period],
                "paid": [_told(part) for part in paid if part.period == period],
            }
            yield from recorded(payee, {**said, **own}, self.pay, self.stamp, closed=closed)

    def _sealed(self, period: str, payee_id: str) -> Row | None:
        found = sealed(self.conn, self.closed[period].number, payee_id)
        return found[0].content["statement"] if found else None

    def _withdrawn(self, payees: Sequence[str], shown: Collection[str]) -> Iterator[Recorded]:
        """Statements that the CRM shows and that there are no longer: of nothing, and kept."""
        period = self.pay.statement.fields["period"]
        for held in record_families.ordered_by(self.conn, self.pay.statement.name, payees, self.stamp.now):
            shut = self._shut(held.change.ordered_by)
            if held.change.record_id not in shown and held.fields[period] not in shut:
                yield Recorded(emptied(held, self.pay.statement, WITHDRAWN, self.stamp), [])

    def _vanished(self, statements: Sequence[str], shown: Collection[str]) -> Iterator[Wanted]:
        """Lines that the CRM shows and that there are no longer: of zero, and kept."""
        for held in record_families.ordered_by(self.conn, self.pay.line.name, statements, self.stamp.now):
            if held.change.record_id not in shown:
                yield emptied(held, self.pay.line, VANISHED, self.stamp)

    def _desire(self, statements: Sequence[Wanted], lines: Sequence[Wanted]) -> int:
        """A statement with a line that changed is due with it: it is to show the run of its lines."""
        line, statement = self.pay.line.name, self.pay.statement.name
        changed = writeback.desire_each(self.conn, line, lines)
        moved = {each.ordered_by for each in lines if each.record_id in changed}
        also = writeback.desire_each(self.conn, statement, statements, moved)
        writeback.unpark(self.conn, line, [each.record_id for each in lines])
        writeback.unpark(self.conn, statement, [each.record_id for each in statements])
        return len(changed) + len(also)


def _told(part: Part) -> Row:
    return {"plan": part.plan, "currency": part.currency, "amount": format_amount(part.micros, part.currency)}


def _without_user(payee_id: str) -> Issue:
    message = "is no user of the CRM (any more), so that the statements there are not kept up to date."
    remedy = "Give the person a user in the CRM; 'worker.py statement' shows what is earned."
    return Issue("payee_without_user", Severity.WARNS, _subject(payee_id), message, remedy)
