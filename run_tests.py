#!/usr/bin/env python3
"""Run every test in both environments, setting up what is missing.

python3 run_tests.py                  everything
python3 run_tests.py pl e2e           some parts: style, pl, appv2, page, e2e
python3 run_tests.py pl -- -k bars    the rest goes to pytest
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
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


def main(arguments: Sequence[str]) -> int:
    """Return 0 when every part passed."""
    own, for_pytest = _split(arguments)
    parts: dict[str, Callable[[Pythons, Sequence[str]], Outcome]] = {
        "style": check_style,
        "pl": run_producer,
        "appv2": run_consumer,
        "page": run_page,
        "e2e": run_end_to_end,
    }
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", choices=[*parts, []], help="default: all")
    chosen = parser.parse_args(own).parts or list(parts)
    pythons = development.provide(ROOT, lambda line: print(f"[SETUP] {line}", flush=True))
    outcomes = {}
    for name in chosen:
        began = time.monotonic()
        print(f"\n== {name}", flush=True)
        outcomes[name] = parts[name](pythons, for_pytest)
        print(
            f"== {name}: {_words(outcomes[name])} in {time.monotonic() - began:.0f} s", flush=True
        )
    return summarize(outcomes)


def check_style(pythons: Pythons, _: Sequence[str]) -> Outcome:
    """Check lint, format, types and architecture."""
    producer, consumer = str(pythons.producer), str(pythons.consumer)
    architecture = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    checks = (
        [producer, "-m", "ruff", "check", "."],
        [producer, "-m", "ruff", "format", "--check", "."],
        [producer, "-m", "mypy", "contracts", "service", "pl", "launcher", "bench"],
        [consumer, "-m", "mypy", "appv2"],
        [producer, "-c", architecture],
    )
    results = [_run(check) == 0 for check in checks]
    return Outcome(sum(results), len(results) - sum(results))


def run_producer(pythons: Pythons, extra: Sequence[str]) -> Outcome:
    """Run what the producer's environment can run."""
    folders = ["tests/contracts", "tests/service", "tests/house", "tests/launcher", "tests/pl"]
    return _pytest(pythons.producer, folders, extra)


def run_consumer(pythons: Pythons, extra: Sequence[str]) -> Outcome:
    """Run what the consumer's environment can run."""
    return _pytest(pythons.consumer, ["tests/contracts", "tests/service", "tests/appv2"], extra)


def run_end_to_end(pythons: Pythons, extra: Sequence[str]) -> Outcome:
    """Boot the product and look at it in a browser."""
    if not Path(CHROMIUM).exists():
        print(f"{CHROMIUM} is missing; install it with: sudo apt-get install chromium")
        return Outcome(0, 1)
    looks = _pytest(pythons.consumer, ["tests/e2e/page"], extra)
    whole = _pytest(pythons.producer, ["tests/e2e"], ["--ignore=tests/e2e/page", *extra])
    return Outcome(
        looks.passed + whole.passed, looks.failed + whole.failed, looks.skipped + whole.skipped
    )


def run_page(_: Pythons, __: Sequence[str]) -> Outcome:
    """Run the page's own tests."""
    node = shutil.which("node")
    if node is None:
        print("node is missing: the page's tests need it; any version from 20 on")
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
        print(done.stdout, done.stderr)
        return Outcome(outcome.passed, max(1, outcome.failed))
    return outcome


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


def _pytest(python: Path, folders: Sequence[str], extra: Sequence[str]) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        present = [name for name in folders if (ROOT / name).exists()]
        code = _run([str(python), "-m", "pytest", "-q", f"--junitxml={report}", *present, *extra])
        if not report.exists():
            return Outcome(0, 1)
        root = ET.parse(report).getroot()  # noqa: S314 - written by pytest a moment ago
    suite = root.find("testsuite")
    counts = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
    failed = counts["failures"] + counts["errors"]
    passed = counts["tests"] - failed - counts["skipped"]
    return Outcome(passed, max(failed, int(code not in {0, 5})), counts["skipped"])


def _run(command: Sequence[str]) -> int:
    print(
        "$", " ".join(Path(command[0]).name if i == 0 else c for i, c in enumerate(command))[:160]
    )
    sys.stdout.flush()
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def _split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    listed = list(arguments)
    at = listed.index("--") if "--" in listed else len(listed)
    return listed[:at], listed[at + 1 :]


def _words(outcome: Outcome) -> str:
    return f"{outcome.passed} passed, {outcome.failed} failed, {outcome.skipped} skipped"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
