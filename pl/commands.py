"""Start what a command names; each imports only what its process needs."""

import argparse
import asyncio
import os
import sys
from collections.abc import Coroutine
from multiprocessing import get_context
from typing import Any

from pl import settings
from service import logs
from service.errors import Rejected

EXIT_OTHER_SCHEMA = 3
EXIT_REJECTED = 65

TURN_S = 0.0002
"""How long the market's thread may keep the interpreter while an event waits to be committed.

With Python's 5 ms, each of a commit's answers waits that long (8 events: 40 ms; with 0.2 ms: 7).
"""


def run_streaming(_: argparse.Namespace) -> int:
    """Watch the market until told to stop."""
    chosen = _configured("streaming")
    sys.setswitchinterval(TURN_S)
    from pl.bootstrap.streaming import run_streaming as run

    return _run(run(chosen))


def run_api(_: argparse.Namespace) -> int:
    """Serve the API until told to stop."""
    chosen = _configured("api", reads_market=False)
    from pl.bootstrap.api import run_api as run

    return _run(run(chosen))


def run_loader(_: argparse.Namespace) -> int:
    """Work on jobs until told to stop."""
    chosen = _configured("loader")
    from pl.bootstrap.loader import run_loader as run

    return _run(run(chosen))


def run_simulator(options: argparse.Namespace) -> int:
    """Serve the simulated market until told to stop, or print the truth about a day of it."""
    if options.truth is not None:
        from pl.simulator.truth import print_truth

        print_truth(*settings.load_simulated_market(os.environ), options.truth)
        return 0
    chosen = settings.load_simulator(os.environ)
    logs.configure("simulator", chosen.log_format)
    from pl.simulator.server import serve

    return _run(serve(port=chosen.port, seed=chosen.seed, rate=chosen.rate, key=chosen.key))


def run_migrate(options: argparse.Namespace) -> int:
    """Bring the database to this checkout's schema, or with `--check` only compare.

    Returns 3 when `--check` finds another schema, 65 when the database refuses or is newer.
    """
    database_url, market = settings.load_database(os.environ)
    from pl.store import identity, migrations

    have, need = migrations.schema_versions(database_url)
    if options.check:
        print(f"have={have} need={need}")
        return 0 if have == need else EXIT_OTHER_SCHEMA
    try:
        migrations.refuse_newer(have, need)
        for name in migrations.migrate(database_url) if have != need else ():
            print(f"applied {name}")
        identity.claim(database_url, market)
    except Rejected as error:
        print(error, file=sys.stderr)
        return EXIT_REJECTED
    return 0


def run_universe(options: argparse.Namespace) -> int:
    """List, show or set a universe; returns 65 for one that cannot be."""
    database_url, _ = settings.load_database(os.environ)
    from pl import universe_lists

    try:
        print("\n".join(universe_lists.run(options, database_url)))
    except Rejected as error:
        print(error, file=sys.stderr)
        return EXIT_REJECTED
    return 0


def run_compile(_: argparse.Namespace) -> int:
    """Compile the kernels into NUMBA_CACHE_DIR, in two processes, saying what is being compiled."""
    from pl.feeds import warm_up as frames
    from pl.market import warm_up as bars
    from pl.signals import warm_up as signals
    from pl.store import wide_rows

    beside = get_context("spawn").Process(target=signals.warm_up_judging)
    beside.start()
    for name, warm_up in (
        ("frames", frames.warm_up),
        ("bars", bars.warm_up),
        ("rows", wide_rows.warm_up),
        ("signals", signals.warm_up_walking),
    ):
        print(f"compiling {name}", flush=True)
        warm_up()
    beside.join()
    signals.warm_up()
    return 0


def run_check_settings(_: argparse.Namespace) -> int:
    """Check the environment; problems are printed by the caller."""
    settings.load(os.environ)
    return 0


def _configured(component: str, *, reads_market: bool = True) -> settings.Settings:
    chosen = settings.load(os.environ, reads_market=reads_market)
    logs.configure(component, chosen.log_format)
    return chosen


def _run(main: Coroutine[Any, Any, None]) -> int:
    try:
        import uvloop
    except ImportError:  # Windows has no uvloop
        asyncio.run(main)
    else:
        uvloop.run(main)
    return 0
