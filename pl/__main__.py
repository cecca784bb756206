"""Run one of the producer's processes: `python -m pl COMMAND`."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from pl import commands
from service import exits

Command = Callable[[argparse.Namespace], int]

COMMANDS: Mapping[str, Command] = {
    "api": commands.run_api,
    "loader": commands.run_loader,
    "streaming": commands.run_streaming,
    "simulator": commands.run_simulator,
    "migrate": commands.run_migrate,
    "universe": commands.run_universe,
    "compile": commands.run_compile,
    "check-settings": commands.run_check_settings,
}


def _of_migrate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="only compare the versions")


def _of_simulator(parser: argparse.ArgumentParser) -> None:
    told = "print what is planted and halted on a UTC day, as JSON lines, and end"
    parser.add_argument("--truth", type=date.fromisoformat, metavar="DAY", help=told)


def _of_universe(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="name every universe")
    actions.add_parser("show", help="list the symbols of a universe").add_argument("key")
    put = actions.add_parser("set", help="make a universe, or give it other symbols")
    put.add_argument("key", metavar="NAME:KEY")
    put.add_argument("symbols", nargs="*", metavar="SYMBOL")
    put.add_argument("--file", type=Path, help="CSV with a column symbol, or a symbol a line")


ARGUMENTS: dict[str, Callable[[argparse.ArgumentParser], None]] = {
    "migrate": _of_migrate,
    "simulator": _of_simulator,
    "universe": _of_universe,
}


def main(arguments: Sequence[str], known: Mapping[str, Command] = COMMANDS) -> int:
    """Return the exit code of a command: 78 for settings, 69 for a dependency that is away.

    70 for a bug of ours.
    """
    parser = argparse.ArgumentParser(prog="python -m pl", description=__doc__)
    parsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in known.items():
        told = (command.__doc__ or "").partition("\n")[0]
        of_command = parsers.add_parser(name, help=told, description=told)
        if name in ARGUMENTS:
            ARGUMENTS[name](of_command)
    options = parser.parse_args(arguments)
    return exits.code_of(lambda: known[options.command](options))


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    os.umask(0o077)
    sys.exit(main(sys.argv[1:]))
