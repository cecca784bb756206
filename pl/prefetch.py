"""Ask the processor for memory before it is read, so that a kernel need not wait for it."""

from collections.abc import Callable
from typing import Any, Final, cast

import numba
import numpy.typing as npt
from llvmlite import ir
from numba.extending import intrinsic

READING: Final = 0
KEEP: Final = 3
DATA: Final = 1
"""What the compiler's `llvm.prefetch` is told: to read, to keep in all caches, data."""


@intrinsic
def _prefetch(_typing: Any, array: Any, _index: Any) -> Any:

    def write_code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, values[0]).data
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [data.type, number, number, number])
        call = builder.module.declare_intrinsic("llvm.prefetch", [data.type], kind)
        place = builder.gep(data, [values[1]])
        builder.call(call, [place, number(READING), number(KEEP), number(DATA)])
        return context.get_dummy_value()

    return numba.types.void(array, numba.types.intp), write_code


prefetch = cast("Callable[[npt.NDArray[Any], int], None]", _prefetch)
"""Fetch, inside a kernel, the cache line of an array's element; changes nothing.

The index counts elements in the order in which they lie in memory. No bounds are checked, and a
place outside of the array does no harm.
"""
