"""One computation, committed: late changes of closed periods sorted out, everything else booked."""

from __future__ import annotations

from jobs.books.drift import compute_noticing
from jobs.compute import Computed
from jobs.configuration import Configuration
from jobs.crash_points import crash_point
from jobs.running import Run


def compute(configuration: Configuration, run: Run) -> Computed:
    """Bring the books up to date with mirror and rules, and commit."""
    crash_point("compute.before_save")
    with run.write() as conn:
        computed = compute_noticing(conn, configuration, run)
    crash_point("compute.after_save")
    run.count(
        deals=computed.deals,
        payees=computed.payees,
        postings=computed.postings.height + computed.released.height,
        wanted=computed.wanted,
    )
    return computed
