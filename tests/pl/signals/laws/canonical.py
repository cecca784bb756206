"""Write a signal log as bytes, whatever fields its entries have, and take what nets out of it."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from itertools import zip_longest
from typing import Any
from uuid import UUID

import numpy as np

from pl.signals.table import EngineUpdate

UNLAWFUL = frozenset({"seq", "received_at", "detected_at", "latency_ms"})
"""What says when or by whom an entry was written, not what it says."""
OF_THE_WAY = frozenset({"life", "revision", "before", "after"})
"""What says by which revisions an entry came about."""
AS_WRITTEN = frozenset({"rsi"})
"""Indicators whose value is compared byte for byte along one way, but not net of revisions: an
entry has it as it was when it was written. Each bar moves the RSI of all later ones of its walk, so
an entry for that alone would follow every revision for every signal after it; and of a session
gone by the walk is another one. That it is there is compared."""


def entries_of(update: EngineUpdate) -> list[Any]:
    """Return the log entries of an update, in their order."""
    return list(update.signals)


def canonical(value: object) -> str:
    """Return a text that differs whenever a bit of a number or a letter of a text does."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | float | str | UUID):
        return repr(value)
    if is_dataclass(value):
        return canonical({f.name: getattr(value, f.name) for f in fields(value)})
    if isinstance(value, Mapping):
        kept = sorted(key for key in value if key not in UNLAWFUL)
        return "{" + ",".join(f"{key}:{canonical(value[key])}" for key in kept) + "}"
    if isinstance(value, Sequence):
        return "[" + ",".join(canonical(each) for each in value) + "]"
    raise TypeError(f"log entry: no canonical form for {type(value).__name__}")


def lines(log: Iterable[object]) -> list[str]:
    """Return one line an entry."""
    return [canonical(entry) for entry in log]


def digest(written: Iterable[str]) -> str:
    """Return the SHA-256 of the lines of a log."""
    whole = hashlib.sha256()
    for line in written:
        whole.update(line.encode() + b"\n")
    return whole.hexdigest()


def net(log: Iterable[Any]) -> dict[str, dict[str, str]]:
    """Return by flow and life what stands at the end of a log, without how it came to be.

    The last entry of a flow is its state; a retraction takes back the whole flow.
    """
    standing: dict[str, dict[str, str]] = {}
    for entry in log:
        if entry.life == "retracted":
            standing.pop(str(entry.flow_id), None)
        else:
            standing[str(entry.flow_id)] = {str(entry.life): said(entry)}
    return standing


def said(entry: Any) -> str:
    """Return what an entry says, without its life and the revisions behind it."""
    return canonical(dict(_kept(entry)))


def _kept(entry: Any) -> Iterator[tuple[str, object]]:
    for field in fields(entry):
        value = getattr(entry, field.name)
        if field.name == "indicators":
            yield field.name, {k: "known" if k in AS_WRITTEN else v for k, v in value.items()}
        elif field.name not in OF_THE_WAY:
            yield field.name, value


def assert_same_bytes(one: Iterable[object], other: Iterable[object], way: str) -> None:
    """Compare the hashes of two logs; when they differ, show where they begin to."""
    left, right = lines(one), lines(other)
    if digest(left) == digest(right):
        return
    for place, (ours, theirs) in enumerate(zip_longest(left, right, fillvalue="the end")):
        assert ours == theirs, (way, place)
    raise AssertionError(way)
