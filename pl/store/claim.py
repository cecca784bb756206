"""Let one Streaming write to a database at a time."""

import time
from typing import Final

from pl.errors import Unavailable
from pl.store.connection import Cursor, Database

_KEY: Final = 0x73747265  # "stre"
_PATIENCE_S: Final = 5.0


def claim_writing(database: Database) -> None:
    """Hold the writer's advisory lock for as long as the connection lives.

    Waits some seconds for a writer that has just been killed; raises Unavailable after that.
    """

    def work(cursor: Cursor) -> bool:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", (_KEY,))
        row = cursor.fetchone()
        return bool(row and row[0])

    until = time.monotonic() + _PATIENCE_S
    while not database.run(work):
        if time.monotonic() > until:
            raise Unavailable("PostgreSQL", "another Streaming writes to this database")
        time.sleep(0.1)
