"""Let one Streaming and one DataLoader work on a database at a time."""

import time
from typing import Final

from pl.errors import Unavailable
from pl.store.connection import Cursor, Database

STREAMING: Final = "Streaming"
DATALOADER: Final = "DataLoader"

_KEYS: Final = {STREAMING: 0x73747265, DATALOADER: 0x6C6F6164}  # "stre", "load"
_PATIENCE_S: Final = 5.0


def claim_writing(database: Database, service: str) -> None:
    """Hold the advisory lock of a service for as long as the connection lives.

    Waits some seconds for one that has just been killed; raises Unavailable after that.
    """

    def work(cursor: Cursor) -> bool:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", (_KEYS[service],))
        row = cursor.fetchone()
        return bool(row and row[0])

    until = time.monotonic() + _PATIENCE_S
    while not database.run(work):
        if time.monotonic() > until:
            raise Unavailable("PostgreSQL", f"another {service} works on this database")
        time.sleep(0.1)
