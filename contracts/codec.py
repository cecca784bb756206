"""Encode messages without nulls or NaN, and decode them with their type.

Structs leave out what equals its default, so an unknown optional field is absent on the wire.
"""

import math
import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import TypeVar

import msgspec

T = TypeVar("T")

_encoder = msgspec.json.Encoder()
_NULL = re.compile(rb"null(?<=[:,\[]null)")
"""What a null looks like, or a text that holds one: only then everything is looked at."""


def encode(message: object) -> bytes:
    """Return `message` as JSON.

    Raises ValueError naming the field when it holds null, NaN or Infinity.
    """
    encoded = _encoder.encode(message)
    if _NULL.search(encoded):
        _refuse_nulls(msgspec.to_builtins(message, builtin_types=(msgspec.Raw,)), "message")
    return encoded


def decode(raw: bytes | str, kind: type[T]) -> T:
    """Return `raw` as `kind`; raises msgspec.ValidationError naming the field and what it held."""
    return msgspec.json.decode(raw, type=kind)


@lru_cache(maxsize=1 << 14)
def iso(unix_seconds: float) -> str:
    """Return an ISO 8601 time in UTC with microseconds and Z."""
    moment = datetime.fromtimestamp(unix_seconds, UTC)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def unix_seconds(text: str) -> float:
    """Return the time that `iso` wrote."""
    return datetime.fromisoformat(text).timestamp()


def _refuse_nulls(value: object, where: str) -> None:
    if isinstance(value, msgspec.Raw):  # was looked at when it was encoded
        return
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError(f"{where}: expected a value, was {value}")
    if isinstance(value, dict):
        for key, item in value.items():
            _refuse_nulls(item, f"{where}.{key}")
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _refuse_nulls(item, f"{where}[{index}]")
