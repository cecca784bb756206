"""What is generated is up to date."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_channel_reference_equals_the_contracts() -> None:
    script = ROOT / "scripts" / "write_channel_reference.py"
    done = subprocess.run([sys.executable, str(script), "--check"], cwd=ROOT, check=False)
    assert done.returncode == 0, "run `.venv-pl/bin/python scripts/write_channel_reference.py`"


def test_the_reference_of_combos_equals_their_declarations() -> None:
    script = ROOT / "scripts" / "write_combos.py"
    done = subprocess.run([sys.executable, str(script), "--check"], cwd=ROOT, check=False)
    assert done.returncode == 0, "run `.venv-pl/bin/python scripts/write_combos.py`"
