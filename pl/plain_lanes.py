"""Do in plain Python what `pl.lanes` does, where kernels are run as they are written.

That is when the compiler is switched off (NUMBA_DISABLE_JIT), to step through a kernel.
"""

from typing import Any, Final

import numpy as np

from pl.compiled_lanes import N_LANES

_PLACES: Final = np.arange(N_LANES)


def load(array: Any, first: int, column: int) -> Any:
    return array[first : first + N_LANES, column].copy()


def store(array: Any, first: int, column: int, lanes: Any) -> None:
    array[first : first + N_LANES, column] = lanes


def load_from(array: Any, first: int) -> Any:
    return array[first : first + N_LANES].copy()


def spread(value: float) -> Any:
    return np.full(N_LANES, value)


def ramp(first: float) -> Any:
    return first + _PLACES.astype(np.float64)


def newest(lanes: Any, n: int) -> Any:
    return np.where(N_LANES - n <= _PLACES, lanes, 0.0)


def larger(a: Any, b: Any) -> Any:
    return np.where(a > b, a, b)


def smaller(a: Any, b: Any) -> Any:
    return np.where(a < b, a, b)


def where_above(a: Any, b: Any, lanes: Any) -> Any:
    return np.where(a > b, lanes, 0.0)


def equal_bits(lanes: Any, number: float) -> int:
    return int(np.sum((lanes == number) << _PLACES))


def below_bits(a: Any, b: Any) -> int:
    return int(np.sum((a < b) << _PLACES))


def last_bit(bits: int) -> int:
    return int(bits).bit_length() - 1


def size(lanes: Any) -> Any:
    return np.abs(lanes)


def total(lanes: Any) -> float:
    four = lanes[:4] + lanes[4:]
    two = four[:2] + four[2:]
    return float(two[0] + two[1])


def largest(lanes: Any) -> float:
    return float(lanes.max())


def smallest(lanes: Any) -> float:
    return float(lanes.min())
