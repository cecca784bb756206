"""Find what the files of a folder declare, so that there is no list of them to keep."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Protocol, TypeVar


class Numbered(Protocol):
    """Have a number of one's own, which is a place in stored sets, and a name."""

    @property
    def number(self) -> int:
        """Return the number, from 0 on."""

    @property
    def name(self) -> str:
        """Return the name."""


Definition = TypeVar("Definition", bound=Numbered)
Kind = TypeVar("Kind")


def modules(folder: ModuleType) -> Iterator[ModuleType]:
    """Yield the modules of a folder, by name."""
    for found in sorted(iter_modules(folder.__path__), key=lambda module: module.name):
        yield import_module(f"{folder.__name__}.{found.name}")


def found(kind: type[Kind], *folders: ModuleType) -> list[Kind]:
    """Return what the files of the folders hold of a kind, each once, by file."""
    held = {
        id(value): value
        for folder in folders
        for module in modules(folder)
        for value in vars(module).values()
        if isinstance(value, kind)
    }
    return list(held.values())


def declared(kind: type[Definition], *folders: ModuleType) -> tuple[Definition, ...]:
    """Return what the files of the folders declare of a kind, in the order of their numbers.

    Raises ValueError when two have the same number or name, or a number is left out.
    """
    ordered = tuple(sorted(found(kind, *folders), key=lambda value: value.number))
    for place, one in enumerate(ordered):
        if one.number != place:
            raise ValueError(f"{one.name}: expected the number {place}, was {one.number}")
    if len({one.name for one in ordered}) < len(ordered):
        raise ValueError(f"names: expected each once, were {[one.name for one in ordered]}")
    return ordered
