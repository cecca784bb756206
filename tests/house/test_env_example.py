"""What can be set is shown in `.env.example`."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SET_BY_THE_LAUNCHER = {"PL_MARKET", "PL_SPOOL_DIR", "NUMBA_CACHE_DIR"}
ONLY_FOR_TESTS = {"TICKSTOCK_TEST_DATA"}


def test_every_documented_variable_stands_in_the_example() -> None:
    page = (ROOT / "docs/guides/configuration.md").read_text()
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    documented = {name for cell in rows for name in re.findall(r"`([A-Z][A-Z0-9_]+)`", cell)}
    example = set(
        re.findall(r"^#([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    )
    assert documented - SET_BY_THE_LAUNCHER - ONLY_FOR_TESTS == example
