#!/usr/bin/env python3
"""Draw an example of each signal from recorded bars into docs/reference/examples.

It reads the bars below TICKSTOCK_TEST_DATA and also writes examples.json, which says what was
chosen; run scripts/write_signals.py and scripts/write_combos.py afterwards. `--combos` draws those
of the combos alone.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scripts.combo_examples import (  # noqa: E402
    FAMILY,
    chosen_combos,
    recording,
)
from scripts.drawing import draw  # noqa: E402 - the checkout is put on the path above
from scripts.examples import Example, chosen, recorded  # noqa: E402
from scripts.recorded_series import recorded_home  # noqa: E402

FOLDER = ROOT / "docs" / "reference" / "examples"
CHOSEN = FOLDER / "examples.json"


def file_of(example: Example) -> str:
    """Return the name of an example's file; candlesticks that alert have two examples."""
    prefix = f"{example.family}-" if example.family in {"candle", FAMILY} else ""
    return f"{prefix}{example.name}.svg"


def read_examples() -> list[Example]:
    """Return what was chosen."""
    return [Example(**one) for one in json.loads(CHOSEN.read_text())]


def main() -> int:
    """Choose and draw."""
    home = recorded_home()
    FOLDER.mkdir(parents=True, exist_ok=True)
    combos = list(chosen_combos(recording(home)))
    kept = [one for one in read_examples() if one.family != FAMILY]
    drawn = combos
    if "--combos" not in sys.argv[1:]:
        drawn = [*chosen(recorded(home)), *combos]
        kept = [example for example, _ in drawn if example.family != FAMILY]
    for example, drawing in drawn:
        (FOLDER / file_of(example)).write_text(draw(drawing))
    kept += [example for example, _ in combos]
    CHOSEN.write_text(json.dumps([asdict(one) for one in kept], indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
