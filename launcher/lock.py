"""One launcher at a time: a file lock that the guardian shares until its last child is gone."""

import fcntl
import os
import time
from pathlib import Path

from launcher.problems import ALREADY_RUNNING


class Lock:
    """The exclusive right to run in one home folder.

    The descriptor is inheritable: whoever inherits it keeps the lock while it lives.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def try_take(self) -> bool:
        """Take the lock unless somebody holds it."""
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, str(os.getpid()).encode(), 0)
        return True

    def take(self, patience_s: float = 20.0) -> None:
        """Take the lock, waiting only for the guardian of a launcher that was killed.

        Raises: StartAborted when a launcher is alive and holds it.
        """
        deadline = time.monotonic() + patience_s
        while not self.try_take():
            if self.holder_is_alive() or time.monotonic() > deadline:
                raise ALREADY_RUNNING.abort(
                    f"process {self.holder()} holds {self._path}.",
                    "python3 start_all_services.py --stop",
                )
            time.sleep(0.05)

    def holder(self) -> int:
        """Return the process id of the launcher that took the lock last, 0 when none did."""
        text = os.pread(self.descriptor, 32, 0).decode()
        return int(text) if text.isdecimal() else 0

    def holder_is_alive(self) -> bool:
        """Return whether that launcher still runs (a zombie does not)."""
        pid = self.holder()
        try:
            os.kill(pid, 0) if pid else None
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except ProcessLookupError:
            return False
        except OSError:
            return pid != 0 and not Path("/proc/self").exists()
        return state not in "ZX"

    def release(self) -> None:
        """Give the lock back."""
        os.close(self.descriptor)
