"""What both scripts begin with: find the running system, go on in the producer's environment."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from launcher import running  # noqa: E402 - the checkout is put on the path above
from launcher import settings as launcher_settings  # noqa: E402
from launcher.home import Home  # noqa: E402
from launcher.problems import StartAborted  # noqa: E402
from launcher.provision import development  # noqa: E402
from launcher.provision.commands import StepFailed  # noqa: E402

EXIT_NOTHING_RUNS = 3


def enter(script: str, arguments: Sequence[str]) -> running.Running:
    """Return where the running system is, once this process is the producer's Python.

    Raises: SystemExit when nothing runs, or the environment cannot be made.
    """
    try:
        settings = launcher_settings.load(os.environ, ROOT)
        system = running.find(settings, Home(settings.home))
        pythons = development.provide(ROOT, print, for_tests=False)
    except running.NothingRuns as error:
        print(error, file=sys.stderr)
        raise SystemExit(EXIT_NOTHING_RUNS) from error
    except StartAborted as abort:
        print(f"{abort.problem.what}: {abort.problem.reason}", file=sys.stderr)
        print(abort.problem.recovery, file=sys.stderr)
        raise SystemExit(abort.problem.kind.exit_code) from abort
    except StepFailed as error:
        raise SystemExit(str(error)) from error
    development.hand_over(pythons.producer, [str(Path(script).resolve()), *arguments])
    return system
