"""Compile the numeric loops of every room with one set of options."""

from collections.abc import Callable
from typing import Any, Final, ParamSpec, TypeVar, cast

import numba
import numpy as np

P = ParamSpec("P")
R = TypeVar("R")

_OPTIONS: Final = {
    "cache": True,
    "error_model": "numpy",
    "nogil": True,
    "no_cfunc_wrapper": True,  # nothing calls them from C, and it is a tenth of the compiling
}


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` for arrays, keeping its signature for the type checker.

    IEEE rules stay whole (no `fastmath`: it breaks tests for NaN), division by zero gives
    inf or NaN as in numpy, the compiled code is cached on disk and other threads may run
    while it works.
    """
    compiled = numba.njit(**_OPTIONS)(function)  # type: ignore[call-overload]  # stub lacks one
    return cast("Callable[P, R]", compiled)


def leaf(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a kernel that makes no arrays and calls only leaves.

    Without the counting of references to its arrays, two atomic operations an argument and call,
    61 rules on 11,000 symbols take 5 ms instead of 18. Making an array in one fails to compile.
    """
    compiled = numba.njit(**_OPTIONS, _nrt=False)(function)  # type: ignore[call-overload]
    return cast("Callable[P, R]", compiled)


def inner_leaf(function: Callable[P, R]) -> Callable[P, R]:
    """Compile as `leaf` does, and write the code into each place that calls it.

    For a few lines whose loops a caller's constants unroll.
    """
    compiled = numba.njit(**_OPTIONS, _nrt=False, forceinline=True)(function)  # type: ignore[call-overload]
    return cast("Callable[P, R]", compiled)


def brief_leaf(function: Callable[P, R]) -> Callable[P, R]:
    """Compile as `leaf` does, for work of microseconds: other threads wait meanwhile.

    Letting them run would cost more, and one of them could keep the caller waiting.
    """
    options = _OPTIONS | {"nogil": False, "_nrt": False}
    compiled = numba.njit(**options)(function)  # type: ignore[call-overload]
    return cast("Callable[P, R]", compiled)


@inner_leaf
def as_int64(number: int) -> int:
    """Return a number inside kernels as the type that all count with.

    A literal or an int32 where others hand over an int64 compiles a kernel, and all it calls, once
    more: it was a third of all compiling.
    """
    return int(np.int64(number))


def entry_of(compiled: Callable[P, R], *like: object) -> Callable[..., R]:
    """Return the machine code of a kernel for arguments of exactly the types of `like`.

    A call through it skips looking at the types of the arguments, which takes longer than
    the kernel itself when a frame holds one event. It trusts the caller.
    """
    type_of, dispatcher = cast("Any", numba.typeof), cast("Any", compiled)
    return cast("Callable[..., R]", dispatcher.compile(tuple(map(type_of, like))))
