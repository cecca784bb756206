"""Let users name lists of symbols of their own: `python -m pl universe list|show|set`."""

import argparse
import csv
import re
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

import psycopg2.errors

from contracts.symbols import SYMBOL, spelled
from contracts.universes import UnknownUniverseError, fold, resolve, universes_of
from pl.store.connection import Database
from pl.store.universes import UniverseStore
from service.errors import Rejected

KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*:[A-Za-z0-9][A-Za-z0-9_.-]*")
COLUMN: Final = "symbol"
A_LINE: Final = 12


def run(options: argparse.Namespace, database_url: str) -> list[str]:
    """Do what was asked in the database of a market; return what to say.

    Raises Rejected naming what is wrong, Unavailable when PostgreSQL does not answer.
    """
    with closing(Database(database_url, application="tickstock-universe")) as database:
        store = UniverseStore(database)
        try:
            if options.action == "list":
                return listed(store)
            if options.action == "show":
                return shown(store, options.key)
            return put(store, options.key, options.symbols, options.file)
        except psycopg2.errors.UndefinedTable as error:
            detail = "DATABASE_URL: expected a migrated database; run `python -m pl migrate`"
            raise Rejected("old_schema", detail) from error


def listed(store: UniverseStore) -> list[str]:
    """Return a line a universe."""
    return [f"{key}  {_symbols(len(names))}" for key, names in store.universes().items()]


def shown(store: UniverseStore, key: str) -> list[str]:
    """Return the symbols that a key stands for; raises Rejected for an unknown part."""
    known = store.universes()
    try:
        symbols = resolve(key, universes_of(known))
    except UnknownUniverseError as error:
        detail = f"{error}; known are: {', '.join(known)}"
        raise Rejected("unknown_universe", detail, 404) from error
    lines = [" ".join(symbols[at : at + A_LINE]) for at in range(0, len(symbols), A_LINE)]
    return [f"{key}  {_symbols(len(symbols))}", *lines]


def put(
    store: UniverseStore, key: str, given: Sequence[str], file: Path | None = None
) -> list[str]:
    """Store a universe; raises Rejected for a key or symbols that cannot be used."""
    if not KEY.fullmatch(key):
        raise _wrong("key", key, "NAME:KEY of letters, digits, '_', '-' and '.'")
    alike = [known for known in store.universes() if known != key and fold(known) == fold(key)]
    if alike:
        raise _wrong("key", key, f"{alike[0]}, which is the same name in another spelling")
    if given and file:
        raise _wrong("symbols", "both", "symbols or --file")
    known = store.names()
    named = [spelled(symbol.strip(), known) for symbol in (_of_file(file) if file else given)]
    odd = [symbol for symbol in named if not SYMBOL.fullmatch(symbol)]
    if odd:
        raise _wrong("symbols", ", ".join(map(repr, odd[:A_LINE])), "names such as AAPL or BRK.B")
    symbols = tuple(dict.fromkeys(named))
    if not symbols:
        raise _wrong("symbols", "none", "at least one")
    name, _, part = key.partition(":")
    store.put(name, part, symbols)
    again = len(named) - len(symbols)
    left_out = f", {again} of them named more than once" if again else ""
    return [
        f"{key}  {_symbols(len(symbols))}{left_out}",
        f"Watch it from the next start on with SYMBOL_UNIVERSE_KEY={key}",
    ]


def _of_file(path: Path) -> list[str]:
    """Return the symbols of a CSV: of its column `symbol`, else the first of each line."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = [row for row in csv.reader(file) if any(cell.strip() for cell in row)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Rejected("unreadable_file", f"--file: {path}: {error}") from error
    head = [cell.strip().casefold() for cell in rows[0]] if rows else []
    if COLUMN not in head:
        return [row[0] for row in rows]
    place = head.index(COLUMN)
    short = [row for row in rows if len(row) <= place]
    if short:
        raise _wrong("--file", ",".join(short[0]), f"a column {COLUMN} in every line")
    return [row[place] for row in rows[1:]]


def _symbols(n: int) -> str:
    return f"{n} symbol{'' if n == 1 else 's'}"


def _wrong(field: str, value: str, expected: str) -> Rejected:
    return Rejected("invalid_universe", f"{field}: expected {expected}, was {value}", 422)
