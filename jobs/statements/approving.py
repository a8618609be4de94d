"""Approving statements before their period is closed: by whom access.yaml names, and never one's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine.documents.company.access import Duty
from jobs.access.actor import Actor
from jobs.access.approvals import Unapproved
from jobs.access.visible import Visible, sight_of
from jobs.books.material import Material, batched, material, payees_in
from jobs.books.moved import moved, totals
from jobs.books.periods import is_closed, named
from jobs.configuration import Configuration
from jobs.settings import SettingsProblem
from jobs.statements.approved import KIND, SHORT, approvals_of, detail_of, figures_hash, subject_of
from jobs.who import NotFound, find_payee
from store import approvals, audit, canonical, closing

ALWAYS: frozenset[Duty] = frozenset({"admin"})


@dataclass(frozen=True, slots=True)
class Approver:
    """Somebody who approves statements of a period, in the caller's write transaction."""

    conn: Connection
    configuration: Configuration
    actor: Actor
    period: str
    reason: str
    now: datetime
    figures: str = ""
    """What the statement's figures are called where only these are meant; whatever it shows where this is empty."""

    def approve(self, who: Sequence[str] = ()) -> list[dict[str, Any]]:
        """Approve the statements of these payees as they are now; where none is named, all that the actor may.

        One that is approved as it is stays so. Raises NotFound for a statement that the actor may not approve, and
        SettingsProblem for a closed period, for figures that it shows no more, and where nobody is asked to.
        """
        self._refuse_period()
        may = self._may_approve()
        shown = (payee for payee in payees_in(self.conn, self.period) if may.shows(payee))
        mine = [payee for payee in shown if payee != self.actor.person_id]
        payees = [self._one(each, mine, may) for each in who] if who else mine
        if not payees:
            raise NotFound(f"There is no statement of {self.period} that you may approve; summary shows whose you see.")
        return [each for some in batched(payees) for each in self._approved(some)]

    def _refuse_period(self) -> None:
        named(self.period, self.configuration)
        if not self.configuration.access.statements_approved_by:
            raise SettingsProblem(
                "Nobody is asked to approve statements: say who in access.yaml, "
                "such as statements_approved_by: [manager, finance] (docs/access.md)."
            )
        if is_closed(self.period, closing.closed(self.conn), self.configuration):
            raise SettingsProblem(f"{self.period} is closed: its statements are final, and none waits for approval.")

    def _may_approve(self) -> Visible:
        """Whose statements the roles that approve see; what the actor's other roles see does not count."""
        roles = self.actor.roles & (ALWAYS | frozenset(self.configuration.access.statements_approved_by))
        company = self.configuration.rules.company
        return sight_of(replace(self.actor, roles=roles), self.conn, company, self.now).in_period(self.period)

    def _one(self, who: str, mine: Sequence[str], may: Visible) -> str:
        payee_id = str(find_payee(self.conn, who, may)["person_id"])
        if payee_id == self.actor.person_id:
            raise Unapproved("Your own statement must be approved by somebody else.")
        if payee_id not in mine:
            raise NotFound(f"Nothing shows for {who} in {self.period}; there is nothing to approve.")
        return payee_id

    def _approved(self, payees: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Each statement with its totals and its approval, after approving it where it was not."""
        names = {row["person_id"]: row["name"] for row in canonical.whole(self.conn, "people").iter_rows(named=True)}
        read = material(self.conn, payees, self.period)
        figures = {payee: figures_hash(read.of(payee), self.configuration) for payee in payees}
        before = approvals_of(self.conn, self.configuration, self.period, figures)
        sums = {payee: _totals(read.of(payee)) for payee in payees}
        for payee in payees:
            self._refuse_others(figures[payee])
            if before[payee].state != "approved":
                self._note(payee, figures[payee], asdict(before[payee]), sums[payee])
        for payee, now in approvals_of(self.conn, self.configuration, self.period, figures).items():
            told = {"payee_id": payee, "payee": names.get(payee) or payee, "period": self.period}
            yield told | {"totals": sums[payee], "approval": asdict(now)}

    def _refuse_others(self, figures: str) -> None:
        """What somebody looked at and what is approved are the same."""
        if self.figures and figures[:SHORT] != self.figures:
            raise SettingsProblem(
                f"The statement shows figures {figures[:SHORT]} by now, not {self.figures}: look at it again "
                "(worker.py statement), then approve what it shows. Nothing was approved."
            )

    def _note(self, payee_id: str, figures: str, before: dict[str, Any], sums: dict[str, str]) -> None:
        """Keep the approval, in the audit log too."""
        conn, who, now, reason = self.conn, self.actor, self.now, self.reason
        subject, detail = subject_of(self.period, payee_id), detail_of(self.period, payee_id, figures)
        asked = approvals.add_request(conn, who, KIND, subject, detail, now=now, concerns=[payee_id])
        approvals.add_step(conn, who, asked, "approved", reason=reason, now=now)
        after = {"state": "approved", **detail, "totals": sums}
        audit.note(conn, who, "approve statement", subject, before=before, after=after, reason=reason, now=now)


def _totals(of: Material) -> dict[str, str]:
    return totals(of.rows, moved(of.earned, of.period))
