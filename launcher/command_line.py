"""`python3 start_all_services.py`: reads the flags and hands over."""

import argparse
import getpass
import os
import signal
import stat
import sys
from collections.abc import Sequence

from launcher import inspection
from launcher import settings as launcher_settings
from launcher.console import Console
from launcher.home import Home
from launcher.problems import NO_DISK_SPACE, NOT_WRITABLE, StartAborted
from launcher.rehearsal import rehearse
from launcher.run import Run
from launcher.services import table
from launcher.settings import Settings


def main(arguments: Sequence[str]) -> int:
    """Return the exit code: 0 after a stop that was asked for, else the problem's own."""
    options = _parse(arguments)
    try:
        settings = launcher_settings.from_process()
        home = _prepared_home(settings)
    except StartAborted as abort:
        Console(None).aborted(abort.problem)
        return abort.problem.kind.exit_code
    return _obey(options, settings, home)


def _obey(options: argparse.Namespace, settings: Settings, home: Home) -> int:
    console = Console(home.logs)
    services = table(settings)
    if options.status:
        return inspection.status(home, services, console)
    if options.stop:
        return inspection.stop(home, console)
    try:
        if options.check:
            rehearse(settings, home, services, console)
            return 0
        run = Run(settings, home, console, services)
        _on_signals(run)
        return run.to_the_end(may_migrate=options.migrate, fail_fast=options.fail_fast)
    except StartAborted as abort:
        console.aborted(abort.problem)
        return abort.problem.kind.exit_code


def _on_signals(run: Run) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: run.ask_to_stop())


def _prepared_home(settings: Settings) -> Home:
    home = Home(settings.home)
    try:
        home.prepare()
    except PermissionError as error:
        raise _not_writable(home, str(error)) from error
    except OSError as error:
        raise NO_DISK_SPACE.abort(
            str(error), "free some disk space or make it writable", path=home.path
        ) from error
    if not os.access(home.path, os.R_OK | os.W_OK | os.X_OK):
        found = home.path.stat()
        raise _not_writable(home, f"owner {found.st_uid}, mode {stat.filemode(found.st_mode)}.")
    return home


def _not_writable(home: Home, reason: str) -> StartAborted:
    return NOT_WRITABLE.abort(
        reason,
        f"sudo chown -R {getpass.getuser()} {home.path}, start as the user who made it, or "
        "set TICKSTOCK_HOME to a folder of yours",
        path=home.path,
    )


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=f"python3 {sys.argv[0].rsplit('/', 1)[-1]}",
        description="Start TickStock, watch it, and stop it with Ctrl+C.",
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="run the pre-flight checks alone")
    what.add_argument("--status", action="store_true", help="show what is running")
    what.add_argument("--stop", action="store_true", help="stop the launcher that is running")
    parser.add_argument(
        "--migrate", action="store_true", help="bring a configured database to this schema"
    )
    parser.add_argument(
        "--fail-fast", action="store_true", help="stop everything when the first service ends"
    )
    return parser.parse_args(arguments)
