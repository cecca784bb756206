"""End a process with the code that names the reaction it wants. Source: sysexits.h."""

import sys
from collections.abc import Callable
from typing import Final

from service.errors import SettingsError, Unavailable

UNAVAILABLE: Final = 69
BUG: Final = 70
SETTINGS: Final = 78


def code_of(command: Callable[[], int]) -> int:
    """Return a command's exit code: 78 for settings, 69 for a dependency that is away."""
    try:
        return command()
    except SettingsError as error:
        sys.stderr.write("\n".join(error.problems) + "\n")
        return SETTINGS
    except Unavailable as error:
        sys.stderr.write(f"{error}\n")
        return UNAVAILABLE
