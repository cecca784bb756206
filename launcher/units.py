"""Something that runs and can prove that it serves: a service, a server, the simulated market."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from launcher import readiness, resp
from launcher.embedded.redis import RedisServer
from launcher.processes import Child
from launcher.programs import Program
from launcher.provision.servers import OwnPostgres, redis_program
from launcher.services import Service
from launcher.settings import Settings

_POLL_S = 0.05


@dataclass(frozen=True)
class Unit:
    """A program with the proof that it serves and the time it may take until then."""

    program: Program
    serves: Callable[[], bool]
    deadline_s: float


class DidNotServe(Exception):
    """Raised when a unit ended, or its deadline passed, before it served."""

    def __init__(self, child: Child, *, crashed: bool) -> None:
        super().__init__(child.program.name)
        self.child = child
        self.crashed = crashed


def wait_until_serving(unit: Unit, child: Child, check: Callable[[], None]) -> None:
    """Block until the unit serves; `check` is called at every look and may raise.

    Raises: DidNotServe when the process ended first or the deadline passed.
    """
    end = time.monotonic() + unit.deadline_s
    while not unit.serves():
        check()
        if not child.is_running():
            raise DidNotServe(child, crashed=True)
        if time.monotonic() > end:
            raise DidNotServe(child, crashed=False)
        time.sleep(_POLL_S)


def service_unit(service: Service, settings: Settings, environ: Mapping[str, str]) -> Unit:
    """Return a service of the table as something to run."""
    python = settings.producer_python if service.side == "producer" else settings.consumer_python
    program = Program(
        name=service.name,
        key=service.key,
        command=(str(python), *service.arguments),
        environ=environ,
        folder=settings.root,
        grace_s=service.grace_s,
        ahead=service.ahead,
    )
    return Unit(program, lambda: readiness.ask(service.health_url).serves, service.deadline_s)


def postgres_unit(own: OwnPostgres, settings: Settings) -> Unit:
    """Return our own PostgreSQL as something to run."""
    return Unit(own.program(settings), own.cluster.answers, 60.0)


def redis_unit(server: RedisServer, settings: Settings) -> Unit:
    """Return our own Redis as something to run."""
    address = resp.RedisAddress.parse(server.url)
    return Unit(redis_program(server, settings), lambda: resp.answers(address), 60.0)
