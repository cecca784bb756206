"""TCP ports of this machine: free or busy, and who holds them."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Return whether a server could listen on `host:port` now."""
    return not _answers(port, host) and _can_bind(port, host)


def _answers(port: int, host: str) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((host, port)) == 0


def _can_bind(port: int, host: str) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def any_free() -> int:
    """Return a port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def first_free(start: int) -> int:
    """Return `start` or the next free port above it."""
    return next(port for port in range(start, 65536) if is_free(port))


def owner(port: int) -> str:
    """Return `name (PID n)` of the process that listens on `port`, as far as we may see it."""
    inodes = set(_listening_inodes(port))
    for pid, inode in _sockets_of_processes():
        if inode in inodes:
            return f"{_name(pid)} (PID {pid})"
    return "a process of another user"


def _listening_inodes(port: int) -> Iterator[str]:
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        if not table.exists():
            continue
        for line in table.read_text().splitlines()[1:]:
            columns = line.split()
            if columns[3] == "0A" and int(columns[1].rsplit(":", 1)[1], 16) == port:
                yield columns[9]


def _sockets_of_processes() -> Iterator[tuple[int, str]]:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            for descriptor in (process / "fd").iterdir():
                match = re.fullmatch(r"socket:\[(\d+)\]", str(descriptor.readlink()))
                if match:
                    yield int(process.name), match[1]
        except OSError:  # the process ended, or belongs to somebody else
            continue


def _name(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return "a process"
    said = b" ".join(words).decode(errors="replace").split()
    return " ".join(said)[:120] or "a process"
