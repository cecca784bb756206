"""A Redis (Valkey) of our own: its configuration with access rights, and the command."""

from dataclasses import dataclass, field
from pathlib import Path

from contracts import names

SERVICE_USER = "tickstock"

_TALK = (
    "-@all +@connection -client +client|setname +client|setinfo +client|id +client|getname "
    "+client|no-evict -reset +info +command +dbsize +scan +keys +time +acl|whoami "
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
    listen = " ".join(f"&{pattern}" for pattern in _patterns())
    return [
        f"user default on nopass resetkeys resetchannels {listen} {_TALK} {_READ} {_SPEAK}",
        f"user {SERVICE_USER} on >{password} allkeys allchannels +@all",
    ]


def _patterns() -> list[str]:
    """Return what may be listened to: PSUBSCRIBE must equal one of them letter by letter."""
    ours = [name for name in vars(names).values() if str(name).startswith("tickstock")]
    stems = {name[: at + 1] for name in ours for at, sign in enumerate(name) if sign in ".:"}
    stars = {f"{stem}*" for stem in stems} | {f"{stem[:-1]}*" for stem in stems}
    return sorted(stars.union(ours))
