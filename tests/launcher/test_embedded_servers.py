"""Our own PostgreSQL and Redis start from the venv's binaries, as root or as a plain user."""

import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from launcher.embedded.postgres import Cluster
from launcher.embedded.privileges import Privileges
from launcher.embedded.running import RunningServer
from launcher.ports import any_free
from launcher.resp import RedisAddress, RedisError, conversation

pytestmark = pytest.mark.integration


def test_postgres_answers_with_both_roles(postgres):
    roles = postgres.cluster.psql("select rolname from pg_roles where rolname like 'app_%'")
    assert sorted(roles.stdout.split()) == ["app_readonly", "app_readwrite"]


def test_postgres_does_not_run_as_root(postgres):
    owner = subprocess.run(
        ["ps", "-o", "uid=", "-p", str(postgres.pid)], capture_output=True, text=True, check=True
    )
    assert int(owner.stdout) != 0


def test_postgres_survives_being_killed(postgres):
    postgres.create_empty_database("kept")
    postgres.kill()
    postgres.start()
    names = postgres.cluster.psql("select datname from pg_database").stdout.split()
    assert "kept" in names


@pytest.mark.parametrize("left", ["", "999999999\n"], ids=["empty", "of a process that is gone"])
def test_a_pid_file_that_a_power_cut_left_is_removed(tmp_path, postgres, left):
    cluster = replace(postgres.cluster, data=tmp_path)
    (tmp_path / "postmaster.pid").write_text(left)
    cluster.remove_stale_pid_file()
    assert list(tmp_path.iterdir()) == []


def test_postgres_refuses_a_wrong_password(postgres):
    wrong = postgres.cluster.url("postgres", "app_readonly", "wrong")
    answer = subprocess.run(
        [postgres.cluster.programs["psql"], wrong, "-c", "select 1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "password authentication failed" in answer.stderr


def test_redis_answers_and_keeps_data_over_a_restart(redis_server):
    with conversation(RedisAddress.parse(redis_server.url)) as talk:
        talk.ask("SET", "kept", "yes")
    redis_server.restart()
    with conversation(RedisAddress.parse(redis_server.url)) as talk:
        assert talk.ask("GET", "kept") == "yes"


def test_redis_says_what_it_refuses(redis_server):
    with conversation(RedisAddress.parse(redis_server.url)) as talk, pytest.raises(RedisError):
        talk.ask("NO_SUCH_COMMAND")


@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests ran as a plain user already")
def test_postgres_starts_as_a_plain_user_without_any_privilege(postgres):
    plain = ("setpriv", "--reuid=1000", "--regid=1000", "--clear-groups", "--bounding-set=-all")
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    programs = postgres.cluster.programs
    cluster = Cluster(programs, Privileges(plain, 1000), folder / "data", any_free(), "secret")
    cluster.create()
    server = RunningServer(cluster.command(), folder / "log", signal.SIGINT)
    try:
        server.wait_until(cluster.answers)
    finally:
        server.stop()
        shutil.rmtree(folder)
