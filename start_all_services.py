#!/usr/bin/env python3
"""Start TickStock: everything it needs is set up, started, checked and watched.

python3 start_all_services.py            set up what is missing, start, watch; Ctrl+C stops
python3 start_all_services.py --check    the pre-flight checks alone
python3 start_all_services.py --status   what is running
python3 start_all_services.py --stop     stop a launcher in another terminal
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the user's python3 may be any version
    sys.stderr.write("\u274c STARTUP ABORTED: Python %d.%d is too old\n" % sys.version_info[:2])  # noqa: UP031
    sys.stderr.write("REASON: TickStock needs Python 3.11 or newer\n")
    sys.stderr.write("RECOVERY: install Python 3.11, then: python3.11 start_all_services.py\n")
    sys.exit(10)

from launcher.command_line import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
