"""Write a stretch of a busy market as Massive's frames."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

START_MS: Final = 1_700_000_040_000
SEED: Final = 20_131_007

_SIZES: Final = (1, 3, 10, 25, 50, 100, 100, 100, 200, 300, 500, 1_000)
_CONDITIONS: Final = (
    ((), 0.42),
    ((37,), 0.22),  # odd lot
    ((14, 41), 0.14),  # intermarket sweep, trade-through exempt
    ((14, 37, 41), 0.12),
    ((14,), 0.05),
    ((10, 41), 0.02),  # derivatively priced
    ((2, 41), 0.01),  # average price
    ((12,), 0.01),  # Form T, which regular hours decide
    ((53, 41), 0.005),  # qualified contingent
    ((16,), 0.005),  # official open
)
_OFF_EXCHANGE: Final = 4


def symbols(n: int) -> list[str]:
    """Return `n` tickers of two to four letters."""
    return [f"{chr(65 + i % 26)}{chr(65 + i // 26 % 26)}{_tail(i // 676)}" for i in range(n)]


def _tail(i: int) -> str:
    return "" if not i else chr(64 + i % 26) + (chr(64 + i // 26) if i >= 26 else "")


def events(n: int, tickers: Sequence[str], minutes: int) -> Iterator[str]:
    """Yield `n` trades spread evenly over the minutes, in order of sequence.

    One in fifty comes up to 200 ms late. Prices wander by a tick or two from 5 to 500 USD.
    """
    rng = np.random.default_rng(SEED)
    row = rng.integers(0, len(tickers), n)
    cents = rng.integers(500, 50_000, len(tickers))
    steps = rng.integers(-2, 3, n)
    sizes = rng.choice(_SIZES, n)
    conditions = rng.choice(len(_CONDITIONS), n, p=[share for _, share in _CONDITIONS])
    late = np.where(rng.random(n) < 0.02, rng.integers(0, 200, n), 0)
    t_ms = START_MS + np.arange(n) * minutes * 60_000 // n - late
    exchanges = rng.integers(1, 20, n)
    columns = (row, steps, sizes, conditions, np.maximum(t_ms, START_MS), exchanges)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    for number, (at, step, size, kind, time_ms, exchange) in enumerate(rows):
        cents[at] = max(500, cents[at] + step)
        ids = ",".join(map(str, _CONDITIONS[kind][0]))
        listed = f',"c":[{ids}]' if ids else ""
        facility = f',"trfi":202,"trft":{time_ms - 3}' if exchange == _OFF_EXCHANGE else ""
        yield (
            f'{{"ev":"T","sym":"{tickers[at]}","x":{exchange},"i":"{71_675_577 + number}","z":3'
            f',"p":{cents[at] / 100},"s":{size}{listed},"t":{time_ms},"q":{3_681_328 + 7 * number}'
            f"{facility}}}"
        )


def frames(texts: Sequence[str], each: int) -> list[bytes]:
    """Return the events as frames of `each`."""
    return [f"[{','.join(texts[at : at + each])}]".encode() for at in range(0, len(texts), each)]
