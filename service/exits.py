"""End a process with the code that names the reaction it wants. Source: sysexits.h."""

import sys
import traceback
from collections.abc import Callable
from typing import Final

from service.errors import SettingsError, Unavailable

UNAVAILABLE: Final = 69
BUG: Final = 70
SETTINGS: Final = 78


def code_of(command: Callable[[], int]) -> int:
    """Return a command's exit code.

    78 for settings, 69 for a dependency that is away, 70 for a bug of ours, after its traceback.
    """
    try:
        return command()
    except SettingsError as error:
        sys.stderr.write("\n".join(error.problems) + "\n")
        return SETTINGS
    except Unavailable as error:
        sys.stderr.write(f"{error}\n")
        return UNAVAILABLE
    except Exception as error:  # noqa: BLE001 - the outer boundary of a process
        traceback.print_exc()
        sys.stderr.write(f"This is a bug of ours: {type(error).__name__}: {error}\n")
        return BUG
