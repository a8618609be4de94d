"""Who the people files name: everybody who may be paid, as the files name them."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from io import StringIO

COLUMNS = ("payee", "manager")


def named_payees(files: Mapping[str, str]) -> frozenset[str]:
    """E-mail addresses and ids in the columns that name people; what is wrong with a file is told when it is read."""
    rows = (row for text in files.values() for row in csv.DictReader(StringIO(text)))
    return frozenset(name.strip() for row in rows for column in COLUMNS if (name := row.get(column)))
