"""Pools: a role that several people hold in one place is given to one of them, account by account, and stays there."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, StrictStr

from engine.documents.document import Document
from engine.documents.values import Day

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Pool(Document):
    """How the accounts of a place are given to those who hold the role there.

    The members are the holders of the role at the most specific scope that has any; somebody who holds it for the
    account itself is no matter of chance or turn. An account is given away with its first won deal in the window of the
    rules, whichever rule decides that deal and whether or not it names the role, in the order of deals (day, id). It
    stays with its member as long as he holds the role there; only then it is given away again. What was given away is
    kept with the results: a deal that arrives late takes the next turn and moves nobody. Who is on leave that day
    (`leave.csv`) takes no turn and keeps what he has; where all are, the role is vacant.
    """

    draw: Literal["round_robin", "by_capacity"] = Field(examples=["round_robin"])
    """`round_robin`: to the member whose last turn is longest ago, those without one first, then by id.
    `by_capacity`: to the member of whose `capacity` (a column of `roles.csv`, in accounts) the least is used
    (of those who are level as in `round_robin`), and to nobody who is full; when all are, the role is vacant.
    Of two holdings of one person there, the larger capacity counts."""
    because: StrictStr = Field(default="", examples=["New customers are shared evenly"])
    """Why."""
    working_days: tuple[Weekday, ...] = Field(default=WEEKDAYS[:5], examples=["[mon, tue, wed, thu, fri]"])
    """A deal of another day is given away on the next working day, to who is a member then."""
    holidays: tuple[Day, ...] = Field(default=(), examples=["[2026-12-25, 2027-01-01]"])
    """Days that are no working days."""
