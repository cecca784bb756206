"""From a bare machine to four healthy services, in the contract's order; any failure aborts."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from launcher import environment, preflight, universe
from launcher.console import Console
from launcher.environment import Addresses
from launcher.home import Home
from launcher.infrastructure import Infrastructure
from launcher.problems import CRASHED, NEVER_READY, Problem, StartAborted
from launcher.processes import Child, Processes
from launcher.provision import settings_check
from launcher.provision.commands import Steps
from launcher.provision.environments import Environments
from launcher.provision.kernels import Kernels
from launcher.provision.login import create_first_login
from launcher.services import Service, ports_in_order, simulator
from launcher.settings import Settings
from launcher.supervision import WRONG_SETTINGS
from launcher.units import DidNotServe, Unit, service_unit, wait_until_serving


@dataclass(frozen=True)
class Prepared:
    """What the pre-flight found and provided."""

    addresses: Addresses
    producer: Mapping[str, str]
    consumer: Mapping[str, str]

    def told(self, service: Service) -> Mapping[str, str]:
        """Return the environment of one process."""
        if service.side == "consumer":
            return self.consumer
        return environment.narrowed(service.key, self.producer)


class Startup:
    """One start. `died` returns a child that ended unasked, or None."""

    def __init__(
        self,
        settings: Settings,
        home: Home,
        console: Console,
        processes: Processes,
        steps: Steps,
        died: Callable[[], Child | None],
    ) -> None:
        self._settings = settings
        self._home = home
        self._console = console
        self._processes = processes
        self._steps = steps
        self._died = died
        self._kernels = Kernels(settings.root, home.numba, settings.producer_python, steps)
        self.units: dict[str, Unit] = {}

    def prepare(self, services: tuple[Service, ...], *, may_migrate: bool) -> Prepared:
        """Run the pre-flight checks, providing what was not configured.

        Raises: StartAborted with the first problem in the contract's order.
        """
        busy = self._busy_ports(services)
        infrastructure = Infrastructure(
            self._settings, self._home, self._console, self._processes, self._steps, may_migrate
        )
        with ThreadPoolExecutor(4, thread_name_prefix="prepare") as pool:
            try:
                self._provide_environments(busy)
                return self._check_in_order(pool, infrastructure, busy)
            except BaseException:
                self._steps.stop()
                self._processes.close()  # lets the threads that wait for a server give up
                raise
            finally:
                self.units.update(infrastructure.units)

    def _busy_ports(self, services: tuple[Service, ...]) -> dict[int, Problem | None]:
        numbers = ports_in_order(self._settings, services)
        return {port: preflight.busy_port(self._settings, port) for port in numbers}

    def _provide_environments(self, busy: Mapping[int, Problem | None]) -> None:
        environments = Environments(self._settings, self._home, self._steps)
        if not environments.are_current():
            self._foresee(busy)
            environments.provide(self._console.setup)
        preflight.check_interpreters(self._settings)
        self._console.valid("TickStockPL Python found")

    def _foresee(self, busy: Mapping[int, Problem | None]) -> None:
        """Find what needs no package: nobody should wait for an installation to learn it."""
        settings = self._settings
        _raise_first(busy)
        told = environment.foreseen(settings, self._home, self._kernels.folder)
        settings_check.check_early(settings, *told)
        universe.check_early(settings, self._home)
        if settings.given("REDIS_URL"):
            preflight.check_redis(settings.given("REDIS_URL"))

    def _check_in_order(
        self,
        pool: ThreadPoolExecutor,
        infrastructure: Infrastructure,
        busy: Mapping[int, Problem | None],
    ) -> Prepared:
        settings = self._settings
        asked = preflight.questions(settings)
        answers = pool.submit(preflight.examine, settings, settings.producer_python, asked)
        compiled = pool.submit(self._compile)
        redis = pool.submit(infrastructure.redis)
        databases = pool.submit(self._databases, infrastructure, answers)
        self._report_packages(answers.result())
        redis_url = redis.result()
        self._console.passed("Redis is running")
        addresses = replace(databases.result(), redis_url=redis_url)
        self._console.passed("PostgreSQL is running")
        _raise_first(busy)
        for port in busy:
            self._console.passed(f"Port {port} is available")
        return self._finish(addresses, compiled)

    def _databases(
        self, infrastructure: Infrastructure, answers: "Future[dict[str, Any]]"
    ) -> Addresses:
        if self._settings.given("DATABASE_URL"):
            return infrastructure.configured_databases(answers.result())
        return infrastructure.own_databases()

    def _report_packages(self, answers: Mapping[str, Any]) -> None:
        python = self._settings.producer_python
        preflight.check_python_version(python, answers)
        for package in preflight.PACKAGES:
            preflight.check_package(python, package, answers)
            self._console.valid(f"Found: {package}")
        self._console.passed("All critical TickStockPL dependencies verified")

    def _compile(self) -> None:
        given = self._settings.given("NUMBA_CACHE_DIR")
        if not given and not self._kernels.is_current():
            self._kernels.compile(
                {"NUMBA_CACHE_DIR": str(self._kernels.folder)}, self._console.setup
            )

    def _finish(self, addresses: Addresses, compiled: "Future[None]") -> Prepared:
        settings, home = self._settings, self._home
        producer = environment.producer(settings, home, addresses, self._kernels.folder)
        consumer = environment.consumer(settings, home, addresses)
        settings_check.check_settings(settings, home, producer, consumer)
        accounts = urlsplit(addresses.accounts_database_url)
        where = f"{accounts.hostname}{accounts.path}" + self._cluster_age()
        create_first_login(settings, home, self._steps, consumer, where)
        compiled.result()
        if settings.simulates:
            self._console.setup("Market: simulated (MASSIVE_API_KEY is not set)")
        return Prepared(addresses, producer, consumer)

    def _cluster_age(self) -> str:
        """Return what changes when our cluster is made anew, so that its users are too."""
        if self._settings.given("DATABASE_URL"):
            return ""
        return str((self._home.postgres / "data" / "PG_VERSION").stat().st_mtime_ns)

    def launch(self, services: tuple[Service, ...], prepared: Prepared) -> None:
        """Start the services one after the other, each proven healthy before the next.

        Raises: StartAborted when one crashes or stays silent.
        """
        self._console.say("Starting services...")
        market = None
        if self._settings.simulates:
            market = self._begin(simulator(self._settings), prepared)
        for service in services:
            self._processes.begin_ahead(self._unit(service, prepared).program)
        for service in services:
            self._prove(*self._begin(service, prepared))
            if market:
                self._prove(*market)
                market = None

    def _begin(self, service: Service, prepared: Prepared) -> tuple[Unit, Child]:
        unit = self._unit(service, prepared)
        self.units[service.key] = unit
        return unit, self._processes.start(unit.program)

    def _unit(self, service: Service, prepared: Prepared) -> Unit:
        return service_unit(service, self._settings, prepared.told(service))

    def _prove(self, unit: Unit, child: Child) -> None:
        try:
            wait_until_serving(unit, child, self._check_others)
        except DidNotServe as error:
            raise self._explain(unit, error) from error
        self._console.valid(f"{unit.program.name} running (PID: {child.pid})")

    def _check_others(self) -> None:
        dead = self._died()
        if dead:
            raise DidNotServe(dead, crashed=True)

    def _explain(self, unit: Unit, error: DidNotServe) -> StartAborted:
        program = error.child.program
        log = f"see {self._console.log_path(program.key)}"
        if not error.crashed:
            return NEVER_READY.abort(
                f"its health page did not answer 200 within {unit.deadline_s:g} s.",
                log,
                service=program.name,
                seconds=f"{unit.deadline_s:g}",
            )
        said = "\n".join(self._console.last_lines(program.key)) or "it said nothing"
        code = error.child.process.wait()
        cure = (
            "correct the variable it names, in the environment or in .env"
            if code == WRONG_SETTINGS
            else log
        )
        return CRASHED.abort(
            f"{_meaning(code)}; the last it said:\n{said}", cure, service=program.name
        )


def _meaning(code: int) -> str:
    known = {78: "its settings are wrong", 69: "something it needs does not answer"}
    if code < 0:
        return f"killed by signal {-code}"
    return f"exit code {code}" + (f" ({known[code]})" if code in known else "")


def _raise_first(busy: Mapping[int, Problem | None]) -> None:
    for problem in busy.values():
        if problem:
            raise StartAborted(problem)
