"""Compile the numeric loops of every room with one set of options."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` for arrays, keeping its signature for the type checker.

    IEEE rules stay whole (no `fastmath`: it breaks tests for NaN), division by zero gives
    inf or NaN as in numpy, the compiled code is cached on disk and other threads may run
    while it works.
    """
    compiled = numba.njit(cache=True, error_model="numpy", nogil=True)(function)
    return cast("Callable[P, R]", compiled)
