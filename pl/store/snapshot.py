"""Keep what the engines hold on disk, as a cache that a later start begins with.

A snapshot is a folder of raw columns with a manifest: its format, market and symbols, how far it
reaches, and the checksum of every column. It is written beside the last one and takes its place
by a rename, so that a torn one is never found; one whose checksums differ is not used. What it
says of a symbol is believed only as far as the marks of the database bear it out (`marks`).

Beside the bars stands what follows from them (`pl.signals.walks`). Where that is torn, or of
another version of the code, the bars are used without it.
"""

import hashlib
import shutil
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol

import msgspec
import numpy as np
import numpy.typing as npt
import structlog

from pl.market.batches import Float64, Int32, Int64, UInt8
from pl.signals.walks import Walks

log = structlog.get_logger()

FORMAT: Final = 3
NOT_COUNTED: Final = -1
"""Stands for the trades of a bar that are known to the database alone."""
_MANIFEST: Final = "manifest.json"
_KINDS: Final = {
    "n_bars": "<i8",
    "whole": "|u1",
    "start": "<i8",
    "prices": "<f8",
    "revision": "<i4",
    "quality": "|u1",
    "trades": "<i4",
}
_KNOWN: Final = {"walk": "<f8", "hits": "<f8", "finds": "<f8"}
_COLUMNS: Final = _KINDS | _KNOWN


class _Manifest(msgspec.Struct, frozen=True):
    """Say what a snapshot is; `checksums` holds the CRC-32 of each column, `shapes` its rest.

    code : the version of the code that knew what follows from the bars.
    """

    format: int
    market: str
    universe: str
    through_ms: int
    checksums: dict[str, int]
    shapes: dict[str, list[int]]
    code: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Hold the bars of all symbols as they were up to `through_ms`, a row a symbol.

    Columns as in `HeldBars`, memory-mapped and read-only; trades : NOT_COUNTED where not known;
    walks : what follows from the bars, none of it usable yet, None when it is not known.
    """

    through_ms: int
    n_bars: Int64
    whole: npt.NDArray[np.bool_]
    start: Int64
    prices: Float64
    revision: Int32
    quality: UInt8
    trades: Int32
    walks: Walks | None


class Snapshots:
    """Find and write the snapshots of a market's symbols, one a timeframe, below `folder`.

    code : the version of the code that knows what follows from the bars (see `engine_code`).
    """

    def __init__(self, folder: Path, market: str, symbols: Sequence[str], code: str = "") -> None:
        self._folder = folder / market
        self._market = market
        self._code = code
        self._symbols = len(symbols)
        self._universe = hashlib.sha256("\n".join(symbols).encode()).hexdigest()

    def load(self, timeframe: str) -> Snapshot | None:
        """Return the newest snapshot that is whole and of these symbols, None when none is."""
        for folder in reversed(self._written(timeframe)):
            try:
                return self._read(folder)
            except (OSError, ValueError, msgspec.DecodeError) as error:
                log.warning("snapshot_unusable", folder=folder.name, detail=str(error))
        return None

    def draft(self, timeframe: str) -> "Draft":
        """Return an empty draft; whatever an earlier one left behind is removed."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for torn in self._folder.glob(f"{timeframe}.*.draft"):
            shutil.rmtree(torn, ignore_errors=True)
        written = self._written(timeframe)
        number = 1 + int(written[-1].suffix[1:]) if written else 1
        told = (self._market, self._universe, self._code)
        return Draft(self._folder / f"{timeframe}.{number:08d}", told, written)

    def _written(self, timeframe: str) -> list[Path]:
        return sorted(self._folder.glob(f"{timeframe}.????????"))

    def _read(self, folder: Path) -> Snapshot:
        manifest = msgspec.json.decode((folder / _MANIFEST).read_bytes(), type=_Manifest)
        expected = (FORMAT, self._market, self._universe)
        if (manifest.format, manifest.market, manifest.universe) != expected:
            raise ValueError("of another format, market or universe")
        columns: dict[str, Any] = {name: _checked(folder, manifest, name) for name in _KINDS}
        columns["whole"] = columns["whole"].view(np.bool_)
        if len(columns["n_bars"]) != self._symbols:
            raise ValueError(f"n_bars: expected {self._symbols} rows")
        walks = self._walks(folder, manifest, columns["n_bars"], columns["start"])
        return Snapshot(manifest.through_ms, **columns, walks=walks)

    def _walks(
        self, folder: Path, manifest: _Manifest, n_bars: Int64, start: Int64
    ) -> Walks | None:
        """Return what follows from the bars, None when another code knew it or it is torn."""
        if manifest.code != self._code:
            return None
        try:
            known = {name: _checked(folder, manifest, name) for name in _KNOWN}
            return Walks.of(n_bars, start, **known)
        except (OSError, ValueError) as error:
            log.warning("walks_unusable", folder=folder.name, detail=str(error))
            return None


class Held(Protocol):
    """What a draft takes; see `pl.signals.held.HeldBars`."""

    @property
    def n_bars(self) -> Int64:
        """How many bars each row has."""

    @property
    def start(self) -> Int64:
        """When each bar starts, unix ms."""


class Draft:
    """Take rows in order, then become the newest snapshot."""

    def __init__(self, target: Path, told: tuple[str, str, str], before: Sequence[Path]) -> None:
        self._target = target
        self._folder = target.with_name(f"{target.name}.draft")
        self._told = told
        self._before = before
        self._checksums = dict.fromkeys(_COLUMNS, 0)
        self._shapes: dict[str, list[int]] = {}
        self._through_ms: int | None = None
        self._folder.mkdir(mode=0o700)
        self._files: dict[str, BinaryIO] = {
            name: (self._folder / name).open("wb") for name in _COLUMNS
        }

    def add(self, rows: Held, through_ms: int, trades: Int32 | None = None) -> None:
        """Append rows whose bars up to `through_ms` (unix ms) are all there.

        trades : how many each bar has, (m,), NOT_COUNTED where that is not known.
        """
        counted = np.full(len(rows.start), NOT_COUNTED) if trades is None else trades
        for name, kind in _COLUMNS.items():
            column = counted if name == "trades" else getattr(rows, name)
            raw = np.ascontiguousarray(column, np.dtype(kind))
            self._files[name].write(raw.data)
            self._checksums[name] = zlib.crc32(raw.data, self._checksums[name])
            self._shapes[name] = list(raw.shape[1:])
        before_ms = through_ms if self._through_ms is None else self._through_ms
        self._through_ms = min(before_ms, through_ms)

    def finish(self) -> None:
        """Take the place of the snapshot before; raises OSError when the disk does not take it."""
        self.close()
        market, universe, code = self._told
        manifest = _Manifest(
            FORMAT, market, universe, self._through_ms or 0, self._checksums, self._shapes, code
        )
        (self._folder / _MANIFEST).write_bytes(msgspec.json.encode(manifest))
        self._folder.rename(self._target)
        for folder in self._before:
            shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Close the files; a draft that is not finished is never read."""
        for file in self._files.values():
            file.close()


def _checked(folder: Path, manifest: _Manifest, name: str) -> npt.NDArray[Any]:
    """Return a column; raises ValueError when it is not as it was written."""
    column = _mapped(folder / name, np.dtype(_COLUMNS[name]))
    if zlib.crc32(column.data) != manifest.checksums.get(name):
        raise ValueError(f"{name}: expected another checksum")
    return column.reshape(-1, *manifest.shapes.get(name, ()))


def _mapped(path: Path, dtype: "np.dtype[Any]") -> npt.NDArray[Any]:
    if not path.stat().st_size:
        return np.empty(0, dtype)
    return np.asarray(np.memmap(path, dtype, "r"))  # cutting a memmap takes ten times as long
