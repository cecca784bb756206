"""Read the environment's variables, remembering everything that is wrong with them."""

from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from typing import Final, TypeVar
from urllib.parse import urlsplit

from service.errors import SettingsError

T = TypeVar("T", int, float)

POSTGRES: Final = ("postgresql", "postgres")
REDIS: Final = ("redis", "rediss")
LOG_FORMATS: Final = ("auto", "json", "console")
DEFAULT_UNIVERSE: Final = "stock_etf_test:combo_test"
RECORDED_UNIVERSE: Final = "replay:recording"
"""What a replay watches unless told otherwise; Streaming keeps it in the replay's database."""


class Variables:
    """Read variables one by one; `problems` holds a line for each that cannot be used.

    A variable that is empty counts as not set. Only `address` and `secret` may be given what must
    not be printed.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        """Return a text."""
        return self._environ.get(name, "").strip() or default

    def required(self, name: str, expected: str) -> str:
        """Return a text that must be set."""
        value = self.text(name)
        if not value:
            self.problems.append(f"{name}: expected {expected}, was not set")
        return value

    def secret(self, name: str, shortest: int) -> str:
        """Return a text of at least `shortest` characters."""
        value = self.text(name)
        if len(value) < shortest:
            self.problems.append(
                f"{name}: expected at least {shortest} characters, had {len(value)}"
            )
        return value

    def address(self, name: str, schemes: tuple[str, ...], default: str = "") -> str:
        """Return an address of one of these schemes."""
        value = self.text(name, default)
        expected = " or ".join(f"{scheme}://host:port" for scheme in schemes)
        if not value:
            self.problems.append(f"{name}: expected {expected}, was not set")
        elif not _is_address(value, schemes):  # it may hold a password: never printed
            self.problems.append(f"{name}: expected {expected}, was no such address")
        return value

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        """Return one of these words."""
        value = self.text(name, default)
        if value not in choices:
            self.problems.append(f"{name}: expected one of {', '.join(choices)}, was {value}")
        return value

    def number(self, name: str, default: T, parse: Callable[[str], T], low: T, high: T) -> T:
        """Return a number from `low` to `high`, both included."""
        raw = self.text(name)
        try:
            value = parse(raw) if raw else default
        except ValueError:
            value = None
        if value is None or not low <= value <= high:
            self.problems.append(f"{name}: expected a number from {low} to {high}, was {raw}")
            return default
        return value

    def port(self, name: str, default: int) -> int:
        """Return a TCP port."""
        raw = self.text(name, str(default))
        if not raw.isdecimal() or not 1 <= int(raw) <= 65535:
            self.problems.append(f"{name}: expected a port 1-65535, was {raw}")
            return default
        return int(raw)

    def refuse_unknown(self, prefix: str, known: Collection[str]) -> None:
        """Refuse variables with our prefix that nobody reads: a typo cannot go unnoticed."""
        ours = sorted(name for name in self._environ if name.startswith(prefix))
        self.problems += [
            f"{name}: no such variable{nearest(name, known)}" for name in ours if name not in known
        ]

    def raise_problems(self) -> None:
        """Raise SettingsError naming every problem, if there is one."""
        if self.problems:
            raise SettingsError(self.problems)


def nearest(wrong: str, known: Collection[str]) -> str:
    """Return a question that names the most similar of the known words, empty when none is."""
    alike = get_close_matches(wrong, known, n=1)
    return f", did you mean {alike[0]}?" if alike else ""


def _is_address(value: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return False
    return parts.scheme in schemes and port != 0
