"""The few words of Redis' protocol that a start needs."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedRWPair
from urllib.parse import parse_qs, unquote, urlsplit

_EXPECTED = "expected redis://user:password@host:port/0, or rediss:// where it speaks TLS"


class RedisError(Exception):
    """Raised when the server answers with an error; the text is the server's."""


@dataclass(frozen=True)
class RedisAddress:
    """Where a Redis is and how to log in.

    authorities : file of certificates to trust instead of the system's
    certificate  : `required`, or `none` for one that is not checked
    """

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    authorities: str = ""
    certificate: str = "required"

    @classmethod
    def parse(cls, url: str) -> "RedisAddress":
        """Return the address in `url`, such as redis://user:password@host:6379/0.

        Raises: ValueError when it is no Redis URL; its words hold nothing of a password.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:  # its words would repeat a part of the password
            raise ValueError(_EXPECTED) from None
        if parts.scheme not in ("redis", "rediss") or port == 0:
            raise ValueError(_EXPECTED)
        chosen = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        return cls(
            parts.hostname or "localhost",
            port or 6379,
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            parts.scheme == "rediss",
            chosen.get("ssl_ca_certs", ""),
            chosen.get("ssl_cert_reqs", "required"),
        )

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class Conversation:
    """An open connection to a Redis."""

    def __init__(self, stream: BufferedRWPair) -> None:
        self._stream = stream

    def ask(self, *words: str) -> str:
        """Send a command and return a simple, bulk or integer answer as text.

        Raises: RedisError with the server's words; OSError when the connection breaks.
        """
        parts = [f"*{len(words)}\r\n".encode()]
        for word in words:
            encoded = word.encode()
            parts.append(b"$%d\r\n%s\r\n" % (len(encoded), encoded))
        self._stream.write(b"".join(parts))
        self._stream.flush()
        return self._answer()

    def _answer(self) -> str:
        line = self._stream.readline(65536)
        if not line.endswith(b"\r\n"):
            raise ConnectionError("the other side speaks no Redis protocol")
        kind, rest = line[:1], line[1:-2].decode(errors="replace")
        if kind == b"-":
            raise RedisError(rest)
        if kind == b"$":
            size = int(rest)
            return "" if size < 0 else self._stream.read(size + 2)[:-2].decode(errors="replace")
        if kind not in (b"+", b":"):
            raise ConnectionError("the other side speaks no Redis protocol")
        return rest


@contextmanager
def conversation(address: RedisAddress, timeout_s: float = 2.0) -> Iterator[Conversation]:
    """Open a connection and log in, when the address has a password.

    Raises: OSError when nobody answers in time; RedisError when the login is refused.
    """
    with _connected(address, timeout_s) as connection, connection.makefile("rwb") as stream:
        talk = Conversation(stream)
        if address.password:
            login = [address.user] if address.user else []
            talk.ask("AUTH", *login, address.password)
        yield talk


def _connected(address: RedisAddress, timeout_s: float) -> socket.socket:
    plain = socket.create_connection((address.host, address.port), timeout=timeout_s)
    if not address.tls:
        return plain
    with plain:  # it is closed unless the encrypted one takes it over
        return _context(address).wrap_socket(plain, server_hostname=address.host)


def _context(address: RedisAddress) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=address.authorities or None)
    if address.certificate == "none":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def answers(address: RedisAddress) -> bool:
    """Return whether a Redis at `address` takes commands."""
    try:
        with conversation(address, timeout_s=1.0) as talk:
            return talk.ask("PING") == "PONG"
    except (OSError, RedisError):
        return False
