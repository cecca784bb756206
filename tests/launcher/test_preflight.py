"""Each thing that can be wrong before a start is named, with its reason and its cure."""

import os
import socket
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from launcher import examination, preflight, problems, settings
from launcher.embedded.binaries import PostgresPrograms
from launcher.embedded.postgres import Cluster
from launcher.embedded.privileges import Privileges
from launcher.embedded.redis import RedisServer
from launcher.embedded.running import RunningServer
from launcher.ports import any_free, first_free, is_free, owner
from launcher.problems import StartAborted
from launcher.resp import RedisAddress, answers

ROOT = Path(__file__).resolve().parents[2]
PYTHON = Path(sys.executable)


def configured(**variables):
    return settings.load(variables, ROOT)


def problem_of(check, *arguments):
    began = time.monotonic()
    with pytest.raises(StartAborted) as abort:
        check(*arguments)
    assert time.monotonic() - began < 15, "a failure is named without a long wait"
    found = abort.value.problem
    assert found.reason
    assert found.recovery
    return found


@contextmanager
def listener(reply=None):
    """A program that holds a port; it answers each connection with `reply`, or never."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)

        def serve():
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                if reply is not None:
                    connection.recv(100)
                    connection.sendall(reply)
                done.wait(5)

        done = threading.Event()
        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        done.set()
        socket.create_connection(server.getsockname()).close()
        thread.join()


def test_a_missing_producer_interpreter_is_named_with_its_path():
    found = problem_of(preflight.check_interpreters, configured(PL_PYTHON="/no/such/python"))
    assert found.kind is problems.PRODUCER_PYTHON_MISSING
    assert found.detail == ("TickStockPL Python not found at /no/such/python",)
    assert found.what == "TickStockPL virtual environment validation failed"


def test_a_missing_consumer_interpreter_is_named():
    choice = configured(PL_PYTHON=sys.executable, APPV2_PYTHON="/no/such/python")
    found = problem_of(preflight.check_interpreters, choice)
    assert found.kind is problems.CONSUMER_PYTHON_MISSING


def test_an_interpreter_that_does_not_run_is_named(tmp_path):
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    found = problem_of(preflight.examine, configured(), broken, {})
    assert found.kind is problems.WRONG_PYTHON


@pytest.mark.parametrize("program", ["/bin/true", "/bin/echo", "/bin/false"])
def test_what_is_no_python_is_never_to_be_removed(program):
    found = problem_of(preflight.examine, configured(PL_PYTHON=program), Path(program), {})
    assert found.kind is problems.WRONG_PYTHON
    assert "rm " not in found.recovery
    assert "PL_PYTHON" in found.recovery


def test_a_venv_of_ours_that_does_not_run_is_to_be_removed(tmp_path):
    broken = tmp_path / ".venv-pl" / "bin" / "python"
    broken.parent.mkdir(parents=True)
    broken.write_text("no program")
    broken.chmod(0o755)
    found = problem_of(preflight.examine, settings.load({}, tmp_path), broken, {})
    assert found.recovery.startswith(f"rm -r {tmp_path / '.venv-pl'} ")


def test_an_interpreter_that_may_not_be_run_is_named(tmp_path):
    (tmp_path / "readme").write_text("no program")
    for path in (tmp_path, tmp_path / "readme"):
        found = problem_of(preflight.check_interpreters, configured(PL_PYTHON=str(path)))
        assert found.kind is problems.PRODUCER_PYTHON_MISSING
        assert "no program" in found.reason


def test_a_venv_of_the_wrong_python_is_named():
    found = problem_of(preflight.check_python_version, PYTHON, {"python": [3, 9, 1]})
    assert found.kind is problems.WRONG_PYTHON
    assert "3.9" in found.reason


def test_a_missing_package_is_named_in_pythons_words():
    answer = preflight.examine(configured(), PYTHON, {"packages": ["json", "no_such_package"]})
    preflight.check_package(PYTHON, "json", answer)
    found = problem_of(preflight.check_package, PYTHON, "no_such_package", answer)
    assert found.what == "Missing no_such_package in the TickStockPL environment"
    assert "No module named 'no_such_package'" in found.reason


def test_our_own_modules_do_not_hide_packages_from_the_examination():
    answer = preflight.examine(configured(), PYTHON, {"packages": ["console", "lock", "home"]})
    assert all("ModuleNotFoundError" in answer[name] for name in ("console", "lock", "home"))
    assert Path(examination.__file__).parent.name == "launcher"


def test_a_silent_redis_is_named():
    found = problem_of(preflight.check_redis, f"redis://127.0.0.1:{any_free()}/0")
    assert found.what == "Redis not running"
    assert found.reason.startswith("Redis is REQUIRED for pub-sub communication between services")


def test_something_that_accepts_and_never_answers_is_no_redis():
    with listener() as port:
        found = problem_of(preflight.check_redis, f"redis://127.0.0.1:{port}/0")
    assert found.kind is problems.REDIS_SILENT


def test_a_web_server_is_no_redis():
    with listener(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        found = problem_of(preflight.check_redis, f"redis://127.0.0.1:{port}/0")
    assert found.kind is problems.REDIS_SILENT


@pytest.fixture(scope="module")
def guarded_redis(redis_server, tmp_path_factory):
    """A Redis with the access rights that the launcher gives its own."""
    folder = tmp_path_factory.mktemp("guarded")
    server = RedisServer(redis_server.server.program, folder / "data", any_free(), "secret")
    running = RunningServer(server.command(), folder / "log", 15)
    running.wait_until(lambda: answers(RedisAddress("127.0.0.1", server.port)))
    yield server
    running.stop()


@pytest.mark.integration
def test_a_refused_redis_password_is_named(guarded_redis):
    url = f"redis://tickstock:wrong@127.0.0.1:{guarded_redis.port}/0"
    assert problem_of(preflight.check_redis, url).kind is problems.REDIS_PASSWORD


@pytest.mark.integration
def test_a_redis_that_may_not_be_written_is_named(guarded_redis):
    url = f"redis://127.0.0.1:{guarded_redis.port}/0"
    assert problem_of(preflight.check_redis, url).kind is problems.REDIS_UNSUITABLE


@pytest.mark.integration
def test_our_redis_with_its_login_passes(guarded_redis):
    preflight.check_redis(guarded_redis.url)


@pytest.mark.integration
def test_a_configured_database_that_answers_passes(postgres):
    url = postgres.url("postgres")
    answer = preflight.examine(configured(), PYTHON, {"databases": {"DATABASE_URL": url}})
    found = answer["DATABASE_URL"]
    assert (found["database"], found["market"], found["universes"]) == ("postgres", "", [])
    preflight.check_database("DATABASE_URL", found)


@pytest.mark.integration
@pytest.mark.parametrize(
    ("role", "database", "kind"),
    [
        ("app_readwrite:wrong", "postgres", problems.POSTGRES_PASSWORD),
        ("nobody_we_know:x", "postgres", problems.POSTGRES_PASSWORD),
        ("app_readwrite", "postgres", problems.POSTGRES_PASSWORD),
        ("app_readwrite:{}", "no_such_database", problems.POSTGRES_DATABASE_MISSING),
    ],
)
def test_what_a_configured_database_refuses_is_named(postgres, role, database, kind):
    login = role.format(postgres.passwords["app_readwrite"])
    url = f"postgresql://{login}@127.0.0.1:{postgres.port}/{database}"
    answer = preflight.examine(configured(), PYTHON, {"databases": {"DATABASE_URL": url}})
    found = problem_of(preflight.check_database, "DATABASE_URL", answer["DATABASE_URL"])
    assert found.kind is kind
    if kind is problems.POSTGRES_DATABASE_MISSING:
        assert found.what == "Database no_such_database does not exist"


@pytest.mark.parametrize("name", ["DATABASE_URL", "APPV2_DATABASE_URL"])
@pytest.mark.parametrize(
    "url", ["mysql://u:tunafish@h/x", "h:5432/x", "postgresql://u:tuna/fish@h/x"]
)
def test_a_malformed_database_url_is_named_without_its_password(name, url):
    found = problem_of(lambda: configured(**{"DATABASE_URL": "postgresql://a:b@c/d", name: url}))
    assert found.kind is problems.BAD_SETTINGS
    assert name in found.reason
    assert "tuna" not in found.reason


@pytest.mark.parametrize(
    "url",
    [
        "redis://u:tuna/fish@h/0",
        "redis://u:tunafish@[::1/0",
        "http://u:tunafish@localhost:6379",
        "unix:///run/redis.sock?password=tunafish",
        "localhost:6379",
    ],
)
def test_a_redis_url_that_no_service_takes_is_named_without_its_password(url):
    found = problem_of(lambda: configured(REDIS_URL=url))
    assert found.kind is problems.BAD_SETTINGS
    assert "REDIS_URL: expected redis://user:password@host:port/0, or rediss://" in found.reason
    assert "tuna" not in found.reason


@pytest.mark.integration
def test_a_silent_database_is_named():
    url = f"postgresql://a:b@127.0.0.1:{any_free()}/tickstock"
    answer = preflight.examine(configured(), PYTHON, {"databases": {"DATABASE_URL": url}})
    found = problem_of(preflight.check_database, "DATABASE_URL", answer["DATABASE_URL"])
    assert found.what == "PostgreSQL not running"


def test_a_database_of_another_market_is_refused():
    without_key = configured(DATABASE_URL="postgresql://a:b@c/d")
    found = problem_of(preflight.check_market, without_key, {"database": "d", "market": "real"})
    assert found.what == "Database d belongs to the real market"
    with_key = configured(DATABASE_URL="postgresql://a:b@c/d", MASSIVE_API_KEY="k")
    preflight.check_market(with_key, {"database": "d", "market": "real"})


def test_a_busy_port_names_the_process_that_holds_it():
    with listener() as port:
        chosen = configured(PL_LOADER_PORT=str(port))
        found = preflight.busy_port(chosen, port)
        assert found.what == f"Port {port} is in use"
        assert str(os.getpid()) in found.reason
        assert "PL_LOADER_PORT" in found.recovery
        assert not is_free(port)
        assert first_free(port) > port
        assert owner(port).endswith(f"(PID {os.getpid()})")
    assert preflight.busy_port(chosen, any_free()) is None


def test_a_data_folder_of_another_postgresql_is_refused(tmp_path):
    (tmp_path / "PG_VERSION").write_text("15\n")
    programs = PostgresPrograms(tmp_path, 18)
    cluster = Cluster(programs, Privileges((), None), tmp_path, 1, "x")
    found = problem_of(cluster.check_major)
    assert found.what == "The data folder belongs to PostgreSQL 15"


def test_every_wrong_variable_is_named_at_once():
    wrong = {"APPV2_PORT": "99999", "PL_API_PORT": "x", "PL_FEED": "smoke"}
    found = problem_of(lambda: settings.load(wrong, ROOT))
    assert found.kind.exit_code == 78
    for name in wrong:
        assert name in found.reason


def test_two_services_on_one_port_are_refused():
    found = problem_of(lambda: settings.load({"PL_API_PORT": "5000"}, ROOT))
    assert "PL_API_PORT" in found.reason


@pytest.mark.parametrize(
    ("variables", "market"),
    [
        ({}, "simulated"),
        ({"MASSIVE_API_KEY": "k"}, "real"),
        ({"PL_FEED": "redis"}, "real"),
        ({"PL_FEED": "replay"}, "replay"),
    ],
)
def test_the_market_follows_from_feed_and_key(variables, market):
    assert configured(**variables).market == market


def test_a_dot_env_file_is_read_and_the_environment_wins(tmp_path):
    (tmp_path / ".env").write_text(
        "# ports\nexport APPV2_PORT='5001'\nPL_API_PORT=8090\nPL_FEED=\n"
    )
    chosen = settings.load({"PL_API_PORT": "8091"}, tmp_path)
    assert chosen.ports["APPV2_PORT"] == 5001
    assert chosen.ports["PL_API_PORT"] == 8091
    assert chosen.feed == "massive"
