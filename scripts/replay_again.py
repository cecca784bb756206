#!/usr/bin/env python3
"""Forget what a replay left behind; the next start plays the recording from its beginning.

python3 scripts/replay_again.py      beside a running system whose replay is at its end
"""

import sys
import urllib.request
from collections.abc import Sequence
from typing import TYPE_CHECKING

from entry import enter

if TYPE_CHECKING:
    from launcher.running import Running

STREAMING = "TickStockPL Streaming"
AT_ITS_END = "at its end"
ANSWER_S = 5
EXIT_REFUSED = 65
EXIT_UNAVAILABLE = 69


def main(arguments: Sequence[str]) -> int:
    """Return 0 when everything was forgotten."""
    if arguments:
        print(__doc__)
        return 0 if set(arguments) <= {"-h", "--help"} else 2
    return forget(enter(__file__, arguments))


def forget(system: "Running") -> int:
    """Empty the replay's database and stream, unless the replay still plays."""
    import redis

    from contracts.names import STREAM_EVENTS
    from pl.store.replays import forget_replay
    from service.errors import Rejected, Unavailable

    if _still_plays(system.health[STREAMING]):
        print("The replay still plays: wait until it is at its end, then try again.")
        return EXIT_REFUSED
    try:
        forget_replay(system.database_url)
        with redis.Redis.from_url(system.redis_url, socket_timeout=ANSWER_S) as client:
            client.delete(STREAM_EVENTS)
    except Rejected as error:
        print(f"Nothing was deleted. {error}", file=sys.stderr)
        return EXIT_REFUSED
    except (Unavailable, redis.RedisError) as error:
        print(error, file=sys.stderr)
        return EXIT_UNAVAILABLE
    print("Forgotten. Stop and start TickStock: the replay begins anew.")
    return 0


def _still_plays(page: str) -> bool:
    try:
        with urllib.request.urlopen(page, timeout=ANSWER_S) as answer:  # noqa: S310 - loopback
            return AT_ITS_END not in answer.read().decode()
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
