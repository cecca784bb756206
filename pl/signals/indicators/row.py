"""Write one bar's indicator row: the kernels of all definitions as one."""

from collections.abc import Callable
from typing import Any, Final

from pl.kernel import leaf
from pl.signals.composition import asked, composed
from pl.signals.indicators.catalogue import SETS

ARGUMENTS: Final = "out, state, bars, i"

GROUP: Final = 11
"""Kernels that one function calls: few enough to compile fast."""

_KERNELS: Final = [one.write for one in SETS if one.write is not None]


def _writing(first: int) -> Callable[..., None]:
    """Return the function that writes what a group of definitions does."""
    group = {f"write_{n}": kernel for n, kernel in enumerate(_KERNELS)}
    group = dict(list(group.items())[first : first + GROUP])
    lines = [f"{name}({asked(kernel)})" for name, kernel in group.items()]
    return composed(f"write_from_{first}", ARGUMENTS, lines, group, __name__)


_WRITERS: Final[dict[str, Callable[..., Any]]] = {
    f"write_from_{first}": leaf(_writing(first)) for first in range(0, len(_KERNELS), GROUP)
}
write_row = leaf(
    composed(
        "write_row",
        ARGUMENTS,
        [f"{name}({ARGUMENTS})" for name in _WRITERS],
        _WRITERS,
        __name__,
    )
)
"""Fill the columns of `out` for bar `i`; NaN marks a value whose warm-up is not over.

state : the row's, which has looked at bar `i` (see `windows.look`). What needs more than that is
written by others: the year's high and low, the volume at the time of day, the relative strength.
"""
