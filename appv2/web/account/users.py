"""Keep users and their preferences."""

import hashlib
from dataclasses import dataclass
from typing import Any

import msgspec
from flask_login import UserMixin

from appv2.adapters.postgres import Postgres
from appv2.web.account.passwords import Passwords
from service.errors import Rejected

LONGEST_NAME = 64
LARGEST_PREFERENCE = 16 * 1024
MOST_PREFERENCES = 50


@dataclass(frozen=True)
class User(UserMixin):  # type: ignore[misc] # Flask-Login has no types
    """Hold who is logged in; the session ends when the password changes."""

    id: int
    username: str
    is_admin: bool
    password_hash: str

    def get_id(self) -> str:
        """Return what the session remembers: the id and a print of the password's hash."""
        printed = hashlib.sha256(self.password_hash.encode()).hexdigest()[:16]
        return f"{self.id}:{printed}"


class Users:
    """Look users up, check passwords, create accounts."""

    def __init__(self, accounts: Postgres, passwords: Passwords) -> None:
        self._accounts = accounts
        self._passwords = passwords

    def authenticate(self, username: str, password: str) -> User | None:
        """Return the user when the password is right."""
        user = self._find("username = %s", username.strip().lower())
        right = self._passwords.match(user.password_hash if user else None, password)
        return user if right else None

    def remembered(self, session_id: str) -> User | None:
        """Return the user of a session, unless the password changed since."""
        number, _, _printed = session_id.partition(":")
        user = self._find("id = %s", int(number)) if number.isdecimal() else None
        return user if user is not None and user.get_id() == session_id else None

    def create_admin(self, username: str, password: str) -> bool:
        """Create an administrator; return False when the name is taken already."""
        created = self._accounts.execute(
            "INSERT INTO appv2.users (username, password_hash, is_admin) VALUES (%s, %s, true)"
            " ON CONFLICT (username) DO NOTHING",
            (username.strip().lower(), self._passwords.hashed(password)),
        )
        return created == 1

    def set_password(self, username: str, password: str) -> bool:
        """Give a user another password; return False when there is no such user."""
        changed = self._accounts.execute(
            "UPDATE appv2.users SET password_hash = %s WHERE username = %s",
            (self._passwords.hashed(password), username.strip().lower()),
        )
        return changed == 1

    def _find(self, condition: str, value: str | int) -> User | None:
        rows = self._accounts.rows(
            "SELECT id, username, is_admin, password_hash"  # noqa: S608 - conditions are constants
            f" FROM appv2.users WHERE {condition}",
            (value,),
        )
        return User(**rows[0]) if rows else None


class Preferences:
    """Keep what each user set up, such as column widths, as JSON by key."""

    def __init__(self, accounts: Postgres) -> None:
        self._accounts = accounts

    def of(self, user: User) -> dict[str, Any]:
        """Return all preferences of a user."""
        rows = self._accounts.rows(
            "SELECT key, value FROM appv2.preferences WHERE user_id = %s ORDER BY key", (user.id,)
        )
        return {row["key"]: row["value"] for row in rows}

    def keep(self, user: User, changes: dict[str, Any]) -> None:
        """Store changed preferences; raises Rejected when they are too large or too many."""
        encoded = {key: msgspec.json.encode(value).decode() for key, value in changes.items()}
        if any(len(value) > LARGEST_PREFERENCE for value in encoded.values()):
            raise Rejected("too_large", f"a preference has at most {LARGEST_PREFERENCE} bytes")
        if any(
            not 0 < len(key) <= LONGEST_NAME or "\0" in key + value
            for key, value in encoded.items()
        ):
            raise Rejected("invalid_preference", f"a key has 1 to {LONGEST_NAME} characters")
        if len(self.of(user).keys() | encoded.keys()) > MOST_PREFERENCES:
            raise Rejected("too_many", f"a user has at most {MOST_PREFERENCES} preferences")
        with self._accounts.transaction() as cursor:
            for key, value in encoded.items():
                cursor.execute(
                    "INSERT INTO appv2.preferences (user_id, key, value) VALUES (%s, %s, %s::jsonb)"
                    " ON CONFLICT (user_id, key) DO UPDATE SET value = excluded.value",
                    (user.id, key, value),
                )
