"""Read numbers from a query string."""

from flask import request

from service.errors import Rejected


def whole_number(name: str, default: int, low: int, high: int) -> int:
    """Return a parameter; raises Rejected when it is no whole number or out of range."""
    raw = request.args.get(name, str(default))
    if not raw.isdecimal() or not low <= int(raw) <= high:
        raise Rejected(f"invalid_{name}", f"{name}: expected {low}-{high}, was {raw}", 422)
    return int(raw)
