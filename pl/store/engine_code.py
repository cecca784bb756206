"""Name the version of the code that walks bars, whose state no other version may take up."""

import hashlib
import platform
from pathlib import Path
from typing import Final

import numba
import numpy as np

import pl

ROOMS: Final = ("market", "signals")
"""What follows from bars is reckoned in these, with what stands beside them."""


def engine_code() -> str:
    """Return a fingerprint of the sources, the compiler and the processor's kind."""
    root = Path(pl.__file__).parent
    rooms = [path for room in ROOMS for path in (root / room).rglob("*.py")]
    told = hashlib.sha256(f"{numba.__version__} {np.__version__} {platform.machine()}".encode())
    for path in sorted([*root.glob("*.py"), *rooms]):
        told.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return told.hexdigest()
