#!/usr/bin/env python3
"""Send one test pattern through the running system: logged first, then published.

python scripts/test_pattern_event.py                      a pattern of tier `test`
python scripts/test_pattern_event.py --symbol NVDA --pattern Doji
"""

import argparse
import secrets
import sys
import time
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from entry import enter

if TYPE_CHECKING:
    from launcher.running import Running

SYMBOLS = ("AAPL", "GOOGL", "MSFT", "TSLA", "NVDA")
PATTERNS = ("Volume_Spike", "Price_Breakout", "Support_Test", "Resistance_Break")
ANSWER_S = 5
EXIT_UNAVAILABLE = 69


def main(arguments: Sequence[str]) -> int:
    """Return 0 when the pattern was logged and published."""
    options = _parse(arguments)
    system = enter(__file__, arguments)
    return send(system, options)


def send(system: "Running", options: argparse.Namespace) -> int:
    """Log the pattern, then publish it; nothing is published that was not logged."""
    import psycopg2
    import redis

    event = _event(options)
    try:
        _log(system.database_url, event)
    except psycopg2.Error as error:
        print(f"[DB ERROR] {error}".strip(), file=sys.stderr)
        return EXIT_UNAVAILABLE
    print(f"[DB] Logged test pattern: {event['pattern']} @ {event['symbol']}")
    try:
        subscribers = _publish(system.redis_url, event)
    except redis.RedisError as error:
        print(f"[REDIS ERROR] {error}", file=sys.stderr)
        return EXIT_UNAVAILABLE
    print(f"[REDIS] Published to {subscribers} subscribers")
    print(f"Pattern: {event['pattern']} @ {event['symbol']} (confidence: {event['confidence']})")
    print(f"Flow ID: {event['flow_id']}")
    print("Watch it arrive with: python scripts/monitor_system_health.py --watch")
    return 0


def _event(options: argparse.Namespace) -> dict[str, object]:
    now = time.time()
    return {
        "symbol": options.symbol or secrets.choice(SYMBOLS),
        "pattern": options.pattern or secrets.choice(PATTERNS),
        "confidence": options.confidence or (70 + secrets.randbelow(30)) / 100,
        "flow_id": str(uuid.uuid4()),
        "tier": "test",
        "source": "test",
        "timeframe": "1min",
        "direction": "neutral",
        "price_change": (secrets.randbelow(1001) - 500) / 100,
        "current_price": 100 + secrets.randbelow(40_000) / 100,
        "timestamp": now,
        "received_at": now,
        "reason": "sent by scripts/test_pattern_event.py",
    }


def _log(database_url: str, event: dict[str, object]) -> None:
    import psycopg2
    from psycopg2.extras import Json

    from contracts.messages.envelopes import PRODUCER
    from contracts.names import EVENTS_PATTERNS

    row = (
        event["flow_id"],
        "pattern_detected",
        PRODUCER,
        "PATTERN_PUBLISHED",
        EVENTS_PATTERNS,
        event["symbol"],
        event["pattern"],
        event["confidence"],
        None,
        Json({"test": True, "at": time.time()}),
    )
    connection = psycopg2.connect(database_url, connect_timeout=ANSWER_S)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT log_integration_event(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)", row
            )
    finally:
        connection.close()


def _publish(redis_url: str, event: dict[str, object]) -> int:
    import redis

    from contracts.codec import encode
    from contracts.messages.envelopes import dotted
    from contracts.names import EVENTS_PATTERNS

    with redis.Redis.from_url(redis_url, socket_timeout=ANSWER_S) as client:
        return int(
            client.publish(EVENTS_PATTERNS, encode(dotted("pattern_detected", time.time(), event)))
        )


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--symbol", help="default: one of the best known")
    parser.add_argument("--pattern", help="default: one of four")
    parser.add_argument("--confidence", type=float, help="0 to 1; default: above 0.7")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
