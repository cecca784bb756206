#!/usr/bin/env python3
"""Draw an example of each signal from recorded bars into docs/reference/examples.

It reads the bars below TICKSTOCK_TEST_DATA and also writes examples.json, which says what was
chosen; run scripts/write_signals.py afterwards.
"""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scripts.drawing import draw  # noqa: E402 - the checkout is put on the path above
from scripts.examples import Example, chosen, recorded  # noqa: E402

FOLDER = ROOT / "docs" / "reference" / "examples"
CHOSEN = FOLDER / "examples.json"


def file_of(example: Example) -> str:
    """Return the name of an example's file; candlesticks that alert have two examples."""
    prefix = "candle-" if example.family == "candle" else ""
    return f"{prefix}{example.name}.svg"


def read_examples() -> list[Example]:
    """Return what was chosen."""
    return [Example(**one) for one in json.loads(CHOSEN.read_text())]


def main() -> int:
    """Choose and draw."""
    home = Path(os.environ.get("TICKSTOCK_TEST_DATA", ROOT.parent / "shared" / "data"))
    FOLDER.mkdir(parents=True, exist_ok=True)
    kept = []
    for example, drawing in chosen(recorded(home)):
        (FOLDER / file_of(example)).write_text(draw(drawing))
        kept.append(asdict(example))
    CHOSEN.write_text(json.dumps(kept, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
