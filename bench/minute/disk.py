"""The peer of what has to be durable: a few pages written over old ones, and the disk's word."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

SYNCED_BYTES: Final = 65_536
"""About what the first events of a close leave in PostgreSQL's log."""
_PLACES: Final = 64


@dataclass(slots=True)
class Disk:
    """Note how long the disk takes to say that it has a few pages, ms."""

    file: int
    synced_ms: list[float] = field(default_factory=list)

    def sync(self) -> None:
        """Write SYNCED_BYTES of a file that has them already, and wait for them."""
        began = time.monotonic()
        place = len(self.synced_ms) % _PLACES
        os.pwrite(self.file, bytes(SYNCED_BYTES), place * SYNCED_BYTES)
        os.fdatasync(self.file)
        self.synced_ms.append(1000 * (time.monotonic() - began))


@contextmanager
def syncing(path: Path) -> Iterator[Disk]:
    """Yield a disk that syncs a file at `path`, which is made, and removed afterwards."""
    file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        os.write(file, bytes(_PLACES * SYNCED_BYTES))
        os.fsync(file)
        yield Disk(file)
    finally:
        os.close(file)
        path.unlink()
