"""`--check`: the pre-flight checks alone; what would be provided is said, not made."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from launcher import environment, ports, preflight, universe
from launcher.console import Console
from launcher.home import Home
from launcher.infrastructure import found_redis
from launcher.inspection import runs
from launcher.problems import ALREADY_RUNNING, REDIS_SILENT, StartAborted
from launcher.provision import schema, servers
from launcher.provision.commands import Nobody, Steps
from launcher.provision.environments import Environments
from launcher.provision.settings_check import check_early, check_settings
from launcher.services import Service, ports_in_order
from launcher.settings import Settings


def rehearse(
    settings: Settings, home: Home, services: tuple[Service, ...], console: Console
) -> None:
    """Run every check in the contract's order.

    Raises: StartAborted with the first problem.
    """
    if runs(home):
        raise ALREADY_RUNNING.abort(
            "the checks are for before a start.", "python3 start_all_services.py --status"
        )
    with ThreadPoolExecutor(1, thread_name_prefix="redis") as pool:
        redis = pool.submit(_runs_redis, settings)
        answers = _check_environments(settings, home, console)
        _check_settings(settings, home, answers)
        if redis.result():
            console.passed("Redis is running")
        else:
            port = servers.redis_port(settings)
            console.setup(f"Redis: our own would be started on 127.0.0.1:{port}")
    _check_postgres(settings, answers, console)
    for number in ports_in_order(settings, services):
        problem = preflight.busy_port(settings, number)
        if problem:
            raise StartAborted(problem)
        console.passed(f"Port {number} is available")


def _check_environments(settings: Settings, home: Home, console: Console) -> Mapping[str, Any]:
    missing = Environments(settings, home, Steps(Nobody())).missing()
    for name in missing:
        console.setup(f"{name}: its environment would be made")
    if missing:
        return {}
    preflight.check_interpreters(settings)
    console.valid("TickStockPL Python found")
    python = settings.producer_python
    answers = preflight.examine(settings, python, preflight.questions(settings))
    preflight.check_python_version(python, answers)
    for package in preflight.PACKAGES:
        preflight.check_package(python, package, answers)
        console.valid(f"Found: {package}")
    console.passed("All critical TickStockPL dependencies verified")
    return answers


def _check_settings(settings: Settings, home: Home, answers: Mapping[str, Any]) -> None:
    told = environment.foreseen(settings, home, home.numba)
    if answers:
        check_settings(settings, home, *told)
    else:
        check_early(settings, *told)
    universe.check_early(settings, home)


def _runs_redis(settings: Settings) -> bool:
    """Return whether one runs; else ours could be started, or the start is aborted."""
    url = settings.given("REDIS_URL") or found_redis(settings)
    if url:
        preflight.check_redis(url, "REDIS_URL" if settings.given("REDIS_URL") else "the Redis at")
        return True
    port = servers.redis_port(settings)
    if not ports.is_free(port):
        raise REDIS_SILENT.abort(
            f"port {port} is held by {ports.owner(port)}, which is no Redis without a password.",
            "set REDIS_URL with its password, or TICKSTOCK_REDIS_PORT to a free port",
        )
    return False


def _check_postgres(settings: Settings, answers: Mapping[str, Any], console: Console) -> None:
    url = settings.given("DATABASE_URL")
    if not url:
        port = settings.own_postgres_port or ports.first_free(servers.POSTGRES_PORT)
        console.setup(f"PostgreSQL: our own would be started on 127.0.0.1:{port}")
        return
    if not answers:
        console.setup("PostgreSQL: asked once the environments are there")
        return
    for variable in preflight.questions(settings)["databases"]:
        preflight.check_database(variable, answers.get(variable, {"error": "no answer"}))
    preflight.check_market(settings, answers["DATABASE_URL"])
    schema.check_configured(settings, url, settings.market, may_migrate=False)
    universe.check_configured(settings, answers["DATABASE_URL"])
    console.passed("PostgreSQL is running")
