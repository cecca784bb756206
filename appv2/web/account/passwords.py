"""Hash and check passwords. Argon2 takes a tenth of a second: never on the serving loop."""

from collections.abc import Callable
from typing import Any, Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER: Final = PasswordHasher()

RunBlocking = Callable[..., Any]


class Passwords:
    """Hash and check through `run_blocking`, which keeps the loop free meanwhile."""

    def __init__(self, run_blocking: RunBlocking) -> None:
        self._run_blocking = run_blocking
        self._nobodys = _HASHER.hash("nobody's password")

    def hashed(self, password: str) -> str:
        """Return the hash to store."""
        return str(self._run_blocking(_HASHER.hash, password))

    def match(self, stored: str | None, password: str) -> bool:
        """Tell whether a password is right; takes as long when there is nothing stored."""
        right = self._run_blocking(_verify, stored or self._nobodys, password)
        return bool(right) and stored is not None


def _verify(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
