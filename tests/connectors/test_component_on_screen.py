"""The Lightning component in a real browser, with stand-ins for what only a Salesforce page has."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

HOME = Path(__file__).parents[2] / "connectors" / "salesforce"
CHROMIUM = shutil.which("chromium")
PACKAGES = HOME / "node_modules" / ".installed"
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.skipif(not PACKAGES.exists(), reason="the component's packages are not installed: make lwc-test"),
]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The component and its stand-ins in one file, and the page that shows it."""
    folder = tmp_path_factory.mktemp("component")
    build = ["npm", "exec", "--no", "--", "rollup", "--silent", "-c", "pictures/rollup.config.mjs"]
    script = folder / "page.js"
    subprocess.run([*build, "-o", str(script)], cwd=HOME, check=True, capture_output=True, timeout=60)  # noqa: S603  ours
    text = (HOME / "pictures" / "page.html").read_text("utf-8")
    shown = folder / "page.html"
    shown.write_text(text.replace("../node_modules/.pictures/page.js", script.name), "utf-8")
    return shown


@pytest.mark.parametrize(("view", "shown"), [("statement", 1), ("deal", 2)])
def test_nothing_is_cut_off_on_a_telephone(page, view, shown):
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=2000", "--window-size=400,900"]
    told = subprocess.run(  # noqa: S603  ours
        [str(CHROMIUM), *options, f"--user-data-dir={page.parent}", "--dump-dom", f"{page.as_uri()}#{view}"],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout

    assert told.count("<c-commission-statement>") == shown
    assert re.search(r'data-beyond="(-?\d+)"', told).group(1) == "0"
