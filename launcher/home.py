"""The `.tickstock` folder: data, logs, generated secrets and stamps, all inside the checkout."""

import hashlib
import json
import os
import secrets
import threading
from collections.abc import Iterable
from pathlib import Path


class Home:
    """The folder that holds everything TickStock writes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self.logs = path / "logs"
        self.lock = path / "lock"
        self.run_record = path / "run.json"
        self.postgres = path / "postgres"
        self.redis = path / "redis"
        self.spool = path / "spool"
        self.numba = path / "numba"
        self.backups = path / "backups"
        self.downloads = path / "downloads"

    def prepare(self) -> None:
        """Create the folders, closed to other users."""
        for folder in (self.path, self.logs, self.spool):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def secret(self, name: str) -> str:
        """Return the generated secret of that name, the same at every start."""
        with self._lock:
            kept = self._secrets()
            if name not in kept:
                kept[name] = secrets.token_urlsafe(18)
                write_private(self._secrets_path, json.dumps(kept, indent=1))
            return kept[name]

    def has_secret(self, name: str) -> bool:
        """Return whether a secret of that name was generated and not forgotten."""
        with self._lock:
            return name in self._secrets()

    def forget_secret(self, name: str) -> str:
        """Remove a secret and return what it was, empty when there was none."""
        with self._lock:
            kept = self._secrets()
            found = kept.pop(name, "")
            if found:
                write_private(self._secrets_path, json.dumps(kept, indent=1))
            return found

    @property
    def _secrets_path(self) -> Path:
        return self.path / "secrets.json"

    def _secrets(self) -> dict[str, str]:
        if not self._secrets_path.exists():
            return {}
        kept: dict[str, str] = json.loads(self._secrets_path.read_text())
        return kept


def write_private(path: Path, text: str) -> None:
    """Replace a file at once by one that only its owner can read; it is on disk before."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    fresh.replace(path)


def digest(*parts: str, files: Iterable[Path] = ()) -> str:
    """Return a short hash of texts and of files' names and contents."""
    total = hashlib.sha256()
    for part in parts:
        total.update(part.encode() + b"\0")
    for file in sorted(files):
        total.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()[:16]


class Stamp:
    """A file that says for which inputs a piece of work was finished."""

    def __init__(self, path: Path, value: str) -> None:
        self._path = path
        self._value = value

    def is_current(self) -> bool:
        """Return whether the work was finished for exactly these inputs."""
        return self._path.exists() and self._path.read_text() == self._value

    def set(self) -> None:
        """Remember that the work is finished."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(self._value)

    def clear(self) -> None:
        """Forget that the work was ever finished."""
        self._path.unlink(missing_ok=True)
