"""Run AppV2: `python -m appv2 serve|create-admin|check-settings`."""

import os
import sys
import warnings

if os.environ.get("APPV2_ASYNC_MODE", "").strip() in {"", "eventlet"}:
    # its own resolver takes 0.3 s to import, and all addresses here are numbers or local names
    os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # eventlet's advice against itself; see docs
        import eventlet

        eventlet.monkey_patch()
elif os.environ["APPV2_ASYNC_MODE"] == "gevent":
    from gevent import monkey  # type: ignore[import-untyped]

    monkey.patch_all()

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from appv2.settings import Settings, load
from service import exits, logs
from service.errors import SettingsError

SHORTEST_PASSWORD: Final = 8


def serve(settings: Settings, _options: argparse.Namespace) -> int:
    """Serve the page until told to stop."""
    from appv2.bootstrap import build
    from appv2.serving import Serving

    return Serving(build(settings), settings.port).run()


def create_admin(settings: Settings, options: argparse.Namespace) -> int:
    """Create an administrator with APPV2_ADMIN_PASSWORD, or with --reset change the password."""
    from appv2.bootstrap import build_users

    password = settings.admin_password
    if len(password) < SHORTEST_PASSWORD:
        expected = f"expected at least {SHORTEST_PASSWORD} characters, had {len(password)}"
        raise SettingsError([f"APPV2_ADMIN_PASSWORD: {expected}"])
    users = build_users(settings)
    if users.create_admin(options.username, password):
        print(f"created {options.username}")
    elif options.reset and users.set_password(options.username, password):
        print(f"reset {options.username}")
    else:
        print(f"exists {options.username}")
    return 0


def check_settings(_settings: Settings, _options: argparse.Namespace) -> int:
    """Say that the settings are in order."""
    print("settings are in order")
    return 0


COMMANDS: Final[Mapping[str, Callable[[Settings, argparse.Namespace], int]]] = {
    "serve": serve,
    "create-admin": create_admin,
    "check-settings": check_settings,
}


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Return the exit code: 78 for settings, 69 for a dependency that is away."""
    parser = argparse.ArgumentParser(prog="python -m appv2", description=__doc__)
    parser.add_argument("command", choices=sorted(COMMANDS), nargs="?", default="serve")
    parser.add_argument("--username", default="admin", help="create-admin: whose account")
    parser.add_argument("--reset", action="store_true", help="create-admin: change the password")
    options = parser.parse_args(arguments)

    def run() -> int:
        settings = load(environ)
        logs.configure("appv2", settings.log_format)
        return COMMANDS[options.command](settings, options)

    return exits.code_of(run)


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    os.umask(0o077)
    sys.exit(main(sys.argv[1:], os.environ))
