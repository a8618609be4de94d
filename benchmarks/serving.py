"""Starts the stand-in CRM in a process of its own and asks it what it has counted."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from benchmarks.rotation import REPOSITORY


class Server:
    """A running stand-in CRM."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.address = self._line()

    def counted(self) -> Mapping[str, object]:
        """Calls since it was last asked, how many of them were writes, and what else it has counted."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        found: Mapping[str, object] = json.loads(self._line())
        return found

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        if not line:
            raise RuntimeError("The stand-in CRM ended before its time; what it printed is above.")
        return line


@contextmanager
def serving(rows: int, module: str = "benchmarks.crm", *more: str) -> Iterator[Server]:
    """A CRM with so many deals, until the end of the block."""
    command = [sys.executable, "-m", module, str(rows), *more]
    with subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Server(process)
        finally:
            process.kill()
