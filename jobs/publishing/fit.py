"""What of a record an org can hold: money in another currency than its only one is not written, but parked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from connectors.pay_records import PayRecords
from connectors.port import Target
from engine.model import Change, Sent, Verdict


def fitted(
    target: Target, pay: PayRecords, changes: Sequence[Change], org_currency: str | None
) -> tuple[list[Change], list[Sent]]:
    """The changes without a currency where the org knows one alone; parked where that is another one."""
    fit: list[Change] = []
    parked: list[Sent] = []
    for change in changes:
        field = next(each.fields["currency"] for each in pay.objects if each.name == change.object)
        currency = dict(change.fields).get(field)
        if field in target.fields(change.object):
            fit.append(change)
        elif currency in (None, org_currency):
            fit.append(replace(change, fields=tuple(each for each in change.fields if each[0] != field)))
        else:
            message = f"The pay is in {currency}, but {org_currency} is the org's only currency: activate it there."
            parked.append(Sent(change, Verdict.PARKED, "OTHER_CURRENCY", message))
    return fit, parked
