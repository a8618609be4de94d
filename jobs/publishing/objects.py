"""Which objects of the CRM the configuration has us write."""

from __future__ import annotations

from connectors.outcomes import NOTES
from connectors.pay_objects import PAY_OBJECTS
from connectors.pay_records import PayRecords
from jobs.configuration import Configuration


def pay_objects(configuration: Configuration) -> PayRecords | None:
    """Where statements and lines are kept; None where they are not."""
    return PAY_OBJECTS.get(configuration.mapping.crm) if configuration.settings.records else None


def ours(configuration: Configuration) -> list[str]:
    """The objects whose records are made by us."""
    pay = pay_objects(configuration)
    return [*(each.name for each in (pay.objects if pay else ())), *([NOTES] if configuration.mapping.note else [])]


def written(configuration: Configuration) -> list[str]:
    """The objects that are written, deals first."""
    return [configuration.mapping.deal_object, *ours(configuration)]
