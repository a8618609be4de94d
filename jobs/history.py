"""The stored history as the rules see it: every won deal, classified anew and rolled back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import polars as pl

from engine.deals.assign import with_circumstances
from engine.deals.classify import classify
from jobs.canonical import refresh
from jobs.configuration import Configuration
from store import canonical
from store.database import Store


def classified_deals(configuration: Configuration, store: Store, clock: Callable[[], datetime]) -> pl.DataFrame:
    """The won deals of the store under the configuration, with the lists that their accounts are on."""
    with store.rehearse() as conn:
        refresh(conn, configuration, clock())
        book = canonical.load_book(conn, None)
    return with_circumstances(classify(book, configuration.rules).rows, book)
