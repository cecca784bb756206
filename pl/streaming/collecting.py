"""Keep Python's garbage collector out of the way of closes, and give back what a start needed."""

import ctypes
import gc
from typing import Final

COLLECT_AFTER: Final = (50_000, 20, 100)
"""Objects made since, then collections of the younger, before garbage is looked for."""


def rest_while_starting() -> None:
    """Look for no garbage until `leave_history_out`: a start makes millions of objects to keep."""
    gc.disable()


def leave_history_out() -> None:
    """Let the garbage collector look only at what comes from now on, and less often.

    Looking through what a start leaves behind would hold up a close. Reading history also leaves
    free memory behind in pieces, which glibc keeps until it is told; other C libraries do not.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    gc.enable()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
