"""The clock of stand-in CRMs, which a test moves."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


class FakeClock:
    """A clock that a test moves."""

    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now

    def advance(self, **parts):
        self.now += timedelta(**parts)
