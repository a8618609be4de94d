"""Who may do and see what (`config/access.yaml`): people by their login, their roles, and what needs two of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, StrictStr

from engine.documents.document import Document
from engine.documents.problems import Problem
from engine.documents.values import FILLED, Currency, Pay, spelt

Duty = Literal["payee", "manager", "finance", "auditor", "admin"]
Decision = Literal["close", "reopen", "plan_activation", "breaker", "adjustment"]

Approves = Literal["manager", "finance"]

DECIDES: frozenset[Duty] = frozenset({"finance", "admin"})
"""Roles whose holders approve."""
ALWAYS_TWO: frozenset[Decision] = frozenset({"reopen"})
"""What one person alone never decides, whatever the file says."""
PAIR = 2

_login = spelt(r"[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}", "Write the name the person logs in with, such as dana.", "a login")
_email = spelt(r"[^@\s]+@[^@\s]+", "Write an e-mail address, such as dana@harbour.example.", "an e-mail address")


class Identity(Document):
    """Somebody (or some service) that gives commands."""

    login: Annotated[StrictStr, _login[0], _login[1]] = Field(examples=["dana"])
    """The name of the operating system's user, or the one that `TALLYSTICK_ACTOR` gives."""
    name: StrictStr = Field(examples=["Dana Osei"])
    """How the audit log and statements call this person."""
    email: Annotated[StrictStr, _email[0], _email[1]] | None = Field(default=None, examples=["dana@harbour.example"])
    """The e-mail address in the CRM: whose pay is this person's own, and whose team is."""
    roles: Annotated[tuple[Duty, ...], *FILLED] = Field(examples=["[finance]"])
    """`payee`: sees own rows. `manager`: sees everybody below in the reporting lines of the day, too. `finance`: sees
    all; runs, adjusts, closes, exports, approves. `auditor`: sees all, changes nothing. `admin`: sees and does all."""

    def problems(self) -> Iterator[Problem]:
        """Own rows need an e-mail address; who audits what others do does nothing of it."""
        if self.email is None and {"payee", "manager"} & set(self.roles):
            yield Problem(
                ("email",), "missing: it tells whose pay is this person's own.", "Add the CRM's e-mail address."
            )
        if "auditor" in self.roles and DECIDES & set(self.roles):
            yield Problem(("roles",), "an auditor would audit own work.", "Give auditor, or finance and admin.")


class Access(Document):
    """Who may do and see what. Whoever is not named here may do nothing and see nothing.

    As long as nobody is named, only the operating system's user who owns the database acts, as `admin`; that user may
    read the file anyway.
    """

    people: tuple[Identity, ...] = Field(
        default=(), examples=["[{login: dana, name: Dana Osei, email: dana@harbour.example, roles: [finance]}]"]
    )
    """Everybody who gives commands, the daemon's own user among them."""
    two_persons: tuple[Decision, ...] = Field(default=(), examples=["[close, reopen, plan_activation, breaker]"])
    """What needs two persons: closing a period, opening it again (which always does), a plan version that nobody has
    approved yet, a change that the guard has stopped (`breaker`), an adjustment above its limit."""
    adjustment_limit: dict[Currency, Pay] = Field(
        default_factory=dict, validate_default=True, examples=["{EUR: 500, USD: 500}"]
    )
    """The largest adjustment by currency that needs no second person; in a currency that is not named, none is."""

    statements_approved_by: tuple[Approves, ...] = Field(default=(), examples=["[manager, finance]"])
    """Roles whose holders approve each statement before its period can be closed: `manager` those of the own tree,
    `finance` all; an admin may in any case, nobody the own one. Where none is named, closing asks for no approval."""

    def needs_two(self, decision: str) -> bool:
        """Whether one person alone may not decide this."""
        return decision in ALWAYS_TWO or decision in self.two_persons

    def problems(self) -> Iterator[Problem]:
        """Nobody is named twice, somebody can act, and two people can decide what two must."""
        yield from self._named_twice()
        if self.people and not any("admin" in of.roles for of in self.people):
            yield Problem(("people",), "nobody is admin.", "Give one of them the role admin.")
        deciding = sum(1 for of in self.people if DECIDES & set(of.roles))
        if self.two_persons and deciding < PAIR:
            some = "nobody" if not deciding else "one person"
            message = f"{some} named under people may approve: two could never be found."
            yield Problem(("two_persons",), message, "Name two people with the role finance or admin.")

    def _named_twice(self) -> Iterator[Problem]:
        for key in ("login", "email"):
            seen: set[str] = set()
            for place, of in enumerate(self.people):
                value = (getattr(of, key) or "").casefold()
                if value in seen:
                    yield Problem(("people", place, key), f"{value} is named twice.", "Name each person once.")
                seen |= {value} - {""}
