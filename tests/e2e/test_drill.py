"""The drill: every process is killed with SIGKILL while ticks flow; nothing is lost or doubled."""

import json
import shutil
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.browser import alerts_shown, chromium, log_in
from tests.e2e.product import PASSWORD, Product

pytestmark = pytest.mark.e2e

ROUNDS = (("streaming", "api"), ("postgresql", "loader"), ("redis", "appv2"))
"""Each round begins a second before a minute closes."""
MINUTE_S = 60
SETTLED_S = 200
"""The simulated market's latest trades are 155 seconds late; then a minute is final. By
then the latest minute closed 20 seconds ago, and what it brought has been told."""


@pytest.fixture
def own_product() -> Iterator[Product]:
    home = Path(tempfile.mkdtemp(prefix="tickstock-drill-"))
    home.chmod(0o755)
    running = Product(home)
    running.start()
    yield running
    running.stop()
    shutil.rmtree(home, ignore_errors=True)


def test_nothing_is_lost_or_doubled_when_everything_is_killed(own_product: Product) -> None:
    product = own_product
    with chromium() as browser:
        page = log_in(browser, product.url, PASSWORD)
        first_minute = int(time.time()) // MINUTE_S * MINUTE_S
        _await_events(product, at_least=1)
        for victims in ROUNDS:
            _wait_until(product, time.time() // MINUTE_S * MINUTE_S + MINUTE_S - 1)
            for victim in victims:
                product.kill(victim)
        killed_at = time.time()
        last_minute = int(killed_at) // MINUTE_S * MINUTE_S + MINUTE_S
        _wait_until(product, last_minute + MINUTE_S + SETTLED_S)
        _assert_events_stand_once(product)
        page.wait_for_selector("body[data-connection=live]")
        shown = product.until(lambda: _shown_in_full(product, page), 120, "the page to catch up")
        assert len(shown) == len({flow for flow, _ in shown}), "doubled on the page"
        _assert_bars_are_the_markets_own(product, first_minute, last_minute)
        _assert_every_alert_left_its_trail(product)


def _await_events(product: Product, at_least: int) -> None:
    product.until(lambda: len(_stored(product)) >= at_least, 200, f"{at_least} events")


def _wait_until(product: Product, moment: float) -> None:
    product.until(lambda: time.time() > moment, moment - time.time() + 5, "time to pass")


def _stored(product: Product) -> list[tuple[str, str, int, int]]:
    return [
        (str(flow), life, revision, seq)
        for flow, life, revision, seq in product.rows(
            "SELECT flow_id, life, revision, seq FROM pattern_events ORDER BY seq"
        )
    ]


def _streamed(product: Product) -> list[dict[str, Any]]:
    entries = product.redis().xrange("tickstock:stream:events")
    events = [json.loads(fields["event"]) for _, fields in entries]
    return [event.get("data") or event["payload"] for event in events]


def _assert_events_stand_once(product: Product) -> None:
    seqs = [seq for *_, seq in _stored(product)]
    assert seqs == list(range(1, len(seqs) + 1)), "a hole in seq"
    what = "the stream to hold what is stored"
    in_stream = product.until(lambda: _streamed_in_full(product), 60, what)
    assert set(in_stream.values()) == {1}, "doubled in the stream"


def _streamed_in_full(product: Product) -> Counter[tuple[str, str, int]]:
    in_stream = Counter((e["flow_id"], e["life"], e["revision"]) for e in _streamed(product))
    stored = {(flow, life, revision) for flow, life, revision, _ in _stored(product)}
    return in_stream if set(in_stream) == stored else Counter()


def _last_lives(product: Product) -> dict[str, str]:
    return {event["flow_id"]: event["life"] for event in _streamed(product)}


def _shown_in_full(product: Product, page: Any) -> list[tuple[str, str]]:
    shown = alerts_shown(page)
    return shown if dict(shown) == _last_lives(product) else []


def _assert_bars_are_the_markets_own(product: Product, first: int, last: int) -> None:
    stored = {
        (symbol, int(at)): (o, h, low, c, volume)
        for symbol, at, o, h, low, c, volume in product.rows(
            "SELECT symbol, extract(epoch FROM timestamp), open, high, low, close, volume"
            " FROM ohlcv_1min WHERE extract(epoch FROM timestamp) BETWEEN %s AND %s",
            first,
            last,
        )
    }
    symbols = {symbol for (symbol,) in product.rows("SELECT symbol FROM symbols")}
    market = {
        (symbol, bar["t"] // 1000): (bar["o"], bar["h"], bar["l"], bar["c"], bar["v"])
        for symbol in symbols
        for bar in _market_bars(product, symbol, first, last)
    }
    assert len(market) > len(symbols)
    assert stored.keys() == market.keys()
    wrong = {key: (stored[key], market[key]) for key in market if stored[key] != market[key]}
    assert not wrong


def _market_bars(product: Product, symbol: str, first: int, last: int) -> list[dict[str, Any]]:
    key = json.loads((product.home / "secrets.json").read_text())["simulated_market"]
    url = (
        f"http://127.0.0.1:{product.ports['PL_SIMULATOR_PORT']}/v2/aggs/ticker/{symbol}"
        f"/range/1/minute/{first * 1000}/{last * 1000}?adjusted=false&limit=50000&apiKey={key}"
    )
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.loads(answer.read())["results"]


def _assert_every_alert_left_its_trail(product: Product) -> None:
    query = (
        "SELECT count(*) FROM pattern_flow_analysis f"
        " JOIN (SELECT DISTINCT flow_id FROM pattern_events) e USING (flow_id)"
        " WHERE checkpoints_logged >= 4"
    )

    def complete() -> bool:
        flows = {flow for flow, *_ in _stored(product)}
        return product.rows(query)[0][0] == len(flows)

    product.until(complete, 120, "all four checkpoints of every flow")
