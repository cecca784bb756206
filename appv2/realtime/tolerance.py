"""Read single fields the way the field writes them, or say what was wrong."""

import math
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from service.errors import InvalidData

MILLISECONDS_FROM: Final = 1e11  # as seconds, this would be the year 5138
LATEST_S: Final = 4102444800.0  # the year 2100
CONTROL_CHARACTERS: Final = frozenset(map(chr, range(32)))
DEEPEST: Final = 64


def unix_seconds(value: object, name: str) -> float:
    """Return a time in unix seconds; accepts seconds, milliseconds and ISO 8601, as text too."""
    number = _number(value)
    if number is None and isinstance(value, str):
        number = _from_iso(value)
    if number is not None and number >= MILLISECONDS_FROM:
        number /= 1000
    if number is None or not 0 <= number <= LATEST_S:
        raise InvalidData(name, "expected a time")
    return number


def share(value: object, name: str) -> float:
    """Return a number from 0 to 1."""
    number = _number(value)
    if number is None or not 0 <= number <= 1:
        raise InvalidData(name, "expected a number from 0 to 1")
    return number


def count(value: object, name: str) -> int:
    """Return a whole number from 0 on that PostgreSQL's bigint can hold."""
    number = _number(value)
    if number is None or number != int(number) or not 0 <= number < 2**62:
        raise InvalidData(name, "expected a whole number")
    return int(number)


def word(value: object, name: str, longest: int) -> str:
    """Return a text of 1 to `longest` printable characters."""
    if not isinstance(value, str) or not 0 < len(value.strip()) <= longest:
        raise InvalidData(name, f"expected 1 to {longest} characters")
    if CONTROL_CHARACTERS & set(value):
        raise InvalidData(name, "expected printable characters")
    return value.strip()


def label(value: object, longest: int) -> str:
    """Return any value as a text of at most `longest` printable characters, maybe none."""
    return "".join(filter(str.isprintable, str(value))).strip()[:longest].strip()


def uuid_text(value: object, name: str) -> str:
    """Return a UUID in its canonical form."""
    try:
        return str(UUID(value if isinstance(value, str) else ""))
    except ValueError as error:
        raise InvalidData(name, "expected a UUID") from error


def without_nulls(value: Any, depth: int = DEEPEST) -> Any:
    """Return `value` with every null left out; raises InvalidData when it is nested too deep."""
    if not isinstance(value, dict | list):
        return value
    if depth == 0:
        raise InvalidData("message", f"expected at most {DEEPEST} levels")
    if isinstance(value, list):
        return [without_nulls(item, depth - 1) for item in value if item is not None]
    return {key: without_nulls(item, depth - 1) for key, item in value.items() if item is not None}


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _from_iso(text: str) -> float | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
