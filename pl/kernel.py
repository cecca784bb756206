"""Compile the numeric loops of every room with one set of options."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")

_BARE: dict[str, Any] = {"cache": True, "error_model": "numpy", "_nrt": False}


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` for arrays, keeping its signature for the type checker.

    IEEE rules stay whole (no `fastmath`: it breaks tests for NaN), division by zero gives
    inf or NaN as in numpy, the compiled code is cached on disk and other threads may run
    while it works.
    """
    compiled = numba.njit(cache=True, error_model="numpy", nogil=True)(function)
    return cast("Callable[P, R]", compiled)


def brief_kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile as `kernel` does, for work of microseconds: other threads wait meanwhile.

    Letting them run would cost more, and one of them could keep the caller waiting.
    """
    compiled = numba.njit(cache=True, error_model="numpy")(function)
    return cast("Callable[P, R]", compiled)


def bare_kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile as `brief_kernel` does, without counting references to the arrays passed on.

    For kernels that read single bytes, where the counting would take most of the time. They
    and all they call must be bare and create no array: the compiler refuses them otherwise.
    """
    compiled = numba.njit(**_BARE)(function)
    return cast("Callable[P, R]", compiled)


def entry_of(compiled: Callable[P, R], *like: object) -> Callable[..., R]:
    """Return the machine code of a kernel for arguments of exactly the types of `like`.

    A call through it skips looking at the types of the arguments, which takes longer than
    the kernel itself when a frame holds one event. It trusts the caller.
    """
    type_of, dispatcher = cast("Any", numba.typeof), cast("Any", compiled)
    return cast("Callable[..., R]", dispatcher.compile(tuple(map(type_of, like))))
