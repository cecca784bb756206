"""A launcher over stand-in services: python run.py HOME [--fail-fast] NAME:PORT:MOOD ..."""

import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from launcher import settings as launcher_settings
from launcher.console import Console
from launcher.home import Home
from launcher.problems import StartAborted
from launcher.run import Run
from launcher.services import Service

STAND_IN = str(Path(__file__).with_name("service.py"))


def service(word):
    name, port, *moods = word.split(":")
    arguments = (STAND_IN, port, *moods)
    deadline_s = 5.0 if "silent" in moods else 60.0
    return Service(name, name.lower(), "producer", arguments, int(port), deadline_s, "up", 0.5)


def main(words):
    home = Home(Path(words[0]))
    home.prepare()
    console = Console(home.logs)
    services = tuple(service(word) for word in words[1:] if ":" in word)
    try:
        run = Run(launcher_settings.from_process(), home, console, services)
    except StartAborted as abort:
        console.aborted(abort.problem)
        return abort.problem.kind.exit_code
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: run.ask_to_stop())
    return run.to_the_end(may_migrate=False, fail_fast="--fail-fast" in words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
