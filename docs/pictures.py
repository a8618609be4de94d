"""Takes the pictures of the documentation: the statement page of the demo's company, as a browser shows it.

Needs Chromium, which only whoever takes pictures anew must have.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from docs.readme import README, ROOT
from docs.readme import shown as story

PICTURES = ROOT / "docs/pictures"
SIZES = {"statement": "1000,900", "statement-telephone": "500,900"}
"""By picture, width and height of the window."""
LARGEST = 150_000
SECONDS = 300


def page(folder: Path) -> Path:
    """The page of the statement that the demo shows."""
    worker = [sys.executable, str(ROOT / "worker.py")]
    _run([*worker, "demo", "--folder", str(folder / "demo")])
    made = folder / "statement.html"
    whose = re.search(r"^Statement of (.+), (\S+)$", story(README.read_text(encoding="utf-8")), re.MULTILINE)
    if whose is None:
        sys.exit("The story of the demo in the README shows no statement; make docs first.")
    _run([*worker, "statement", *whose.groups(), "--html", str(made), "--config", str(folder / "demo/config")])
    return made


def take(browser: str, shown: Path, name: str) -> None:
    """One picture; refuses one that is too large to be kept."""
    picture = PICTURES / f"{name}.png"
    looks = ["--headless", "--no-sandbox", "--hide-scrollbars", "--force-device-scale-factor=0.75"]
    given = [*looks, f"--user-data-dir={shown.parent / 'browser'}", f"--window-size={SIZES[name]}"]
    _run([browser, *given, f"--screenshot={picture}", shown.as_uri()])
    if picture.stat().st_size > LARGEST:
        sys.exit(f"{picture} has more than {LARGEST} bytes; take a smaller one.")


def _run(words: list[str]) -> None:
    subprocess.run(words, check=True, capture_output=True, timeout=SECONDS)  # noqa: S603


def main() -> None:
    """Take them all."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("Pictures are taken with Chromium, which is not here; nothing was changed.")
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        shown = page(Path(folder))
        for name in SIZES:
            take(browser, shown, name)


if __name__ == "__main__":
    main()
