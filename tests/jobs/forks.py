"""Commands of the worker as processes of their own, each forked from one that has imported everything already.

They live and die as any process does; only the imports, which take longer than most commands, are done once.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
IMPORTED = ("worker", "commands.wiring", "jobs.cycle", "jobs.salesforce")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, as `subprocess` says it: minus the signal's number where it was killed."""

    returncode: int
    stderr: str


class Forks:
    """The process that forks, one command after the other."""

    def __init__(self, process: subprocess.Popen[str], errors: Path) -> None:
        self.process, self.errors = process, errors

    def run(self, words: list[str], environment: Mapping[str, str]) -> Ended:
        """Run one command to its end."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        order = {"words": words, "environment": dict(environment), "errors": str(self.errors)}
        print(json.dumps(order), file=self.process.stdin, flush=True)
        code = int(self.process.stdout.readline())
        return Ended(code, self.errors.read_text(encoding="utf-8"))


@contextmanager
def forking(folder: Path) -> Iterator[Forks]:
    """A process that forks, until the end of the block."""
    words = (sys.executable, "-m", "tests.jobs.forks")
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        yield Forks(process, folder / "stderr.txt")


def serve() -> None:
    """One child a line, until nobody writes any more."""
    for name in IMPORTED:
        importlib.import_module(name)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            become(**json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201  # the answer to `Forks.run`


def become(words: list[str], environment: dict[str, str], errors: str) -> None:
    """Be `worker.py` with these words: never returns."""
    import worker  # noqa: PLC0415  # the parent has imported it; who imports this module needs none of it

    with Path(errors).open("wb") as file:
        os.dup2(file.fileno(), sys.stderr.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    os.environ.update(environment)
    sys.argv = ["worker.py", *words]
    sys.exit(worker.main())


if __name__ == "__main__":
    serve()
