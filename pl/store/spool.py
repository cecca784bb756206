"""Keep records on disk while PostgreSQL is away.

A record is a mark, the length of its body, a CRC-32 of the body, and the body; it counts once
fsync has returned. What a crash left half-written at the end is cut off; damaged bytes are counted
and moved to `damaged.bin` when the records before them are drained. A record that nobody can take
is moved to `refused.spool`, which is written as the spool itself is. What has been drained is
remembered beside the file, so that a crash in between drains a record twice rather than never:
records must be safe to apply again.
"""

import errno
import os
import struct
import threading
import zlib
from collections.abc import Callable
from io import FileIO
from pathlib import Path
from typing import Final

import structlog

log = structlog.get_logger()

MARK: Final = b"TSp1"

REFUSED: Final = "refused.spool"
DAMAGED: Final = "damaged.bin"

_HEAD: Final = struct.Struct(">4sII")
_LONGEST_BODY: Final = 64 * 1024 * 1024


class Spool:
    """Hold records in the order in which they came; safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._path = folder / "records.spool"
        self._drained_path = folder / "drained"
        self._lock = threading.RLock()
        self._damaged = 0
        self._file = self._path.open("a+b", buffering=0)
        sync_folder(folder)
        self._start = self._drained()
        self._waiting = self._cut_torn_end()

    @property
    def waiting(self) -> int:
        """Return how many records are still to be drained."""
        return self._waiting

    @property
    def damaged(self) -> int:
        """Return how many bytes no record could be read from, as far as was noticed."""
        return self._damaged

    def append(self, body: bytes) -> None:
        """Write one record; it is on disk when this returns. Raises OSError when it cannot be."""
        if len(body) > _LONGEST_BODY:
            raise ValueError(f"body: expected at most {_LONGEST_BODY} bytes, was {len(body)}")
        with self._lock:
            end = self._file.seek(0, os.SEEK_END)
            try:
                self._write(_as_record(body))
            except OSError:
                self._file.truncate(end)
                raise
            self._waiting += 1

    def drain(self, apply: Callable[[bytes], None], most: int | None = None) -> int:
        """Give each record to `apply`, oldest first, and forget it when `apply` returns.

        Stops after `most` records, and at the first exception of `apply`, which it passes on;
        the rest stays. Returns how many were drained.
        """
        n_drained = 0
        while n_drained != most and (record := self._first()) is not None:
            body, end = record
            apply(body)
            self._forget(end, end - _HEAD.size - len(body))
            n_drained += 1
        return n_drained

    def set_aside(self, body: bytes) -> Path:
        """Keep a record that cannot be applied; return the file that has it now, on disk.

        Raises OSError when it cannot be written.
        """
        return self._kept(REFUSED, _as_record(body))

    def records(self) -> list[bytes]:
        """Return what is still to be drained, oldest first."""
        with self._lock:
            found, at = [], self._start
            while (record := self._read(at)) is not None:
                body, at = record
                found.append(body)
            return found

    def close(self) -> None:
        """Close the file; what is in it stays."""
        self._file.close()

    def _first(self) -> tuple[bytes, int] | None:
        with self._lock:
            record = self._read(self._start)
            if record is None and self._waiting:
                self._give_up_rest()
            return record

    def _give_up_rest(self) -> None:
        """Wait no more for records that were damaged after they had been counted."""
        size = self._file.seek(0, os.SEEK_END)
        self._keep_damaged(self._start, size)
        self._damaged += size - self._start
        self._waiting = 0
        self._empty()

    def _forget(self, end: int, begin: int) -> None:
        """Go on behind the record [begin, end); what no record could be read from is kept."""
        with self._lock:
            self._keep_damaged(self._start, begin)
            self._start = end
            self._waiting -= 1
            if self._waiting:
                self._drained_path.write_text(str(end))
            else:
                self._empty()

    def _empty(self) -> None:
        """Forget the place before the records: the other way round it could hide later ones."""
        self._start = 0
        with self._drained_path.open("w") as drained:
            drained.write("0")
            drained.flush()
            os.fsync(drained.fileno())
        self._file.truncate(0)

    def _keep_damaged(self, begin: int, end: int) -> None:
        if end > begin:
            self._file.seek(begin)
            self._kept(DAMAGED, self._file.read(end - begin))

    def _kept(self, name: str, content: bytes) -> Path:
        path = self._folder / name
        with path.open("ab") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(self._folder)
        log.error("spool_set_aside", file=str(path), bytes=len(content))
        return path

    def _write(self, record: bytes) -> None:
        n_written = self._file.write(record)
        if n_written != len(record):
            raise OSError(
                errno.ENOSPC, f"wrote {n_written} of {len(record)} bytes", str(self._path)
            )
        os.fsync(self._file.fileno())

    def _read(self, at: int) -> tuple[bytes, int] | None:
        """Return the first whole record at or after a place, and where it ends."""
        while (found := _find_mark(self._file, at)) is not None:
            body = _body_at(self._file, found)
            if body is not None:
                return body, found + _HEAD.size + len(body)
            at = found + 1
        return None

    def _cut_torn_end(self) -> int:
        size = self._file.seek(0, os.SEEK_END)
        at, n_records, n_bytes = self._start, 0, 0
        while (record := self._read(at)) is not None:
            body, at = record
            n_records += 1
            n_bytes += _HEAD.size + len(body)
        self._damaged = at - self._start - n_bytes
        if at < size:
            if not self._is_torn(at, size):
                self._keep_damaged(at, size)
                self._damaged += size - at
            self._file.truncate(at)
        return n_records

    def _is_torn(self, at: int, size: int) -> bool:
        """Tell whether a record begins at a place that is longer than the file."""
        self._file.seek(at)
        head = self._file.read(_HEAD.size)
        if len(head) < _HEAD.size:
            return head[: len(MARK)] == MARK[: len(head)]
        mark, length, _ = _HEAD.unpack(head)
        return bool(mark == MARK and at + _HEAD.size + length > size)

    def _drained(self) -> int:
        """Return where the first record begins."""
        text = self._drained_path.read_text().strip() if self._drained_path.exists() else ""
        place = int(text) if text.isdecimal() else 0
        return place if place <= self._path.stat().st_size else 0


def _as_record(body: bytes) -> bytes:
    return _HEAD.pack(MARK, len(body), zlib.crc32(body)) + body


def _find_mark(file: FileIO, at: int) -> int | None:
    step = 1 << 16
    tail = b""
    file.seek(at)
    while chunk := file.read(step):
        window = tail + chunk
        place = window.find(MARK)
        if place >= 0:
            return at - len(tail) + place
        tail = window[-(len(MARK) - 1) :]
        at += len(chunk)
    return None


def _body_at(file: FileIO, at: int) -> bytes | None:
    file.seek(at)
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    _, length, checksum = _HEAD.unpack(head)
    body = file.read(length) if length <= _LONGEST_BODY else b""
    whole = len(body) == length and zlib.crc32(body) == checksum
    return body if whole else None


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
