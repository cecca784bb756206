"""Keep on disk which minutes are still to be fetched: a killed run leaves them to the next one.

Nothing else knows of them: when the feed was silent for a while, the minutes before and after
are stored, and a start looks only behind the last one.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import structlog

from pl.store.spool import sync_folder
from pl.streaming.watch import Gap

log = structlog.get_logger()

Asked = tuple[Gap, frozenset[str]]
"""Minutes that are to be fetched, and of which symbols."""
GAPS: Final = "gaps.json"
UNREADABLE: Final = ".unreadable"


class _Entry(msgspec.Struct):
    from_ms: int
    to_ms: int
    symbols: list[str]


@dataclass(frozen=True, slots=True)
class GapBook:
    """Write open gaps into a file, whole each time; symbols : of the universe.

    An entry without symbols asks for all of them.
    """

    path: Path
    symbols: Sequence[str]

    def write(self, gaps: Iterable[Asked]) -> None:
        """Replace what the file holds; it is on disk then. Raises OSError."""
        whole = frozenset(self.symbols)
        entries = [
            _Entry(gap.from_ms, gap.to_ms, [] if asked == whole else sorted(asked))
            for gap, asked in gaps
        ]
        beside = self.path.with_suffix(".writing")
        with beside.open("wb") as file:
            file.write(msgspec.json.encode(entries))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path)
        sync_folder(self.path.parent)

    def read(self) -> list[Asked]:
        """Return what an earlier run left, of the symbols that still are in the universe.

        A file that cannot be read is kept beside it and told in the log.
        """
        if not self.path.exists():
            return []
        whole = frozenset(self.symbols)
        try:
            entries = msgspec.json.decode(self.path.read_bytes(), type=list[_Entry])
        except msgspec.MsgspecError as error:
            kept = self.path.with_suffix(UNREADABLE)
            self.path.replace(kept)
            log.warning("gap_book_unreadable", file=str(kept), detail=str(error))
            return []
        gaps = [
            (Gap(entry.from_ms, entry.to_ms), whole.intersection(entry.symbols or whole))
            for entry in entries
        ]
        return [(gap, asked) for gap, asked in gaps if asked]
