"""Build every object of AppV2."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, cast

import psycopg2.extensions
import redis
import structlog
from flask import Flask
from flask_socketio import SocketIO
from redis.backoff import NoBackoff
from redis.retry import Retry

from appv2.adapters.postgres import Postgres, wait_with_timeout
from appv2.adapters.producer import ProducerApi
from appv2.realtime.archive import Archive
from appv2.realtime.audience import ADMIN, Audience
from appv2.realtime.bundle import Bundle
from appv2.realtime.fanout import PAGE, Fanout
from appv2.realtime.gaps import SequenceGaps
from appv2.realtime.journal import Journal, Position
from appv2.realtime.latest import Latest
from appv2.realtime.live_news import LiveNews
from appv2.realtime.recovery import Recovery
from appv2.realtime.relay import Relay
from appv2.realtime.seen import SeenEvents
from appv2.realtime.sockets import Sockets
from appv2.realtime.stream import EventStream
from appv2.realtime.subscriptions import Subscriptions
from appv2.realtime.tallies import Tallies
from appv2.realtime.watch import Watch
from appv2.settings import Settings
from appv2.web import application
from appv2.web.account.attendance import Attendance
from appv2.web.account.passwords import Passwords
from appv2.web.account.users import Preferences, Users
from appv2.web.charts.history import BarHistory
from appv2.web.flow.trace import FlowTrace
from appv2.web.health.report import HealthReport
from appv2.web.scanner.alerts import AlertHistory
from appv2.web.scanner.quotes import Quotes
from appv2.web.scanner.universe import UniverseList
from appv2.web.scanner.views import ZONES, Scanner
from contracts.names import STREAM_MARKET
from service.errors import SettingsError, Unavailable

log = structlog.get_logger()

REDIS_ANSWER_S: Final = 2.5
REDIS_CONNECT_S: Final = 2.0

Task = Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class AppV2:
    """Hold the server, the tasks beside it and what must be closed; tasks take a stop event."""

    app: Flask
    socketio: SocketIO
    tasks: dict[str, Task]
    journal: Journal
    close: Callable[[], None]


def build_users(settings: Settings) -> Users:
    """Return the accounts, checking that their database answers."""
    psycopg2.extensions.set_wait_callback(wait_with_timeout)
    accounts = Postgres(settings.accounts_database_url)
    accounts.rows("SELECT 1 FROM appv2.users LIMIT 1")
    return Users(accounts, Passwords(_run_blocking(settings.async_mode)))


def build(settings: Settings) -> AppV2:
    """Return everything, ready to run; raises Unavailable when a dependency does not answer."""
    users = build_users(settings)
    client = _redis(settings.redis_url)
    market = Postgres(settings.database_url)
    accounts = Postgres(settings.accounts_database_url)
    stream, archive = EventStream(client), Archive(market, settings.stream_hours)
    market_id = _market_id(market)
    _claim_stream(client, stream, market_id)

    app = application.create()
    socketio = SocketIO(app, async_mode=settings.async_mode, manage_session=False, logger=False)
    tallies, latest = Tallies(), Latest()
    journal = Journal(market, tallies, socketio.sleep)
    fanout = Fanout(socketio, tallies)
    bundle = Bundle(fanout, lambda: relay.cursor, socketio.sleep)
    audience = Audience(socketio, fanout, bundle, lambda: relay.cursor)
    cursor, heads = _position(archive, stream, journal)
    gaps = SequenceGaps(archive, stream, tallies, heads)
    seen = SeenEvents(archive.seen_keys())
    relay = Relay(stream, journal, gaps, seen, tallies, audience.deliver, cursor)
    news = LiveNews(audience, latest, relay.offer)
    subscriptions = Subscriptions(client, news.hear, tallies, socketio.sleep)
    watch = Watch(
        client, market, stream, settings.stream_hours, lambda it: audience.tell("feed_state", it)
    )
    recovery = Recovery(stream, archive, relay, audience, socketio.sleep)

    def feed_state() -> dict[str, Any]:
        return watch.sight.feed_state

    disconnect = _disconnecting(socketio, audience)
    attendance = Attendance(users, lambda: audience.sessions, disconnect)
    preferences = Preferences(accounts)
    parts = application.Parts(
        users=users,
        preferences=preferences,
        scanner=Scanner(
            market_id=market_id,
            universe=UniverseList(market, settings.universe_key),
            quotes=Quotes(market, latest, ZONES[market_id]),
            alerts=AlertHistory(stream, archive),
            preferences=preferences,
            latest=latest,
            current_seq=lambda: relay.cursor,
            feed_state=feed_state,
        ),
        bars=BarHistory(market),
        flow=FlowTrace(market),
        health=HealthReport(lambda: watch.sight, relay, subscriptions, journal, gaps, tallies),
        producer=ProducerApi(settings.producer_url),
        disconnect=disconnect,
    )
    application.add_pages(app, parts, settings.secret_key)
    Sockets(socketio, relay, audience, recovery, feed_state).register()
    watch.look()
    tasks: dict[str, Task] = {
        "relay": relay.run,
        "subscriptions": subscriptions.run,
        "bundle": bundle.run,
        "journal": journal.run,
        "gaps": gaps.run,
        "watch": watch.run,
        "attendance": attendance.run,
    }
    return AppV2(app, socketio, tasks, journal, market.close)


def _disconnecting(socketio: SocketIO, audience: Audience) -> Callable[[str], None]:
    def disconnect(user_id: str) -> None:
        for sid in audience.connections_of(user_id):
            for namespace in (PAGE, ADMIN):
                socketio.server.disconnect(sid, namespace=namespace)

    return disconnect


def _redis(url: str) -> redis.Redis:
    client = redis.Redis.from_url(
        url,
        protocol=2,
        socket_timeout=REDIS_ANSWER_S,
        socket_connect_timeout=REDIS_CONNECT_S,
        health_check_interval=10,
        retry=Retry(NoBackoff(), 1),
        client_name="appv2",
    )
    try:
        client.ping()
    except redis.RedisError as error:
        raise Unavailable("Redis", str(error)) from error
    return client


def _market_id(market: Postgres) -> str:
    rows = market.rows("SELECT id FROM market_identity")
    if not rows:
        raise SettingsError(["APPV2_DATABASE_URL: expected a database marked for a market"])
    return str(rows[0]["id"])


def _claim_stream(client: redis.Redis, stream: EventStream, market_id: str) -> None:
    """Drop what another market left: its events must not be shown or logged here."""
    holder = cast("bytes | None", client.get(STREAM_MARKET))
    if holder is not None and holder.decode() != market_id:
        log.warning("stream_of_another_market", market=holder.decode())
        stream.empty()
    client.set(STREAM_MARKET, market_id)


def _position(
    archive: Archive, stream: EventStream, journal: Journal
) -> tuple[str, dict[str, int]]:
    """Return where to go on reading; the first time, begin with what comes from now on."""
    bookmark = archive.bookmark()
    if bookmark.stream_id is not None:
        return bookmark.stream_id, bookmark.producer_seqs
    cursor = stream.last_id()
    journal.note(Position(cursor))
    journal.flush()
    return cursor, {}


def _run_blocking(async_mode: str) -> Callable[..., Any]:
    """Return what runs a slow function without stopping the loop that serves everybody."""
    if async_mode == "eventlet":
        from eventlet import tpool

        return tpool.execute  # type: ignore[no-any-return]
    if async_mode == "gevent":
        from gevent import get_hub  # type: ignore[import-untyped]

        return lambda work, *args: get_hub().threadpool.apply(work, args)
    return lambda work, *args: work(*args)
