"""Run a benchmark: `python3 -m bench NAME`, with any Python 3.11; sets up what it needs."""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from launcher.home import digest
from launcher.problems import StartAborted
from launcher.provision import development
from launcher.provision.commands import StepFailed
from launcher.provision.development import Pythons
from launcher.provision.kernels import kernel_sources

ROOT: Final = Path(__file__).resolve().parent.parent
DATA: Final = ROOT.parent / "shared" / "data"
"""Recorded market data, unless TICKSTOCK_TEST_DATA names another folder."""


def startup(options: argparse.Namespace, pythons: Pythons) -> int:
    """Time a first start and later ones."""
    from bench import startup

    return startup.run(ROOT, pythons, later_starts=options.starts)


def delivery(options: argparse.Namespace, pythons: Pythons) -> int:
    """Time alerts from the frame that completed their bars to a client and a browser."""
    from bench import delivery

    plan = delivery.Plan(options.alerts, options.minutes * 60.0, options.rate)
    return asyncio.run(delivery.run(ROOT, pythons, plan))


def ticks(options: argparse.Namespace, _: Pythons) -> int:
    """Time the way from Massive's frames to minute bars, beside plainer ways."""
    from bench.ticks import timing

    return timing.run(options.rounds)


def fanout(options: argparse.Namespace, pythons: Pythons) -> int:
    """Time alerts from the stream to many pages."""
    from bench import fanout

    plan = fanout.Plan(options.pages, options.per_second, options.seconds)
    return asyncio.run(fanout.run(ROOT, pythons, plan))


def chart(options: argparse.Namespace, _pythons: Pythons) -> int:
    """Time the chart patterns of a whole market at a close."""
    from bench import chart

    return chart.run(options.closes or 60)


def minute(options: argparse.Namespace, pythons: Pythons) -> int:
    """Time the minute closes of a whole market in the running Streaming service."""
    from bench.minute import timing

    return timing.run(
        ROOT, pythons, timing.Plan(options.symbols, options.closes or 200, options.speed)
    )


def engine(options: argparse.Namespace, _pythons: Pythons) -> int:
    """Time indicators beside other libraries, and everything at a close of the market."""
    from bench.engine import timing

    return timing.run(ROOT, options.symbols, options.rounds)


def signals(options: argparse.Namespace, _pythons: Pythons) -> int:
    """Time everything over years of daily bars, beside bare TA-Lib."""
    from bench.signals import timing

    return timing.run(Path(os.environ.get("TICKSTOCK_TEST_DATA", DATA)), options.rounds)


BENCHES: Final[Mapping[str, Callable[[argparse.Namespace, Pythons], int]]] = {
    "startup": startup,
    "delivery": delivery,
    "ticks": ticks,
    "fanout": fanout,
    "chart": chart,
    "minute": minute,
    "engine": engine,
    "signals": signals,
}


COMPILES_HERE: Final = frozenset({"ticks", "chart", "engine", "signals"})
"""What runs kernels in its own process. The others start services, which have their own folder."""


def kernels_folder(root: Path) -> Path:
    """Return where the kernels of these sources are kept: numba itself looks at fewer files."""
    return root / ".tickstock" / "numba" / f"bench-{digest(files=kernel_sources(root))}"


def main(arguments: Sequence[str]) -> int:
    """Return 0 when the benchmark ran, whether or not its targets were met."""
    options = _parse(arguments)
    try:
        pythons = development.provide(ROOT, lambda line: print(f"[SETUP] {line}", flush=True))
    except StartAborted as abort:
        print(f"{abort.problem.what}: {abort.problem.reason}\n{abort.problem.recovery}")
        return abort.problem.kind.exit_code
    except StepFailed as error:
        print(error)
        return 1
    if options.name in COMPILES_HERE:
        os.environ.setdefault("NUMBA_CACHE_DIR", str(kernels_folder(ROOT)))
    development.hand_over(pythons.producer, ["-m", "bench", *arguments])
    from bench.product import NotReady

    try:
        return BENCHES[options.name](options, pythons)
    except NotReady as error:
        print(error)
        return 1


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m bench", description=__doc__)
    parser.add_argument("name", choices=sorted(BENCHES))
    parser.add_argument("--starts", type=int, default=5, help="startup: how many later starts")
    parser.add_argument("--alerts", type=int, default=100, help="delivery: stop after so many")
    parser.add_argument("--minutes", type=float, default=15, help="delivery: stop at the latest")
    parser.add_argument("--rate", type=int, default=100, help="delivery: trades/s and ticker")
    parser.add_argument(
        "--rounds", type=int, default=7, help="ticks, engine, signals: timings of each way"
    )
    parser.add_argument("--pages", type=int, default=300, help="fanout: how many pages are open")
    parser.add_argument("--per-second", type=int, default=50, help="fanout: alerts a second")
    parser.add_argument("--seconds", type=int, default=20, help="fanout: for so long")
    parser.add_argument("--closes", type=int, help="chart, minute: how many closes to time")
    parser.add_argument("--symbols", type=int, default=11_000, help="minute, engine: how many")
    parser.add_argument("--speed", type=float, default=20.0, help="minute: times real time")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
