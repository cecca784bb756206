"""The named checks before anything of TickStock starts; each raises the problem it finds."""

import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from launcher import examination, ports, resp
from launcher.problems import (
    CONSUMER_PYTHON_MISSING,
    OTHER_MARKET,
    PACKAGE_MISSING,
    PORT_BUSY,
    POSTGRES_DATABASE_MISSING,
    POSTGRES_NO_RIGHTS,
    POSTGRES_PASSWORD,
    POSTGRES_SILENT,
    PRODUCER_PYTHON_MISSING,
    REDIS_PASSWORD,
    REDIS_SILENT,
    REDIS_UNSUITABLE,
    WRONG_PYTHON,
    Kind,
    Problem,
    StartAborted,
)
from launcher.provision.commands import clean_environment
from launcher.settings import Settings

PACKAGES = ("apscheduler", "websockets", "aiohttp", "redis", "pandas")
_REDIS_NEEDED = "Redis is REQUIRED for pub-sub communication between services"
_OLDEST_REDIS = 6
_NOT_READY = re.compile("starting up|shutting down|recovery|too many (clients|connections)|slots")
_REFUSED = re.compile("FATAL|no password supplied")
_DATABASES = ("DATABASE_URL", "APPV2_DATABASE_URL", "APPV2_ACCOUNTS_DATABASE_URL")
_EXAMINATION_S = 120.0


def check_interpreters(settings: Settings) -> None:
    """Require both interpreters to be there."""
    _require(settings.producer_python, PRODUCER_PYTHON_MISSING, "PL_PYTHON", ".venv-pl")
    _require(settings.consumer_python, CONSUMER_PYTHON_MISSING, "APPV2_PYTHON", ".venv-appv2")


def _require(python: Path, kind: Kind, variable: str, venv: str) -> None:
    if not python.exists():
        raise kind.abort(
            f"{python} does not exist.",
            f"correct {variable}, or unset it: then {venv} is made",
            path=python,
        )
    if not python.is_file() or not os.access(python, os.X_OK):
        raise kind.abort(
            f"{python} is no program that may be run.",
            f"correct {variable}, or unset it: then {venv} is made",
            path=python,
        )


def questions(settings: Settings) -> dict[str, Any]:
    """Return what examination.py has to find out: packages, and the configured databases."""
    asked = {name: settings.given(name) for name in _DATABASES if settings.given(name)}
    return {"databases": asked, "packages": PACKAGES}


def examine(settings: Settings, python: Path, questions: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers of examination.py, run by `python`.

    Raises: StartAborted when the interpreter does not run at all.
    """
    try:
        said, complaint = _ask(settings, python, questions)
        answers = dict(json.loads(line) for line in said.splitlines())
    except (OSError, ValueError, TypeError) as error:
        raise _no_python(settings, python, f"{python} is no Python: {error}") from error
    if "python" not in answers:
        said_last = complaint.strip()[-300:] or "it said nothing"
        raise _no_python(settings, python, f"{python} does not run: {said_last}")
    return answers


def _ask(settings: Settings, python: Path, questions: Mapping[str, Any]) -> tuple[str, str]:
    with subprocess.Popen(
        [python, "-I", examination.__file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=settings.root,
        env=clean_environment(),
    ) as process:
        try:
            return process.communicate(json.dumps(questions), timeout=_EXAMINATION_S)
        except subprocess.TimeoutExpired as error:
            process.kill()
            raise TimeoutError(f"no answer within {_EXAMINATION_S:g} s") from error


def _no_python(settings: Settings, python: Path, reason: str) -> StartAborted:
    """Return the abort; only a folder that we made is ever named for removal."""
    made = settings.root / ".venv-pl"
    cure = (
        f"rm -r {made} && python3 start_all_services.py"
        if python.is_relative_to(made)
        else "correct PL_PYTHON, or unset it: then .venv-pl is made"
    )
    return WRONG_PYTHON.abort(reason, cure, name=python)


def check_python_version(python: Path, answers: Mapping[str, Any]) -> None:
    """Require Python 3.11 or newer inside the environment."""
    major, minor, _ = answers["python"]
    if (major, minor) < (3, 11):
        raise WRONG_PYTHON.abort(
            f"{python} is Python {major}.{minor}; 3.11 or newer is needed.",
            "make the venv again with Python 3.11 or newer, or unset the variable that names it",
            name=python,
        )


def check_package(python: Path, package: str, answers: Mapping[str, Any]) -> None:
    """Require a package to import in the producer's environment."""
    complaint = answers.get(package, "the interpreter crashed while importing it")
    if complaint:
        raise PACKAGE_MISSING.abort(
            str(complaint),
            f"{python} -m pip install -r requirements-pl.txt",
            package=package,
        )


def check_redis(url: str, variable: str = "REDIS_URL") -> None:
    """Require a Redis that answers, lets us in and can be written to."""
    address = resp.RedisAddress.parse(url)
    try:
        with resp.conversation(address) as talk:
            _check_suitable(talk, address)
    except resp.RedisError as error:
        if str(error).startswith(("WRONGPASS", "NOAUTH", "ERR AUTH", "ERR Client sent AUTH")):
            raise REDIS_PASSWORD.abort(
                f"{address} answered: {error}", f"correct the login in {variable}"
            ) from error
        raise _unsuitable(address, str(error)) from error
    except OSError as error:
        raise REDIS_SILENT.abort(
            f"{_REDIS_NEEDED}; {variable} {address}: {error}",
            f"start that Redis (redis-server --port {address.port}), or unset {variable}: "
            "then one is provided",
        ) from error


def _check_suitable(talk: resp.Conversation, address: resp.RedisAddress) -> None:
    facts = dict(line.split(":", 1) for line in talk.ask("INFO", "server").split() if ":" in line)
    version = facts.get("redis_version", "0")
    if int(version.split(".")[0]) < _OLDEST_REDIS:
        raise _unsuitable(address, f"it is Redis {version}, {_OLDEST_REDIS} or newer is needed")
    talk.ask("SET", "tickstock:launcher:probe", "1", "PX", "1000")


def _unsuitable(address: resp.RedisAddress, why: str) -> StartAborted:
    return REDIS_UNSUITABLE.abort(
        why,
        "set REDIS_URL to a Redis 6 or newer that may be written to, or "
        "TICKSTOCK_REDIS_PORT to a free port: then one is started there",
        address=address,
    )


def check_database(variable: str, answer: Mapping[str, Any]) -> None:
    """Require a configured database to answer and to let us in; `answer` is examination's."""
    error = answer.get("error")
    if error is not None:
        raise _refusal(variable, error)
    if variable == "DATABASE_URL" and not answer["may_write"]:
        raise POSTGRES_NO_RIGHTS.abort(
            f"{variable}: role {answer['role']} may only read there; the producer writes.",
            f"set {variable} to a login as the owner of the tables (app_readwrite) on the primary",
            database=answer["database"],
        )


def _refusal(variable: str, error: str) -> StartAborted:
    """Return the abort for what the server said; its words are those of English messages."""
    missing = re.search(r'database "([^"]+)" does not exist', error)
    if missing:
        return POSTGRES_DATABASE_MISSING.abort(
            f"{variable}: {error}",
            f"createdb -O app_readwrite {missing[1]}, "
            "then: python3 start_all_services.py --migrate",
            database=missing[1],
        )
    denied = re.search(r'permission denied for (?:database "([^"]+)")?', error)
    if denied:
        return POSTGRES_NO_RIGHTS.abort(
            f"{variable}: {error}",
            "as the owner of the database: GRANT CONNECT ON DATABASE, and migrate it with "
            "the role in DATABASE_URL (docs/guides/configuration.md, your own PostgreSQL)",
            database=denied[1] or f"the database of {variable}",
        )
    if _NOT_READY.search(error) or not _REFUSED.search(error):
        return POSTGRES_SILENT.abort(
            f"PostgreSQL is REQUIRED for data storage; {variable}: {error}",
            f"start that PostgreSQL, or unset {variable}: then one is provided",
        )
    return POSTGRES_PASSWORD.abort(
        f"{variable}: {error}", f"correct user and password in {variable}"
    )


def check_market(settings: Settings, answer: Mapping[str, str]) -> None:
    """Refuse a configured database that holds another market: invented history stays apart."""
    have = answer.get("market", "")
    if have and have != settings.market:
        raise OTHER_MARKET.abort(
            f"this start runs the {settings.market} market"
            + (" because MASSIVE_API_KEY is not set" if settings.simulates else "")
            + "; each market has a database of its own.",
            "set DATABASE_URL to another database"
            + (", set MASSIVE_API_KEY, " if settings.simulates else " ")
            + "or unset DATABASE_URL: then one is provided",
            database=answer.get("database", ""),
            have=have,
        )


def busy_port(settings: Settings, port: int) -> Problem | None:
    """Return the problem of a port that somebody holds; it is never freed by force."""
    if ports.is_free(port):
        return None
    variable = next((name for name, number in settings.ports.items() if number == port), "")
    return PORT_BUSY.problem(
        f"it is held by {ports.owner(port)}.",
        f"stop that process, or choose another port with {variable}",
        port=port,
    )
