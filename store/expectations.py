"""Who is expected to be credited for which open deal: so that a change of either finds the other."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from store.bulk import among, execute_many
from store.tables import table

EXPECTATION = table("expectation")
INSERT = sa.text("INSERT INTO expectation (deal_id, payee_id) VALUES (:deal_id, :payee_id)")


def replace_expected(
    conn: sa.Connection, deal_ids: Collection[str] | None, pairs: Collection[tuple[str, str]]
) -> set[str]:
    """Make these (deal, payee) all that is expected of the deals (None: of all); answers whom old or new ones name."""
    chosen, deleted = sa.select(EXPECTATION.c.payee_id).distinct(), sa.delete(EXPECTATION)
    if deal_ids is not None:
        which = EXPECTATION.c.deal_id.in_(among(deal_ids))
        chosen, deleted = chosen.where(which), deleted.where(which)
    before = set(conn.scalars(chosen))
    conn.execute(deleted)
    execute_many(conn, INSERT, sorted(set(pairs)))
    return before | {payee for _, payee in pairs}


def deals_of(conn: sa.Connection, payee_ids: Collection[str]) -> set[str]:
    """The open deals for which these payees are expected to be credited."""
    chosen = sa.select(EXPECTATION.c.deal_id).where(EXPECTATION.c.payee_id.in_(among(payee_ids)))
    return set(conn.scalars(chosen.distinct()))
