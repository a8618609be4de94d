"""Money in a currency that an org does not know is not shown as another one."""

from __future__ import annotations

from typing import cast

from connectors.port import Target
from connectors.salesforce.pay_records import LINE, PAY_RECORDS
from engine.model import Change
from jobs.publishing.fit import fitted


class OneCurrency:
    """An org in which records have no currency of their own."""

    def fields(self, object: str) -> dict[str, object]:  # noqa: A002, ARG002  # the port's word
        """None of the fields is a currency."""
        return {}


def test_pay_in_another_currency_is_parked_by_name() -> None:
    wanted = [Change(LINE.name, code, (("CurrencyIsoCode", code), ("Amount__c", "1"))) for code in ("EUR", "USD")]
    fit, (parked,) = fitted(cast("Target", OneCurrency()), PAY_RECORDS, wanted, "USD")

    assert [(each.record_id, each.fields) for each in fit] == [("USD", (("Amount__c", "1"),))]
    assert (parked.change.record_id, parked.code) == ("EUR", "OTHER_CURRENCY")
    assert "The pay is in EUR" in parked.message
