"""Run by a service's own interpreter: import ahead, wait for one's turn, be `python -m MODULE`.

    python threshold.py AHEAD -m MODULE ARGUMENTS...

While one service proves itself healthy, the next one's imports load beside it on another core.
Nothing of the service runs before its turn, which is a line on standard input; when standard input
ends instead, the launcher is gone and so is this process.
"""

import importlib
import os
import runpy
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

_LAUNCHER_GONE = 125


def main(ahead: str, arguments: Sequence[str]) -> None:
    """Import `ahead`, wait, then run the module; what fails to import fails again in its turn."""
    sys.path[0] = str(Path.cwd())
    with suppress(ImportError):
        importlib.import_module(ahead)
    if not sys.stdin.readline():
        os._exit(_LAUNCHER_GONE)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    _, module, *rest = arguments
    sys.argv = [module, *rest]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
