#!/usr/bin/env python3
"""Run every test in both environments, setting up what is missing.

python3 run_tests.py                  everything
python3 run_tests.py pl e2e           some parts
python3 run_tests.py pl -- -k bars    the rest goes to pytest

Parts: style, signals, launcher, appv2, page, look; and beside them, told when they are over, those
that wait more than they reckon: pl, e2e.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO
from xml.etree import ElementTree as ET

from launcher.provision import development
from launcher.provision.development import Pythons

ROOT = Path(__file__).resolve().parent
CHROMIUM = "/usr/bin/chromium"


@dataclass(frozen=True)
class Outcome:
    """Count what one part did."""

    passed: int
    failed: int
    skipped: int = 0


@dataclass(frozen=True)
class Run:
    """Hold what a part needs: both environments, what goes to pytest, and where to write."""

    pythons: Pythons
    extra: Sequence[str]
    out: TextIO

    def say(self, line: str) -> None:
        """Write a line at once."""
        print(line, file=self.out, flush=True)


def main(arguments: Sequence[str]) -> int:
    """Return 0 when every part passed."""
    own, extra = _split(arguments)
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [*FIRST_LANE, *SECOND_LANE]
    parser.add_argument("parts", nargs="*", choices=[*names, []], help="default: all")
    chosen = parser.parse_args(own).parts or names
    pythons = development.provide(ROOT, lambda line: print(f"[SETUP] {line}", flush=True))
    first, second = (
        {name: part for name, part in lane.items() if name in chosen}
        for lane in (FIRST_LANE, SECOND_LANE)
    )
    if not (first and second):
        return summarize(run_parts(first | second, Run(pythons, extra, sys.stdout)))
    with tempfile.TemporaryFile("w+") as later, ThreadPoolExecutor(1) as pool:
        print(f"\n== told when they are over: {', '.join(second)}", flush=True)
        beside = pool.submit(run_parts, second, Run(pythons, extra, later))
        try:
            outcomes = run_parts(first, Run(pythons, extra, sys.stdout))
            outcomes |= beside.result()
        finally:
            later.seek(0)
            print(later.read())
    return summarize(outcomes)


def run_parts(parts: dict[str, "Part"], run: Run) -> dict[str, Outcome]:
    """Run parts one after another; return what each did."""
    outcomes = {}
    for name, part in parts.items():
        began = time.monotonic()
        run.say(f"\n== {name}")
        outcomes[name] = part(run)
        run.say(f"== {name}: {_words(outcomes[name])} in {time.monotonic() - began:.0f} s")
    return outcomes


def check_style(run: Run) -> Outcome:
    """Check lint, format, types and architecture."""
    producer, consumer = str(run.pythons.producer), str(run.pythons.consumer)
    architecture = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    checks = (
        [producer, "-m", "ruff", "check", "."],
        [producer, "-m", "ruff", "format", "--check", "."],
        [producer, "-m", "mypy", "contracts", "service", "pl", "launcher", "bench"],
        [consumer, "-m", "mypy", "appv2"],
        [producer, "-c", architecture],
    )
    results = [_run(check, run) == 0 for check in checks]
    return Outcome(sum(results), len(results) - sum(results))


def run_signals(run: Run) -> Outcome:
    """Run the tests of indicators and patterns, which need no server."""
    return _pytest(run.pythons.producer, ["tests/pl/signals"], run)


def run_launcher(run: Run) -> Outcome:
    """Run the tests of the launcher, of what all share, and of the house rules."""
    folders = ["tests/contracts", "tests/service", "tests/house", "tests/launcher"]
    return _pytest(run.pythons.producer, folders, run)


def run_producer(run: Run) -> Outcome:
    """Run the other tests of the producer, most of which talk to servers."""
    return _pytest(run.pythons.producer, ["tests/pl", "--ignore=tests/pl/signals"], run)


def run_consumer(run: Run) -> Outcome:
    """Run what the consumer's environment can run."""
    return _pytest(run.pythons.consumer, ["tests/contracts", "tests/service", "tests/appv2"], run)


def run_look(run: Run) -> Outcome:
    """Look at the page in a browser."""
    return _in_chromium(run.pythons.consumer, ["tests/e2e/page"], run)


def run_end_to_end(run: Run) -> Outcome:
    """Boot the product and look at it in a browser."""
    return _in_chromium(run.pythons.producer, ["tests/e2e", "--ignore=tests/e2e/page"], run)


def run_page(run: Run) -> Outcome:
    """Run the page's own tests."""
    node = shutil.which("node")
    if node is None:
        run.say("node is missing: the page's tests need it; any version from 20 on")
        return Outcome(0, 1)
    tests = sorted(str(path) for path in (ROOT / "appv2/frontend/test").glob("*.test.js"))
    done = subprocess.run(
        [node, "--test", "--test-reporter=tap", *tests],
        cwd=ROOT / "appv2" / "frontend",
        capture_output=True,
        text=True,
        check=False,
    )
    counts = {
        word: int(n) for word, n in re.findall(r"^# (pass|fail) (\d+)", done.stdout, re.MULTILINE)
    }
    outcome = Outcome(counts.get("pass", 0), counts.get("fail", 0))
    if done.returncode or not outcome.passed:
        run.say(f"{done.stdout} {done.stderr}")
        return Outcome(outcome.passed, max(1, outcome.failed))
    return outcome


Part = Callable[[Run], Outcome]
FIRST_LANE: dict[str, Part] = {
    "style": check_style,
    "signals": run_signals,
    "launcher": run_launcher,
    "appv2": run_consumer,
    "page": run_page,
    "look": run_look,
}
SECOND_LANE: dict[str, Part] = {"pl": run_producer, "e2e": run_end_to_end}


def summarize(outcomes: dict[str, Outcome]) -> int:
    """Print one summary and return the exit code."""
    print("\n== summary")
    for name, outcome in outcomes.items():
        print(f"{name}: {_words(outcome)}")
    total = Outcome(
        sum(outcome.passed for outcome in outcomes.values()),
        sum(outcome.failed for outcome in outcomes.values()),
        sum(outcome.skipped for outcome in outcomes.values()),
    )
    print(_words(total))
    return int(total.failed > 0 or total.passed == 0)


def _in_chromium(python: Path, what: Sequence[str], run: Run) -> Outcome:
    if not Path(CHROMIUM).exists():
        run.say(f"{CHROMIUM} is missing; install it with: sudo apt-get install chromium")
        return Outcome(0, 1)
    return _pytest(python, what, run)


def _pytest(python: Path, what: Sequence[str], run: Run) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [str(python), "-m", "pytest", "-q", f"--junitxml={report}", *what, *run.extra]
        code = _run(command, run)
        if not report.exists():
            return Outcome(0, 1)
        root = ET.parse(report).getroot()  # noqa: S314 - written by pytest a moment ago
    suite = root.find("testsuite")
    counts = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
    failed = counts["failures"] + counts["errors"]
    passed = counts["tests"] - failed - counts["skipped"]
    return Outcome(passed, max(failed, int(code not in {0, 5})), counts["skipped"])


def _run(command: Sequence[str], run: Run) -> int:
    run.say(f"$ {' '.join([Path(command[0]).name, *command[1:]])[:160]}")
    done = subprocess.run(command, cwd=ROOT, check=False, stdout=run.out, stderr=subprocess.STDOUT)
    return done.returncode


def _split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    listed = list(arguments)
    at = listed.index("--") if "--" in listed else len(listed)
    return listed[:at], listed[at + 1 :]


def _words(outcome: Outcome) -> str:
    return f"{outcome.passed} passed, {outcome.failed} failed, {outcome.skipped} skipped"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
