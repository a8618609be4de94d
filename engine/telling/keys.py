"""Keys under which statements and lines are known outside: hashes, so that none tells a name, a deal or an amount."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

LINE = ("plan", "component", "payee_id", "period", "source_id", "part")


def line_key(line: Mapping[str, Any]) -> str:
    """The key of a line, the same after every computation."""
    return record_key("line", *(line[name] for name in LINE))


def statement_key(payee_id: str, plan: str, period: str, currency: str) -> str:
    """The key of a payee's statement in one plan; of a plan that pays in two currencies each has its own."""
    return record_key("statement", payee_id, plan, period, currency)


def record_key(*parts: str | None) -> str:
    """64 characters that stand for the parts."""
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
