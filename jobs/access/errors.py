"""What somebody is told who may not do or see something."""

from __future__ import annotations


class NotYours(Exception):  # noqa: N818  # shown to a person as it is
    """The acting person may not do or see this. The message is the same where there is nothing to be seen."""
