"""Run one of the producer's processes: `python -m pl COMMAND`."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from pl import commands
from service import exits

COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "api": commands.run_api,
    "loader": commands.run_loader,
    "streaming": commands.run_streaming,
    "simulator": commands.run_simulator,
    "migrate": commands.run_migrate,
    "compile": commands.run_compile,
    "check-settings": commands.run_check_settings,
}


def main(arguments: Sequence[str]) -> int:
    """Return the exit code of the command: 78 for settings, 69 for a dependency that is away."""
    parser = argparse.ArgumentParser(prog="python -m pl", description=__doc__)
    parser.add_argument("command", choices=sorted(COMMANDS))
    parser.add_argument("--check", action="store_true", help="migrate: only compare the versions")
    options = parser.parse_args(arguments)
    return exits.code_of(lambda: COMMANDS[options.command](options))


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    os.umask(0o077)
    sys.exit(main(sys.argv[1:]))
