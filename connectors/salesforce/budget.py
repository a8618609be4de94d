"""What Salesforce says of the org's daily API calls."""

from __future__ import annotations

import re
from collections.abc import Mapping

from connectors.budget import DailyBudget

_USAGE = re.compile(r"(?:^|[ ;])api-usage=(\d+)/(\d+)")


class ApiBudget(DailyBudget):
    """Our share of the org's calls in a rolling day, as every answer counts them."""

    def said(self, headers: Mapping[str, str]) -> tuple[int, int] | None:
        """Calls used and allowed in the whole org."""
        found = _USAGE.search(headers.get("Sforce-Limit-Info", ""))
        return (int(found[1]), int(found[2])) if found else None
