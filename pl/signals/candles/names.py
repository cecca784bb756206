"""Name the candlesticks in the order of their bits, as their files declare them.

For those who read stored rows without a compiler: the files' text is read, for to import them
would bring it in.
"""

import ast
from collections.abc import Iterator
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Final

from pl.signals.candles import rules

_PLACED: Final = ("number", "name")
"""What the first arguments of a declaration say."""


def _declared() -> Iterator[dict[str, object]]:
    """Yield what the constants in each file's declarations say, by name."""
    for module in iter_modules(rules.__path__):
        for node in ast.walk(ast.parse(_text(f"{rules.__name__}.{module.name}"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Candle":
                said = dict(zip(_PLACED, node.args, strict=False))
                said |= {word.arg: word.value for word in node.keywords if word.arg}
                yield {
                    name: value.value
                    for name, value in said.items()
                    if isinstance(value, ast.Constant)
                }


def _text(module: str) -> str:
    spec = find_spec(module)
    text = getattr(spec and spec.loader, "get_source", lambda _: None)(module)
    if text is None:
        raise ImportError(f"{module}: expected a file of Python text")
    return str(text)


_FOUND: Final = {one["number"]: one for one in _declared()}
CANDLE_NAMES: Final = tuple(str(_FOUND[number]["name"]) for number in range(len(_FOUND)))
WITHOUT_DIRECTION: Final = frozenset(
    str(one["name"]) for one in _FOUND.values() if one.get("directed") is False
)
"""Dojis that TA-Lib writes as +100 whichever way they may turn."""
