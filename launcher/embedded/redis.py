"""A Redis (Valkey) of our own: its configuration with access rights, and the command."""

from dataclasses import dataclass, field
from pathlib import Path

SERVICE_USER = "tickstock"

# A pattern in PSUBSCRIBE must equal one of these letter by letter.
_PATTERNS = (
    "tickstock*",
    "tickstock:*",
    "tickstock.*",
    "tickstock.events.*",
    "tickstock.events.backtesting.*",
    "tickstock.health.*",
    "tickstock.data.*",
    "tickstock.jobs.*",
    "tickstock:processing:*",
    "tickstock:import:*",
    "tickstock:cache:*",
    "tickstock:indicators:*",
    "tickstock:patterns:*",
    "tickstock:streaming:*",
    "tickstock:bars:*",
    "tickstock:quotes:*",
    "tickstock:alerts:*",
)
_TALK = (
    "-@all +@connection -client +client|setname +client|setinfo +client|id +client|getname "
    "+client|no-evict -reset +info +command +dbsize +scan +time +acl|whoami "
    "+subscribe +psubscribe +unsubscribe +punsubscribe "
    "+pubsub|numsub +pubsub|channels +pubsub|numpat +pubsub|help"
)
_READ = (
    "(%R~tickstock:* %R~tickstock.* -@all +get +mget +strlen +exists +type +ttl +pttl +hget "
    "+hgetall +hlen +hkeys +hmget +xrange +xrevrange +xread +xlen +xinfo +lrange +llen "
    "+smembers +scard +zrange +zcard)"
)
_SPEAK = "(&tickstock.jobs.* &tickstock.data.raw -@all +publish)"


@dataclass(frozen=True)
class RedisServer:
    """A data folder and how to serve it on `port` of the loopback interface.

    password : of the user `tickstock`; empty serves everybody with all rights (tests)
    """

    program: Path
    data: Path
    port: int
    password: str = field(default="", repr=False)

    @property
    def url(self) -> str:
        """Return the address with the services' login."""
        login = f"{SERVICE_USER}:{self.password}@" if self.password else ""
        return f"redis://{login}127.0.0.1:{self.port}/0"

    def write_configuration(self) -> Path:
        """Write the configuration file, readable by its owner only, and return its path."""
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.data / "redis.conf"
        path.touch(mode=0o600)
        path.write_text("\n".join(self._lines()) + "\n")
        return path

    def command(self) -> list[str]:
        """Return the command that serves in the foreground; SIGTERM saves and stops."""
        return [str(self.program), str(self.write_configuration())]

    def _lines(self) -> list[str]:
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f'dir "{self.data}"',
            "daemonize no",
            "appendonly yes",
            "appendfsync everysec",
            'save ""',
            "client-output-buffer-limit pubsub 64mb 32mb 60",
        ]
        return lines + (access_rights(self.password) if self.password else [])


def access_rights(password: str) -> list[str]:
    """Return the users: the services may do all, anybody may listen, read and ask for jobs."""
    listen = " ".join(f"&{pattern}" for pattern in _PATTERNS)
    return [
        f"user default on nopass resetkeys resetchannels {listen} {_TALK} {_READ} {_SPEAK}",
        f"user {SERVICE_USER} on >{password} allkeys allchannels +@all",
    ]
