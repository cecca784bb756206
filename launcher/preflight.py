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
    asked = {
        name: settings.given(name)
        for name in ("DATABASE_URL", "APPV2_DATABASE_URL")
        if settings.given(name)
    }
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
        return process.communicate(json.dumps(questions))


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


def check_database(variable: str, answer: Mapping[str, str]) -> None:
    """Require a configured database to answer and to let us in; `answer` is examination's."""
    error = answer.get("error")
    if error is None:
        return
    missing = re.search(r'database "([^"]+)" does not exist', error)
    if missing:
        raise POSTGRES_DATABASE_MISSING.abort(
            f"{variable}: {error}",
            f"createdb -O app_readwrite {missing[1]}, "
            "then: python3 start_all_services.py --migrate",
            database=missing[1],
        )
    if "authentication failed" in error or "no password supplied" in error or "role" in error:
        raise POSTGRES_PASSWORD.abort(
            f"{variable}: {error}", f"correct user and password in {variable}"
        )
    raise POSTGRES_SILENT.abort(
        f"PostgreSQL is REQUIRED for data storage; {variable}: {error}",
        f"start that PostgreSQL, or unset {variable}: then one is provided",
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
