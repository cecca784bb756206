"""How long `start_all_services.py` takes: the first start of a machine, and later ones."""

import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from bench import product, usage
from bench.report import Report, machine, median, say
from launcher.provision.development import Pythons

FIRST_WITHIN_S: Final = 120.0
LATER_WITHIN_S: Final = 5.0

PHASES: Final = (
    ("launcher up, environments current", "TickStockPL Python found"),
    ("packages, Redis, PostgreSQL, migrations", "PostgreSQL is running"),
    ("kernels, first login, settings", "Starting services..."),
    ("TickStockAppV2", "TickStockAppV2 running"),
    ("Simulated market (began beside AppV2)", "Simulated market running"),
    ("TickStockPL DataLoader", "DataLoader running"),
    ("TickStockPL API", "TickStockPL API running"),
    ("TickStockPL Streaming", "Streaming running"),
    ("announcement", product.RUNNING),
)
"""A phase and the line that ends it, in order."""

_WORK: Final = "processor seconds"
"""Under other load a start takes longer, but not much more of the processor."""


def run(root: Path, pythons: Pythons, *, later_starts: int) -> int:
    """Start with a fresh home once and again several times; print a table and the JSON line."""
    say(f"startup: {root.name} with {pythons.producer.parent.parent.name} and")
    say(f"  {pythons.consumer.parent.parent.name} already installed (downloads are not measured);")
    say("  a fresh home: new PostgreSQL and Redis, migrations, kernels compiled from nothing")
    report = Report("startup", results={"machine": machine()})
    with tempfile.TemporaryDirectory(prefix="tickstock-bench-") as folder:
        home, ports = Path(folder) / "home", product.new_ports()
        first = _start(root, home, ports)
        say(f"first start: {first[product.RUNNING]:.2f} s")
        later = []
        for number in range(1, later_starts + 1):
            later.append(_start(root, home, ports))
            say(f"later start {number}: {later[-1][product.RUNNING]:.2f} s")
    _conclude(report, first, later)
    return 0


def _start(root: Path, home: Path, ports: Mapping[str, int]) -> dict[str, float]:
    """Return when each line that ends a phase came, in seconds, keyed by its text."""
    with product.running(root, home, ports, {}) as running:
        came = {}
        for _, text in PHASES:
            came[text] = next((at for at, line in running.said if text in line), float("nan"))
        came[_WORK] = usage.processor_seconds(running.process.pid)
    time.sleep(1.0)  # what was ended gives back its memory and its processor
    return came


def _durations(came: Mapping[str, float]) -> dict[str, float]:
    ends = [0.0, *(came[text] for _, text in PHASES)]
    names = (name for name, _ in PHASES)
    return {
        name: after - before for name, before, after in zip(names, ends, ends[1:], strict=False)
    }


def _conclude(
    report: Report, first: Mapping[str, float], later: Sequence[Mapping[str, float]]
) -> None:
    totals = [came[product.RUNNING] for came in later]
    phases = [_durations(came) for came in later]
    medians = {name: median([one[name] for one in phases]) for name in phases[0]}
    firsts = {name: round(value, 2) for name, value in _durations(first).items()}
    say(f"\n{'phase, seconds':<46}{'first':>8}{'later':>8}")
    for name, value in medians.items():
        say(f"{name:<46}{firsts[name]:>8.2f}{value:>8.2f}")
    say(f"{'all':<46}{first[product.RUNNING]:>8.2f}{median(totals):>8.2f}")
    work = median([came[_WORK] for came in later])
    say(f"{'processor time of all processes until then':<46}{first[_WORK]:>8.2f}{work:>8.2f}\n")
    report.results |= {
        "first_s": round(first[product.RUNNING], 2),
        "later_s": [round(total, 2) for total in totals],
        "later_median_s": median(totals),
        "first_processor_s": round(first[_WORK], 2),
        "later_processor_s": work,
        "first_phases_s": firsts,
        "later_phases_s": medians,
        "load_1m_after": machine()["load_1m"],
    }
    report.met = {
        f"first start within {FIRST_WITHIN_S:g} s": first[product.RUNNING] <= FIRST_WITHIN_S,
        f"later starts, median within {LATER_WITHIN_S:g} s": median(totals) <= LATER_WITHIN_S,
    }
    report.print_line()
