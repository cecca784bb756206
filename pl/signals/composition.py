"""Compose one kernel from the rules of many files, so that no file has to call them all by name.

Numba compiles no table of functions: each call has to be spelled out. It is, in source text made
when the room is imported, as the standard library makes its data classes. The compiler makes a
jump table of it.
"""

import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

INDENT: Final = "    "


def asked(rule: Callable[..., Any]) -> str:
    """Return the arguments of a rule, a kernel, as it is called with what has their names."""
    return ", ".join(inspect.signature(getattr(rule, "py_func", rule)).parameters)


def composed(
    name: str,
    arguments: str,
    lines: list[str],
    rules: Mapping[str, Callable[..., Any]],
    home: str,
) -> Callable[..., Any]:
    """Return the function `name` that runs `lines`, which call `rules` by their names there.

    arguments : its own, as in its head; home : the module whose function it is to be.
    """
    source = "\n".join([f"def {name}({arguments}):", *(f"{INDENT}{line}" for line in lines)])
    names: dict[str, Any] = {**rules, "__name__": home}
    exec(compile(source, str(sys.modules[home].__file__), "exec"), names)  # noqa: S102 - made of our own names and numbers
    made: Callable[..., Any] = names[name]
    return made


def chosen(
    name: str, arguments: str, calls: Mapping[int, tuple[Callable[..., Any], str]], home: str
) -> Callable[..., Any]:
    """Return the function that calls the rule of its first argument, a number among `calls`.

    calls : by number, a rule and what it is called with.
    """
    number = arguments.split(",", maxsplit=1)[0]
    rules = {f"rule_{n}": rule for n, (rule, _) in calls.items()}
    *firsts, last = calls
    lines: list[str] = []
    for n in firsts:
        lines += [f"if {number} == {n}:", f"{INDENT}return rule_{n}({calls[n][1]})"]
    lines.append(f"return rule_{last}({calls[last][1]})")
    return composed(name, arguments, lines, rules, home)


def greatest(
    name: str, arguments: str, rules: Iterable[Callable[..., Any]], least: int, home: str
) -> Callable[..., Any]:
    """Return the function to the greatest of what all rules return, at least `least`.

    A rule is called with those of the arguments that it has by name.
    """
    numbered = {f"rule_{n}": rule for n, rule in enumerate(rules)}
    lines = [f"best = {least}"]
    lines += [f"best = max(best, {called}({asked(rule)}))" for called, rule in numbered.items()]
    return composed(name, arguments, [*lines, "return best"], numbered, home)
