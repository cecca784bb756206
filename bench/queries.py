"""How long the page waits for what it asks of AppV2 when it opens."""

import time
import urllib.request
from typing import Final

from bench.report import spread

PATHS: Final = ("/api/bootstrap", "/api/bars/NVDA", "/api/alerts?limit=50")
P50_MS: Final = 50.0
_TIMES: Final = 50
_TIMEOUT_S: Final = 10.0


def ask(page: str, cookie: str) -> dict[str, dict[str, float]]:
    """Return for each path the spread of its answers, in ms, one after another, in turns.

    Raises: OSError when the page refuses one.
    """
    waited: dict[str, list[float]] = {path: [] for path in PATHS}
    for _ in range(_TIMES):
        for path, times in waited.items():
            request = urllib.request.Request(page + path, headers={"Cookie": cookie})  # noqa: S310
            began = time.perf_counter()
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310
                answer.read()
            times.append(1_000 * (time.perf_counter() - began))
    return {f"query: {path}": spread(times) for path, times in waited.items()}
