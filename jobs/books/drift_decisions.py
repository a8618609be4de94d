"""Decisions on late changes: the price is shown, and what is accepted books exactly that price."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from engine.money import format_amount
from engine.payees.paying.booking import first_open
from jobs.access.actor import Actor
from jobs.access.visible import ALL
from jobs.books.adjusting import Asked, Desk
from jobs.books.drift import let_through
from jobs.books.errors import PricedAnew
from jobs.books.prices import told, tried
from jobs.computing import compute
from jobs.configuration import Configuration
from jobs.running import Run
from jobs.settings import SettingsProblem
from jobs.who import NotFound, find_payee
from store import audit, canonical, closing, drift, mirror
from store.drift import Drift


def waiting(conn: Connection, *, everything: bool = False) -> list[dict[str, Any]]:
    """The changes that wait (or all there ever were), each with what changed and its price per payee."""
    names = _names(conn)
    return [_shown(each, names) for each in drift.drifts(conn, None if everything else drift.OPEN)]


def accept(configuration: Configuration, run: Run, drift_id: int, actor: Actor, reason: str) -> dict[str, Any]:
    """Book a change that was held or refused, at the price that was shown; raises PricedAnew where that is another."""
    compute(configuration, run)
    with run.write() as conn:
        found = _standing(conn, drift_id)
        (record,) = mirror.records_of(conn, [(found.object, found.record_id)])
        trial = conn.begin_nested()
        computed = let_through(conn, configuration, run, [record])
        price = tried(conn, record, computed, configuration)
        if price.effects.to_dicts() == [dict(effect) for effect in found.effects]:
            trial.commit()
            _decide(conn, run, found, "accepted", actor=actor, reason=reason)
            run.count(postings=computed.postings.height + computed.released.height)
            return _shown(_known(conn, drift_id), _names(conn))
        trial.rollback()
        drift.price_anew(conn, drift_id, told(conn, record, price, configuration))
    raise PricedAnew(f"Drift {drift_id} would move other amounts by now; nothing was booked. Look at drift list again.")


def reject(run: Run, drift_id: int, actor: Actor, reason: str) -> None:
    """Leave the record as it was believed, until it changes again."""
    with run.write() as conn:
        _decide(conn, run, _standing(conn, drift_id), "rejected", actor=actor, reason=reason)


def adjust(
    configuration: Configuration, run: Run, drift_id: int, actor: Actor, amount: str, *, reason: str, payee: str | None
) -> dict[str, Any]:
    """Reject a change, and adjust the payee's pay in the open period in its place; raises where that is not plain."""
    with run.write() as conn:
        found = _standing(conn, drift_id)
        concerned = sorted({(effect["payee_id"], effect["period"]) for effect in found.effects})
        payees = {each for each, _ in concerned}
        if payee is None and len(payees) != 1:
            raise SettingsProblem(f"Drift {drift_id} concerns {len(payees)} payees; name one with --payee.")
        who = find_payee(conn, payee, ALL)["person_id"] if payee else payees.pop()
        about = [period for each, period in concerned if each == who]
        if not about:
            raise SettingsProblem(f"Drift {drift_id} moves nothing of this payee; drift list shows whom it concerns.")
        opened = first_open(about[-1], frozenset(closing.closed(conn)), configuration.rules.company)
        said = f"{reason} (about {', '.join(about)}, in place of drift {drift_id})"
        asked = Asked(who, opened, amount, said, evidence=f"{found.object} {found.record_id}")
        answer = Desk(conn, configuration, actor, run.clock()).adjust(asked)
        _decide(conn, run, found, "adjusted", actor=actor, reason=reason)
    return answer


def _decide(conn: Connection, run: Run, found: Drift, state: drift.State, *, actor: Actor, reason: str) -> None:
    """Keep the decision, in the audit log too."""
    now, subject = run.clock(), f"drift {found.drift_id}: {found.object} {found.record_id}"
    drift.decide(conn, found.drift_id, state, by=actor.login, reason=reason, now=now)
    before, after = {"state": found.state}, {"state": state}
    audit.note(conn, actor, "drift", subject, before=before, after=after, reason=reason, now=now)


def _names(conn: Connection) -> dict[str, str]:
    return dict(canonical.whole(conn, "people").select("person_id", "name").iter_rows())


def _standing(conn: Connection, drift_id: int) -> Drift:
    found = _known(conn, drift_id)
    if found.state not in drift.STANDING:
        raise SettingsProblem(
            f"Drift {drift_id} is {found.state}; there is nothing left to decide. drift list --all shows how."
        )
    return found


def _known(conn: Connection, drift_id: int) -> Drift:
    found = drift.drift_of(conn, drift_id)
    if found is None:
        raise NotFound(f"There is no drift {drift_id}; drift list shows those that wait.")
    return found


def _shown(found: Drift, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "drift": found.drift_id,
        "object": found.object,
        "record": found.record_id,
        "noticed_at": found.noticed_at,
        "kinds": list(found.kinds),
        "changes": list(found.changes),
        "state": found.state,
        "reason": found.reason,
        "decided_by": found.decided_by,
        "effects": [_effect(effect, names) for effect in found.effects],
        "lines": [{**line, "payee": names.get(line["payee_id"], line["payee_id"])} for line in found.lines],
    }


def _effect(effect: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "account": effect["account"],
        "payee_id": effect["payee_id"],
        "payee": names.get(effect["payee_id"], effect["payee_id"]),
        "period": effect["period"],
        "amount": format_amount(effect["delta_micros"], effect["currency"]),
        "currency": effect["currency"],
    }
