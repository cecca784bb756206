"""Compute with eight numbers at once inside kernels, in one fixed order on every machine.

A compiler may not turn a plain sum into sums side by side: that would be another order and other
last bits. Here the order is said: what stands in a lane meets only what stands in the same lane,
and `total` joins the lanes in one tree. A processor with narrower registers takes more steps to
the same bits.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any, Final, Protocol, cast

import numba
import numpy.typing as npt

from pl import compiled_lanes, plain_lanes

N_LANES: Final = compiled_lanes.N_LANES
ALL_BITS: Final = (1 << N_LANES) - 1


class Lanes(Protocol):
    """Hold eight float64 of a kernel; +, -, * and / work lane by lane."""

    def __add__(self, other: "Lanes") -> "Lanes": ...
    def __sub__(self, other: "Lanes") -> "Lanes": ...
    def __mul__(self, other: "Lanes") -> "Lanes": ...
    def __truediv__(self, other: "Lanes") -> "Lanes": ...


_is_plain: Final[bool] = numba.config.DISABLE_JIT  # type: ignore[attr-defined]  # set at import
_made: Final[ModuleType] = plain_lanes if _is_plain else compiled_lanes

load = cast("Callable[[npt.NDArray[Any], int, int], Lanes]", _made.load)
"""Return the elements `first` to `first` + 7 of a column, at once where they lie on end.

That is in Fortran order. No bounds are checked.
"""
store = cast("Callable[[npt.NDArray[Any], int, int, Lanes], None]", _made.store)
"""Write eight numbers to where `load` would read them, in an array in Fortran order."""
load_from = cast("Callable[[npt.NDArray[Any], int], Lanes]", _made.load_from)
"""Return the elements `first` to `first` + 7 of an array of one dimension, likewise."""
spread = cast("Callable[[float], Lanes]", _made.spread)
"""Return a number in every lane."""
ramp = cast("Callable[[float], Lanes]", _made.ramp)
"""Return `first`, `first` + 1 and so on."""
newest = cast("Callable[[Lanes, int], Lanes]", _made.newest)
"""Keep the last `n` lanes, put 0 into the others."""
larger = cast("Callable[[Lanes, Lanes], Lanes]", _made.larger)
smaller = cast("Callable[[Lanes, Lanes], Lanes]", _made.smaller)
where_above = cast("Callable[[Lanes, Lanes, Lanes], Lanes]", _made.where_above)
"""Keep a third number in the lanes where the first is above the second, put 0 into the others."""
equal_bits = cast("Callable[[Lanes, float], int]", _made.equal_bits)
"""Return a bit a lane, set where it holds the number."""
below_bits = cast("Callable[[Lanes, Lanes], int]", _made.below_bits)
"""Return a bit a lane, set where the first number is below the second."""
last_bit = cast("Callable[[int], int]", _made.last_bit)
"""Return the number of the highest bit that is set, -1 for 0."""
size = cast("Callable[[Lanes], Lanes]", _made.size)
"""Return the lanes without their signs."""
total = cast("Callable[[Lanes], float]", _made.total)
"""Return the sum of the lanes: k and k + 4 first, of these k and k + 2, then the last two."""
largest = cast("Callable[[Lanes], float]", _made.largest)
smallest = cast("Callable[[Lanes], float]", _made.smallest)
