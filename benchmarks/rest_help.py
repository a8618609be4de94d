"""Times `worker.py --help` from start to end, as a person waits for it."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.child import measured
from benchmarks.rotation import REPOSITORY


def main(rows: int) -> None:
    """One cold call."""
    with measured() as work:
        subprocess.run([sys.executable, "worker.py", "--help"], cwd=REPOSITORY, check=True, capture_output=True)
    work.report(rows)


if __name__ == "__main__":
    main(int(sys.argv[1]))
