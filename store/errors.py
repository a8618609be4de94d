"""What can go wrong in the store, sorted by what the caller should do."""

from __future__ import annotations


class StoreError(Exception):
    """Base of the store's errors; the message names what is wrong and the remedy."""


class StoreRefused(StoreError):  # noqa: N818 - named for what happened, as its handlers read
    """The database cannot be used as it is (place, damage, version, owner): stop and show the message."""


class StoreUnreadable(StoreRefused):
    """The file is damaged, or a newer version's: what it holds cannot be told; a backup can take its place."""


class StoreBusy(StoreError):  # noqa: N818 - named for what happened, as its handlers read
    """Another process held the write lock for longer than we wait: try again later."""


class BookedElsewhere(StoreError):  # noqa: N818 - named for what happened, as its handlers read
    """Another run booked the same difference first: compute again from the new ledger."""


class LeaseLost(StoreError):  # noqa: N818 - named for what happened, as its handlers read
    """Somebody else holds the lease now: stop at once, write nothing more."""


class WrongOrganization(StoreError):  # noqa: N818 - named for what happened, as its handlers read
    """The credentials belong to another org than the one this database was filled from: neither read nor write."""
