"""Resolve the key of a universe to its symbols: what is watched is what the page lists."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_IGNORED: Final = str.maketrans("", "", "_ ")


@dataclass(frozen=True, slots=True)
class Universe:
    """A named list of symbols; its full key is `name:key`."""

    name: str
    key: str
    symbols: tuple[str, ...]


class UnknownUniverseError(ValueError):
    """Tell which part of a key names no universe."""


def resolve(wanted: str, universes: Iterable[Universe]) -> tuple[str, ...]:
    """Return the symbols that `wanted` names, each once, in the order of the lists.

    An exact `name:key` wins. Otherwise the parts between colons are joined, each a `name:key`
    (the longest that fits), a key, or a name (then all of its keys). Upper and lower case,
    `_` and spaces make no difference.

    Raises UnknownUniverseError naming the part that is unknown.
    """
    known = _by_folded_key(universes)
    parts = [fold(part) for part in wanted.split(":")]
    symbols: dict[str, None] = {}
    at = 0
    while at < len(parts):
        taken = _longest_match(parts[at:], known)
        if not taken:
            part = wanted.split(":")[at]
            raise UnknownUniverseError(f"universe {wanted!r}: part {part!r} is unknown")
        symbols.update(dict.fromkeys(known[":".join(parts[at : at + taken])]))
        at += taken
    return tuple(symbols)


def universes_of(stored: Mapping[str, Sequence[str]]) -> list[Universe]:
    """Return universes that are stored as `name:key` with their symbols."""
    parts = ((full.partition(":"), symbols) for full, symbols in stored.items())
    return [Universe(name, key, tuple(symbols)) for (name, _, key), symbols in parts]


def fold(name: str) -> str:
    """Return a name as universes compare: without case, `_` or spaces."""
    return name.casefold().translate(_IGNORED)


def _longest_match(parts: Sequence[str], known: dict[str, list[str]]) -> int:
    """Return how many of the leading parts name one universe; 0 when none does."""
    for taken in range(len(parts), 0, -1):
        if ":".join(parts[:taken]) in known:
            return taken
    return 0


def _by_folded_key(universes: Iterable[Universe]) -> dict[str, list[str]]:
    """Index symbols by full key, then by key, then by name; the more exact wins."""
    full: dict[str, list[str]] = {}
    by_key: dict[str, list[str]] = {}
    by_name: dict[str, list[str]] = {}
    for universe in universes:
        name, key = fold(universe.name), fold(universe.key)
        full.setdefault(f"{name}:{key}", []).extend(universe.symbols)
        by_key.setdefault(key, []).extend(universe.symbols)
        by_name.setdefault(name, []).extend(universe.symbols)
    return {**by_name, **by_key, **full}
