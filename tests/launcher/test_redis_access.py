"""Anybody on the machine may listen and ask for jobs; only the services may do more."""

import signal

import pytest

from launcher.embedded.redis import RedisServer
from launcher.embedded.running import RunningServer
from launcher.ports import any_free
from launcher.resp import RedisAddress, RedisError, answers, conversation

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def server(redis_server, tmp_path_factory):
    folder = tmp_path_factory.mktemp("access")
    server = RedisServer(redis_server.server.program, folder / "data", any_free(), "secret")
    running = RunningServer(server.command(), folder / "log", signal.SIGTERM)
    running.wait_until(lambda: answers(RedisAddress("127.0.0.1", server.port)))
    with conversation(RedisAddress.parse(server.url)) as talk:
        talk.ask("SET", "tickstock:producer:heartbeat", "1")
        talk.ask("HSET", "tickstock:patterns:A:B:1", "data", "{}")
    yield server
    running.stop()


@pytest.fixture
def anybody(server):
    with conversation(RedisAddress("127.0.0.1", server.port)) as talk:
        yield talk


@pytest.mark.parametrize(
    "words",
    [
        "GET tickstock:producer:heartbeat",
        "HGET tickstock:patterns:A:B:1 data",
        "GET tickstock.jobs.status:1",
        "XLEN tickstock:stream:events",
        "PUBLISH tickstock.jobs.data_load {}",
        "PUBLISH tickstock.jobs.control {}",
        "PUBLISH tickstock.data.raw {}",
        "INFO server",
        "CLIENT SETNAME me",
    ],
)
def test_anybody_may(anybody, words):
    anybody.ask(*words.split())


@pytest.mark.parametrize(
    "pattern",
    [
        "tickstock*",
        "tickstock:*",
        "tickstock.*",
        "tickstock.events.*",
        "tickstock:patterns*",
        # What the published subscriber asks for, plain names included.
        "tickstock:processing:status",
        "tickstock:import:*",
        "tickstock:cache:*",
        "tickstock:indicators:*",
        "tickstock:patterns:*",
        "tickstock:errors",
        "tickstock:monitoring",
    ],
)
def test_anybody_may_listen_by_pattern(server, pattern):
    with (
        conversation(RedisAddress("127.0.0.1", server.port)) as talk,
        pytest.raises(ConnectionError),
    ):
        talk.ask("PSUBSCRIBE", pattern)  # the answer is a push, which this client does not read


def test_anybody_may_look_for_recent_patterns(server):
    with (
        conversation(RedisAddress("127.0.0.1", server.port)) as talk,
        pytest.raises(ConnectionError),
    ):
        talk.ask("KEYS", "tickstock:patterns:*")  # the answer is a list, see above


@pytest.mark.parametrize(
    "words",
    [
        "SET tickstock:producer:heartbeat 2",
        "PUBLISH tickstock.events.patterns {}",
        "PUBLISH tickstock:errors {}",
        "XADD tickstock:stream:jobs * a b",
        "PSUBSCRIBE *",
        "SUBSCRIBE elsewhere",
        "GET elsewhere",
        "FLUSHALL",
        "CONFIG GET requirepass",
        "SHUTDOWN",
        "ACL LIST",
        "CLIENT KILL TYPE normal",
    ],
)
def test_anybody_may_not(anybody, words):
    with pytest.raises(RedisError, match="NOPERM"):
        anybody.ask(*words.split())


def test_the_configuration_with_the_password_is_private(server):
    assert (server.data / "redis.conf").stat().st_mode & 0o077 == 0
    assert "secret" not in repr(server)
