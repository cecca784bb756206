#!/usr/bin/env python3
"""Show how the running system is: services, heartbeat, flows, subscribers.

python scripts/monitor_system_health.py            one look; 0 only when all is healthy
python scripts/monitor_system_health.py --watch    again every few seconds, until Ctrl+C
"""

import argparse
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from entry import enter

if TYPE_CHECKING:
    from launcher.running import Running

CLEAR = "\033[2J\033[H"


def main(arguments: Sequence[str]) -> int:
    """Return 0 when the last look found everything healthy."""
    options = _parse(arguments)
    system = enter(__file__, arguments)
    return watch(system, options)


def watch(system: "Running", options: argparse.Namespace) -> int:
    """Look once, or again and again until Ctrl+C."""
    from health_look import look
    from health_screen import draw

    clear = CLEAR if options.watch and sys.stdout.isatty() else ""
    healthy = False
    try:
        while True:
            found = look(system, options.minutes)
            healthy = found.is_healthy
            print(clear + draw(found, time.time()), flush=True)
            if not options.watch:
                break
            time.sleep(options.every)
    except KeyboardInterrupt:
        print()
    return 0 if healthy else 1


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--watch", action="store_true", help="look again until Ctrl+C")
    parser.add_argument("--every", type=float, default=5, help="seconds between looks")
    parser.add_argument("--minutes", type=float, default=5, help="flows of the last minutes")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
