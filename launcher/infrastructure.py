"""PostgreSQL and Redis for this start: what was configured, what was found, or our own."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from launcher import preflight, resp, universe
from launcher.console import Console
from launcher.embedded.postgres import READONLY, READWRITE
from launcher.environment import Addresses, as_role
from launcher.home import Home
from launcher.problems import POSTGRES_PASSWORD, POSTGRES_SILENT, REDIS_SILENT, Kind
from launcher.processes import Processes
from launcher.provision import schema, servers
from launcher.provision.commands import Steps
from launcher.settings import Settings
from launcher.units import DidNotServe, Unit, postgres_unit, redis_unit, wait_until_serving


@dataclass
class Infrastructure:
    """Provides both servers and remembers which of them are ours to watch."""

    settings: Settings
    home: Home
    console: Console
    processes: Processes
    steps: Steps
    may_migrate: bool
    units: dict[str, Unit] = field(default_factory=dict)

    def redis(self) -> str:
        """Return the address of a Redis that answers.

        Raises: StartAborted when there is none.
        """
        given = self.settings.given("REDIS_URL")
        if given:
            preflight.check_redis(given)
            return given
        found = found_redis(self.settings)
        if found:
            preflight.check_redis(found, "the Redis found at")
            self.console.setup(f"Redis: using the one that answers at {found}")
            return found
        server = servers.own_redis(self.settings, self.home)
        self._start(redis_unit(server, self.settings), REDIS_SILENT)
        where = f"127.0.0.1:{server.port}, data in {server.data}"
        self.console.setup(f"Redis: our own on {where} (REDIS_URL is not set)")
        return server.url

    def own_databases(self) -> Addresses:
        """Start our own PostgreSQL, prepare and migrate its databases; Redis is left out.

        Raises: StartAborted when any of it fails.
        """
        own = servers.own_postgres(self.settings, self.home)
        self._start(postgres_unit(own, self.settings), POSTGRES_SILENT)
        where = f"127.0.0.1:{own.cluster.port}, data in {own.cluster.data}"
        self.console.setup(f"PostgreSQL: our own on {where} (DATABASE_URL is not set)")
        try:
            own.prepare()
        except subprocess.CalledProcessError as error:
            raise POSTGRES_SILENT.abort(
                f"it refuses to be prepared: {error.stderr.strip()[-400:]}",
                f"see {self.console.log_path('postgresql')}",
            ) from error
        schema.migrate_own(own, self.settings, self.home, self.steps, self.console.setup)
        universe.check_own(self.settings, own)
        return Addresses(
            own.url(own.market_database, READWRITE),
            own.url(own.market_database, READONLY),
            own.url(servers.ACCOUNTS_DATABASE, READONLY),
            "",
        )

    def _start(self, unit: Unit, kind: Kind) -> None:
        child = self.processes.start(unit.program)
        self.units[unit.program.key] = unit
        try:
            wait_until_serving(unit, child, _nothing_else)
        except DidNotServe as error:
            log = self.console.log_path(unit.program.key)
            said = " / ".join(self.console.last_lines(unit.program.key, 3))
            raise kind.abort(f"our own did not start: {said}", f"see {log}") from error

    def configured_databases(self, answers: Mapping[str, Any]) -> Addresses:
        """Check the configured database and return its addresses.

        Raises: StartAborted when it is silent, refuses us, has another schema or another market.
        """
        url = self.settings.given("DATABASE_URL")
        for variable in preflight.questions(self.settings)["databases"]:
            preflight.check_database(variable, answers.get(variable, {"error": "no answer"}))
        preflight.check_market(self.settings, answers["DATABASE_URL"])
        market = self.settings.market
        schema.check_configured(self.settings, url, market, may_migrate=self.may_migrate)
        if self.may_migrate:
            self.console.setup("DATABASE_URL: migrating where needed")
            schema.migrate(self.settings, self.steps, url, market)
        universe.check_configured(self.settings, answers["DATABASE_URL"])
        readonly = self.settings.given("APPV2_DATABASE_URL") or self._readonly_login(url)
        accounts = self.settings.given("APPV2_ACCOUNTS_DATABASE_URL") or readonly
        return Addresses(url, readonly, accounts, "")

    def _readonly_login(self, url: str) -> str:
        password = self.home.secret("configured_app_readonly")
        readonly = as_role(url, READONLY, password)
        grant = {"owner": url, "url": readonly, "password": password}
        answers = preflight.examine(
            self.settings, self.settings.producer_python, {"readonly": grant}
        )
        if answers.get("readonly"):
            raise POSTGRES_PASSWORD.abort(
                f"APPV2_DATABASE_URL is not set, and DATABASE_URL's role may not give {READONLY} "
                f"a password: {answers['readonly']}",
                "set APPV2_DATABASE_URL to a login as app_readonly",
            )
        return readonly


def found_redis(settings: Settings) -> str:
    """Return the address of a Redis that answers here without a password, or nothing."""
    address = resp.RedisAddress("localhost", servers.redis_port(settings))
    return f"redis://{address}/0" if resp.answers(address) else ""


def _nothing_else() -> None:
    """Look at nothing but the server itself while it starts."""
