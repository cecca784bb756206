"""One run of the launcher: prepare, launch, watch, stop everything."""

import os

from launcher import guardian, run_record
from launcher.console import Console
from launcher.guard import Guard
from launcher.home import Home
from launcher.lock import Lock
from launcher.problems import Problem, StartAborted
from launcher.processes import Child, Processes
from launcher.provision.commands import Steps
from launcher.provision.login import ADMIN, unseen_password
from launcher.run_record import RunRecord
from launcher.services import Service
from launcher.settings import Settings
from launcher.startup import Prepared, Startup
from launcher.supervision import StopAsked
from launcher.watch import Watch

_RULE = "=" * 60


class StopDuringStart(BaseException):
    """Raised in the main thread when somebody asks to stop before all is up."""


class Run:
    """Everything between taking the lock and giving it back."""

    def __init__(
        self, settings: Settings, home: Home, console: Console, services: tuple[Service, ...]
    ) -> None:
        self._settings = settings
        self._home = home
        self._console = console
        self._services = services
        self._lock = Lock(home.lock)
        self._lock.take()
        guardian.end(run_record.left_over(run_record.read(home.run_record)))
        self._guard = Guard((self._lock.descriptor,))
        self._steps = Steps(self._guard)
        self._dead: list[Child] = []
        self._watch: Watch | None = None
        self._stops_asked = 0
        self._processes = Processes(self._guard, console, self._ended)
        self._record = RunRecord(home.run_record, {"market": settings.market})

    def _ended(self, child: Child) -> None:
        if self._watch:
            self._watch.ended(child)
        elif not child.expected:
            self._dead.append(child)

    def ask_to_stop(self) -> None:
        """React to Ctrl+C and its like: stop in good order; the second time, at once.

        Raises: StopDuringStart when not everything is up yet.
        """
        self._stops_asked += 1
        if self._stops_asked > 1:
            self._processes.kill_all()
        elif self._watch:
            self._watch.events.put(StopAsked())
        else:
            raise StopDuringStart

    def to_the_end(self, *, may_migrate: bool, fail_fast: bool) -> int:
        """Return the exit code once everything has been stopped."""
        problem: Problem | None = None
        try:
            watch = self._start(may_migrate=may_migrate)
            problem = watch.run(fail_fast=fail_fast)
            if problem:
                self._console.stopped(problem)
        except StartAborted as abort:
            problem = abort.problem
            self._console.aborted(problem)
        except StopDuringStart:
            self._console.say("Start interrupted")
        finally:
            self._stop()
        return problem.kind.exit_code if problem else 0

    def _start(self, *, may_migrate: bool) -> Watch:
        startup = Startup(
            self._settings,
            self._home,
            self._console,
            self._processes,
            self._steps,
            self._first_dead,
        )
        prepared = startup.prepare(self._services, may_migrate=may_migrate)
        self._record.write(self._processes.children, **_addresses(prepared, self._services))
        startup.launch(self._services, prepared)
        self._watch = Watch(
            startup.units, self._processes, self._guard, self._console, self._write_record
        )
        for child in self._dead:
            self._watch.ended(child)
        self._write_record()
        self._announce()
        return self._watch

    def _first_dead(self) -> Child | None:
        return self._dead[0] if self._dead else None

    def _write_record(self) -> None:
        try:
            self._record.write(self._processes.children)
        except OSError as error:  # a full disk: what runs goes on
            self._console.say(f"[SUPERVISION] what runs is not written down: {error}")

    def _announce(self) -> None:
        for line in (_RULE, "SERVICES RUNNING", _RULE):
            self._console.say(line)
        for service in self._services:
            self._console.say(f"[OK] {service.name}: {service.running}")
        page = f"http://localhost:{self._settings.ports['APPV2_PORT']}"
        password = unseen_password(self._home)
        if password:
            self._console.say(f"Log in at {page} as {ADMIN}; the password is shown only now:")
            self._console.show(f"    {password}")
        else:
            self._console.say(f"Log in at {page} as {ADMIN}")
        self._console.say("Press Ctrl+C to stop all services")

    def _stop(self) -> None:
        if self._processes.children:
            self._console.say("Stopping all services...")
        self._processes.close()
        self._guard.close()
        self._record.remove()
        self._console.say("All services stopped")
        self._lock.release()


def _addresses(prepared: Prepared, services: tuple[Service, ...]) -> dict[str, object]:
    return {
        "launcher_pid": os.getpid(),
        "database_url": prepared.addresses.database_url,
        "appv2_database_url": prepared.addresses.appv2_database_url,
        "accounts_database_url": prepared.addresses.accounts_database_url,
        "redis_url": prepared.addresses.redis_url,
        "health": {service.key: service.health_url for service in services},
        "urls": {service.key: f"http://127.0.0.1:{service.port}" for service in services},
    }
