"""What a new user does first: start, curl, redis-cli, log in, see a pattern arrive."""

import shutil
import subprocess
import time

import pytest

from tests.e2e.browser import alerts_shown, chromium, log_in
from tests.e2e.product import PASSWORD, Product

pytestmark = pytest.mark.e2e


def test_the_launcher_prints_the_lines_users_know(product: Product) -> None:
    said = product.said()
    for line in (
        "[VALIDATION] ✅ TickStockPL Python found",
        "[VALIDATION] ✅ Found: aiohttp",
        "✅ All critical TickStockPL dependencies verified",
        "✅ Redis is running",
        "✅ PostgreSQL is running",
        "Starting services...",
        "SERVICES RUNNING",
        f"[OK] TickStockAppV2: http://localhost:{product.ports['APPV2_PORT']}",
        "[OK] TickStockPL DataLoader: Listening on tickstock.jobs.data_load",
        f"[OK] TickStockPL API: http://localhost:{product.ports['PL_API_PORT']}",
        "[OK] TickStockPL Streaming: Active (simulated market)",
    ):
        assert line in said


@pytest.mark.parametrize(
    "port", ["APPV2_PORT", "PL_API_PORT", "PL_LOADER_PORT", "PL_STREAMING_PORT"]
)
def test_every_service_says_that_it_is_healthy(product: Product, port: str) -> None:
    def healthy() -> bool:
        status, health = product.get(port, "/health")
        return status == 200 and health["status"] == "healthy"

    product.until(healthy, 30, f"{port} to be healthy")


def test_anybody_on_the_machine_can_watch_the_channels(product: Product) -> None:
    if shutil.which("redis-cli") is None:
        pytest.skip("redis-cli is not installed")
    port = str(product.ports["TICKSTOCK_REDIS_PORT"])
    command = ["timeout", "15", "redis-cli", "-p", port, "PSUBSCRIBE", "tickstock*"]
    heard = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    assert "tickstock.data.raw" in heard
    assert "tickstock:quotes:snapshot" in heard


def test_a_pattern_reaches_a_browser_and_leaves_a_trail(product: Product) -> None:
    with chromium() as browser:
        page = log_in(browser, product.url, PASSWORD)
        page.wait_for_selector("#scanner tbody tr")
        already = {flow for flow, _ in alerts_shown(page)}
        fresh = product.until(lambda: _arrived(page, already), 150, "a pattern to arrive")
        assert page.foreign == []
    flow = min(fresh)
    trail = product.until(lambda: _trail(product, flow), 60, f"the trail of {flow}")
    assert trail["flow_path"] == (
        "PATTERN_PUBLISHED -> EVENT_RECEIVED -> EVENT_PARSED -> WEBSOCKET_DELIVERED"
    )
    assert trail["users"] >= 1


def _arrived(page, already):  # type: ignore[no-untyped-def]
    time.sleep(0.5)
    return {flow for flow, _ in alerts_shown(page)} - already


def _trail(product: Product, flow: str) -> dict[str, object]:
    rows = product.rows(
        "SELECT flow_path, users_notified FROM pattern_flow_analysis WHERE flow_id = %s", flow
    )
    if rows and "DELIVERED" in rows[0][0]:
        return {"flow_path": rows[0][0], "users": rows[0][1]}
    return {}


def test_the_api_knows_what_streaming_stored(product: Product) -> None:
    def indicators() -> list[dict]:
        return product.get("PL_API_PORT", "/indicators/AAPL?limit=3")[1]["indicators"]

    newest = product.until(indicators, 150, "indicators of AAPL")[0]
    assert set(newest["values"]) >= {"sma_20", "ema_12", "rsi_14", "macd", "atr_14", "vwap"}
    assert product.get("PL_API_PORT", "/patterns/NOBODY")[0] == 404


@pytest.mark.parametrize("timeframe", ["5min", "15min", "1hour", "daily", "weekly"])
def test_longer_bars_are_known_before_they_close_the_next_time(
    product: Product, timeframe: str
) -> None:
    """A first start fetched them; a week would be long to wait for."""

    def rows() -> list[dict]:
        asked = f"/indicators/AAPL?limit=3&timeframe={timeframe}"
        return product.get("PL_API_PORT", asked)[1]["indicators"]

    newest = product.until(rows, 150, f"{timeframe} indicators of AAPL")[0]
    assert {"vwap", "gap"} <= set(newest["values"])
    _, body = product.get("PL_API_PORT", f"/candlesticks/AAPL?timeframe={timeframe}")
    assert all(one["candlesticks"] for one in body["candlesticks"])
