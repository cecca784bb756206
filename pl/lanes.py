"""Compute with eight numbers at once inside kernels, in one fixed order on every machine.

A compiler may not turn a plain sum into sums side by side: that would be another order and other
last bits. Here the order is said: what stands in a lane meets only what stands in the same lane,
and `total` joins the lanes in one tree. A processor with narrower registers takes more steps to
the same bits.
"""

import operator
from collections.abc import Callable
from typing import Any, Final, Protocol, cast

import numpy.typing as npt
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing.templates import ConcreteTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model

N_LANES: Final = 8
_place: Final[Callable[..., Any]] = cgutils.get_item_pointer
_function: Final[Callable[..., Any]] = cgutils.get_or_insert_function


class Lanes(Protocol):
    """Hold eight float64 of a kernel; +, -, * and / work lane by lane."""

    def __add__(self, other: "Lanes") -> "Lanes": ...
    def __sub__(self, other: "Lanes") -> "Lanes": ...
    def __mul__(self, other: "Lanes") -> "Lanes": ...
    def __truediv__(self, other: "Lanes") -> "Lanes": ...


_EIGHT: Final = ir.VectorType(ir.DoubleType(), N_LANES)
_Eight: Final = type("_Eight", (types.Type,), {"__module__": __name__})
"""Found by its name in this module, or a process that reads compiled code from disk would make a
class of its own of it, whose values no operation knows."""
_LANES: Final = _Eight("Lanes")


@register_model(type(_LANES))
class _Model(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _EIGHT)  # type: ignore[no-untyped-call]


def _compute(symbol: Callable[..., Any], instruction: str) -> None:
    cases = [signature(_LANES, _LANES, _LANES)]  # type: ignore[no-untyped-call]

    def write_code(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return getattr(builder, instruction)(*values)

    template = type(f"Lanes_{instruction}", (ConcreteTemplate,), {"cases": cases})
    infer_global(symbol)(template)  # type: ignore[no-untyped-call]
    lower_builtin(symbol, _LANES, _LANES)(write_code)  # type: ignore[no-untyped-call]


_compute(operator.add, "fadd")
_compute(operator.iadd, "fadd")
_compute(operator.sub, "fsub")
_compute(operator.mul, "fmul")
_compute(operator.truediv, "fdiv")


def _same(value: Any) -> Any:
    return ir.Constant(ir.VectorType(value.type, N_LANES), [value] * N_LANES)


def _spread_value(builder: Any, value: Any) -> Any:
    nothing = ir.Constant(ir.VectorType(value.type, N_LANES), ir.Undefined)
    zero = ir.Constant(ir.IntType(32), 0)
    one = builder.insert_element(nothing, value, zero)
    return builder.shuffle_vector(one, nothing, _same(zero))


def _joined(builder: Any, value: Any, join: Callable[[Any, Any], Any]) -> Any:
    places = [ir.Constant(ir.IntType(32), place) for place in range(N_LANES)]
    lanes = [builder.extract_element(value, place) for place in places]
    while len(lanes) > 1:
        half = len(lanes) // 2
        lanes = [join(a, b) for a, b in zip(lanes[:half], lanes[half:], strict=True)]
    return lanes[0]


def _larger_value(builder: Any, a: Any, b: Any) -> Any:
    return builder.select(builder.fcmp_ordered(">", a, b), a, b)


def _smaller_value(builder: Any, a: Any, b: Any) -> Any:
    return builder.select(builder.fcmp_ordered("<", a, b), a, b)


def _gathered(builder: Any, read: Callable[[Any], Any]) -> Any:
    eight = ir.Constant(_EIGHT, ir.Undefined)
    for place in range(N_LANES):
        one = builder.load(read(ir.IntType(64)(place)))
        eight = builder.insert_element(eight, one, ir.IntType(32)(place))
    return eight


@intrinsic
def _load(_typing: Any, array: Any, _first: Any, _column: Any) -> Any:
    def write_code(context: Any, builder: Any, sig: Any, values: Any) -> Any:
        kind, (first, column) = sig.args[0], values[1:]
        made = context.make_array(kind)(context, builder, values[0])
        if kind.layout != "F":

            def read(place: Any) -> Any:
                index = [builder.add(first, place), column]
                return _place(context, builder, kind, made, index)

            return _gathered(builder, read)
        place = _place(context, builder, kind, made, [first, column])
        found = builder.load(builder.bitcast(place, _EIGHT.as_pointer()))
        found.align = 8
        return found

    return _LANES(array, types.intp, types.intp), write_code


@intrinsic
def _load_from(_typing: Any, array: Any, _first: Any) -> Any:
    def write_code(context: Any, builder: Any, sig: Any, values: Any) -> Any:
        made = context.make_array(sig.args[0])(context, builder, values[0])
        found = builder.load(
            builder.bitcast(builder.gep(made.data, values[1:]), _EIGHT.as_pointer())
        )
        found.align = 8
        return found

    return _LANES(array, types.intp), write_code


@intrinsic
def _spread(_typing: Any, _value: Any) -> Any:
    def write_code(_context: Any, builder: Any, _sig: Any, values: Any) -> Any:
        return _spread_value(builder, values[0])

    return _LANES(types.float64), write_code


@intrinsic
def _ramp(_typing: Any, _first: Any) -> Any:
    def write_code(_context: Any, builder: Any, _sig: Any, values: Any) -> Any:
        steps = ir.Constant(_EIGHT, [float(place) for place in range(N_LANES)])
        return builder.fadd(_spread_value(builder, values[0]), steps)

    return _LANES(types.float64), write_code


@intrinsic
def _newest(_typing: Any, _value: Any, _n: Any) -> Any:
    def write_code(_context: Any, builder: Any, _sig: Any, values: Any) -> Any:
        number = ir.IntType(64)
        kind = ir.VectorType(number, N_LANES)
        left = builder.sub(ir.Constant(number, N_LANES), values[1])
        kept = builder.icmp_signed(
            ">=", ir.Constant(kind, list(range(N_LANES))), _spread_value(builder, left)
        )
        return builder.select(kept, values[0], ir.Constant(_EIGHT, None))

    return _LANES(_LANES, types.int64), write_code


@intrinsic
def _larger(_typing: Any, _a: Any, _b: Any) -> Any:
    def write_code(_context: Any, builder: Any, _sig: Any, values: Any) -> Any:
        return _larger_value(builder, *values)

    return _LANES(_LANES, _LANES), write_code


@intrinsic
def _smaller(_typing: Any, _a: Any, _b: Any) -> Any:
    def write_code(_context: Any, builder: Any, _sig: Any, values: Any) -> Any:
        return _smaller_value(builder, *values)

    return _LANES(_LANES, _LANES), write_code


@intrinsic
def _where_above(_typing: Any, _a: Any, _b: Any, _value: Any) -> Any:
    def write_code(_context: Any, builder: Any, _sig: Any, values: Any) -> Any:
        above = builder.fcmp_ordered(">", values[0], values[1])
        return builder.select(above, values[2], ir.Constant(_EIGHT, None))

    return _LANES(_LANES, _LANES, _LANES), write_code


@intrinsic
def _equal_bits(_typing: Any, _value: Any, _number: Any) -> Any:
    def write_code(_context: Any, builder: Any, _sig: Any, values: Any) -> Any:
        equal = builder.fcmp_ordered("==", values[0], _spread_value(builder, values[1]))
        return builder.zext(builder.bitcast(equal, ir.IntType(N_LANES)), ir.IntType(64))

    return types.int64(_LANES, types.float64), write_code


@intrinsic
def _last_bit(_typing: Any, _bits: Any) -> Any:
    def write_code(_context: Any, builder: Any, _sig: Any, values: Any) -> Any:
        number, flag = ir.IntType(64), ir.IntType(1)
        kind = ir.FunctionType(number, [number, flag])
        call = builder.module.declare_intrinsic("llvm.ctlz", [number], kind)
        return builder.sub(number(63), builder.call(call, [values[0], flag(0)]))

    return types.int64(types.int64), write_code


@intrinsic
def _size(_typing: Any, _value: Any) -> Any:
    def write_code(_context: Any, builder: Any, _sig: Any, values: Any) -> Any:
        kind = ir.FunctionType(_EIGHT, [_EIGHT])
        call = _function(builder.module, kind, f"llvm.fabs.v{N_LANES}f64")
        return builder.call(call, [values[0]])

    return _LANES(_LANES), write_code


@intrinsic
def _total(_typing: Any, _value: Any) -> Any:
    def write_code(_context: Any, builder: Any, _sig: Any, values: Any) -> Any:
        return _joined(builder, values[0], builder.fadd)

    return types.float64(_LANES), write_code


@intrinsic
def _largest(_typing: Any, _value: Any) -> Any:
    def write_code(_context: Any, builder: Any, _sig: Any, values: Any) -> Any:
        return _joined(builder, values[0], lambda a, b: _larger_value(builder, a, b))

    return types.float64(_LANES), write_code


@intrinsic
def _smallest(_typing: Any, _value: Any) -> Any:
    def write_code(_context: Any, builder: Any, _sig: Any, values: Any) -> Any:
        return _joined(builder, values[0], lambda a, b: _smaller_value(builder, a, b))

    return types.float64(_LANES), write_code


load = cast("Callable[[npt.NDArray[Any], int, int], Lanes]", _load)
"""Return the elements `first` to `first` + 7 of a column, at once where they lie on end.

That is in Fortran order. No bounds are checked.
"""
load_from = cast("Callable[[npt.NDArray[Any], int], Lanes]", _load_from)
"""Return the elements `first` to `first` + 7 of an array of one dimension, likewise."""
spread = cast("Callable[[float], Lanes]", _spread)
"""Return a number in every lane."""
ramp = cast("Callable[[float], Lanes]", _ramp)
"""Return `first`, `first` + 1 and so on."""
newest = cast("Callable[[Lanes, int], Lanes]", _newest)
"""Keep the last `n` lanes, put 0 into the others."""
larger = cast("Callable[[Lanes, Lanes], Lanes]", _larger)
smaller = cast("Callable[[Lanes, Lanes], Lanes]", _smaller)
where_above = cast("Callable[[Lanes, Lanes, Lanes], Lanes]", _where_above)
"""Keep a third number in the lanes where the first is above the second, put 0 into the others."""
equal_bits = cast("Callable[[Lanes, float], int]", _equal_bits)
"""Return a bit a lane, set where it holds the number."""
last_bit = cast("Callable[[int], int]", _last_bit)
"""Return the number of the highest bit that is set, -1 for 0."""
size = cast("Callable[[Lanes], Lanes]", _size)
"""Return the lanes without their signs."""
total = cast("Callable[[Lanes], float]", _total)
"""Return the sum of the lanes: k and k + 4 first, of these k and k + 2, then the last two."""
largest = cast("Callable[[Lanes], float]", _largest)
smallest = cast("Callable[[Lanes], float]", _smallest)
