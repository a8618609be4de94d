"""What a person has to decide anew."""

from __future__ import annotations


class PricedAnew(Exception):  # noqa: N818  # not an error: a decision to be taken again
    """What the change would move is no longer what was shown; nothing was booked."""
