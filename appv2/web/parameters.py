"""Read what a query string asks for, or say what is wrong with it."""

from flask import request

from service.errors import Rejected


def expect_only(*names: str) -> None:
    """Raise Rejected for a parameter that is none of `names`, or that is given twice."""
    for name, values in request.args.lists():
        if name not in names:
            expected = f"one of {', '.join(names)}" if names else "no parameter"
            raise Rejected("invalid_parameter", f"{name}: expected {expected}", 422)
        if len(values) > 1:
            was = " and ".join(values)
            raise Rejected("invalid_parameter", f"{name}: expected one value, was {was}", 422)


def whole_number(name: str, default: int, low: int, high: int) -> int:
    """Return a parameter; raises Rejected when it is no whole number or out of range."""
    raw = request.args.get(name, str(default))
    if not raw.isdecimal() or len(raw) > len(str(high)) or not low <= int(raw) <= high:
        raise Rejected(f"invalid_{name}", f"{name}: expected {low}-{high}, was {raw}", 422)
    return int(raw)
