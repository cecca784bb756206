"""What AppV2 answers over HTTP, and to whom."""

import base64
import hashlib
import http.client
import json
import re
import time
import uuid
from itertools import pairwise
from typing import Any

import pytest
import requests
from socketio.exceptions import ConnectionError as Refused

from contracts import names

pytestmark = pytest.mark.integration

GUARDED = [
    "/api/bootstrap",
    "/api/health",
    "/api/alerts",
    "/api/bars/NVDA",
    f"/api/flow/{uuid.uuid4()}",
]


@pytest.fixture(scope="module")
def page(shared_system: Any) -> Any:
    return shared_system.page()


@pytest.fixture(scope="module")
def stored_bars(shared_system: Any) -> None:
    shared_system.rows("SELECT ensure_partitions('ohlcv_1min', now() - interval '1 day', now())")
    shared_system.rows("SELECT ensure_partitions('ohlcv_daily', now() - interval '2 days', now())")
    shared_system.rows(
        "INSERT INTO ohlcv_1min (symbol, timestamp, open, high, low, close, volume, revision)"
        " SELECT 'NVDA', date_trunc('minute', now()) - n * interval '1 minute', 10, 12, 9, 11,"
        " 100, 1 FROM generate_series(1, 600) AS n"
    )
    shared_system.rows(
        "INSERT INTO ohlcv_daily (symbol, timestamp, open, high, low, close, volume)"
        " VALUES ('NVDA', date_trunc('day', now()) - interval '2 days', 10, 10, 10, 10, 1)"
    )


def get(page: Any, path: str, **parameters: Any) -> requests.Response:
    return page.http.get(page.url + path, params=parameters, timeout=30)


@pytest.mark.parametrize("path", GUARDED)
def test_a_json_call_without_login_is_refused_with_401(shared_system: Any, path: str) -> None:
    answer = requests.get(shared_system.service.url + path, timeout=30)
    assert answer.status_code == 401
    assert answer.json()["error"] == "login_required"


def test_the_page_without_login_leads_to_the_login(shared_system: Any) -> None:
    answer = requests.get(shared_system.service.url, timeout=30, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login?next=/")


def test_health_needs_no_login_and_has_the_contracts_shape(shared_system: Any) -> None:
    answer = requests.get(f"{shared_system.service.url}/health", timeout=30)
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"status", "version", "services"}
    assert set(body["services"]) == {"redis", "postgresql", "producer", "relay"}
    for part in body["services"].values():
        assert set(part) == {"status", "detail"}
        assert part["status"] in {"healthy", "degraded", "unhealthy"}


def test_the_producers_health_is_passed_on(page: Any, producer_api: Any) -> None:
    assert get(page, "/api/health").json()["producer"]["status"] == "unhealthy"
    with producer_api({"status": "degraded", "version": "1", "services": {}}):
        body = get(page, "/api/health").json()
    assert body["producer"]["status"] == "degraded"
    assert set(body["appv2"]) == {"status", "version", "services"}


def test_a_wrong_password_is_refused(shared_system: Any, anonymous: Any) -> None:
    assert anonymous.log_in("wrong").status_code == 401
    assert anonymous.log_in("wrong", "nobody").status_code == 401


def test_a_name_that_no_database_can_hold_is_refused(shared_system: Any, anonymous: Any) -> None:
    assert anonymous.log_in("wrong", "ad\0min").status_code == 422


def test_a_login_without_csrf_token_is_refused(shared_system: Any) -> None:
    data = {"username": "admin", "password": "whatever it is"}
    answer = requests.post(f"{shared_system.service.url}/login", data=data, timeout=30)
    assert (answer.status_code, answer.json()["error"]) == (400, "csrf")


def test_guessing_passwords_is_slowed_down(shared_system: Any, anonymous: Any) -> None:
    statuses = [anonymous.log_in("wrong", "guessed").status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]


def test_the_login_leads_to_no_other_site(shared_system: Any, anonymous: Any) -> None:
    for target in ("https://evil.example/", "//evil.example/", "/\\evil.example"):
        form = anonymous.http.get(f"{anonymous.url}/login").text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)
        assert token
        data = {"username": "admin", "password": anonymous.password, "csrf_token": token[1]}
        answer = anonymous.http.post(
            f"{anonymous.url}/login", params={"next": target}, data=data, allow_redirects=False
        )
        assert answer.headers["Location"] == "/"
        anonymous.http.cookies.clear()


def test_the_sessions_cookie_is_out_of_reach_of_scripts(page: Any) -> None:
    (cookie,) = page.http.cookies
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "Lax"
    assert not cookie.secure


def test_a_socket_without_login_is_refused(shared_system: Any, anonymous: Any) -> None:
    with pytest.raises(Refused):
        anonymous.connect()


def test_logging_out_ends_session_and_socket(shared_system: Any, eventually: Any) -> None:
    page = shared_system.live_page()
    token = re.search(r'name="csrf-token" content="([^"]+)"', get(page, "/").text)
    assert token
    answer = page.http.post(
        f"{page.url}/logout", data={"csrf_token": token[1]}, allow_redirects=False
    )
    assert answer.status_code == 302
    eventually(lambda: not page.socket.connected)
    assert get(page, "/api/bootstrap").status_code == 401


def test_another_password_ends_every_session_and_socket(
    shared_system: Any, eventually: Any
) -> None:
    created = shared_system.service.command(
        "create-admin", "--username", "second", APPV2_ADMIN_PASSWORD="first password"
    )
    assert created.stdout == "created second\n"
    page, other = shared_system.anonymous(), shared_system.live_page()
    page.log_in("first password", "second")
    page.connect(("/", "/admin"))
    assert get(page, "/api/bootstrap").status_code == 200
    changed = shared_system.service.command(
        "create-admin", "--username", "second", "--reset", APPV2_ADMIN_PASSWORD="other password"
    )
    assert changed.stdout == "reset second\n"
    assert get(page, "/api/bootstrap").status_code == 401
    eventually(lambda: not page.socket.connected)  # which is to say: in neither namespace
    assert other.socket.connected, "nobody else is sent away"


def test_an_existing_admin_keeps_the_password(shared_system: Any) -> None:
    done = shared_system.service.command("create-admin", APPV2_ADMIN_PASSWORD="something else")
    assert (done.returncode, done.stdout) == (0, "exists admin\n")
    assert shared_system.page()


def test_a_short_password_is_refused(shared_system: Any) -> None:
    done = shared_system.service.command("create-admin", APPV2_ADMIN_PASSWORD="short")
    assert done.returncode == 78
    assert "APPV2_ADMIN_PASSWORD" in done.stderr


def test_the_page_asks_nothing_of_other_sites(page: Any) -> None:
    answer = get(page, "/")
    directives = dict(
        part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";")
    )
    assert directives["default-src"] == "'self'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    (inline,) = re.findall(r'<script type="importmap">(.*?)</script>', answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
    assert directives["script-src"] == f"'self' 'sha256-{digest}'"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_every_file_that_the_page_names_is_served(page: Any) -> None:
    text = get(page, "/").text
    named = set(re.findall(r'"(/static/[^"]+)"', text))
    assert len(named) > 5
    for path in named:
        answer = get(page, path)
        assert answer.status_code == 200, path
        if path.endswith((".mjs", ".js")):
            assert answer.headers["Content-Type"].startswith("text/javascript")
        unchanged = page.http.get(
            page.url + path, headers={"If-None-Match": answer.headers["ETag"]}, timeout=30
        )
        assert unchanged.status_code == 304


@pytest.mark.parametrize(
    "path",
    ["package.json", "../settings.py", "src/../package.json", "node_modules/ws/index.js", ".npmrc"],
)
def test_other_files_are_not_served(shared_system: Any, path: str) -> None:
    url = f"{shared_system.service.url}/static/{path}"
    assert requests.get(url, timeout=30).status_code in {401, 404}


@pytest.mark.parametrize("path", ["src/../test/bars.test.js", "css/../package-lock.json"])
def test_a_path_leads_nowhere_else(shared_system: Any, path: str) -> None:
    address = shared_system.service.url.removeprefix("http://")
    connection = http.client.HTTPConnection(address, timeout=30)  # leaves the dots as they are
    connection.request("GET", f"/static/{path}")
    assert connection.getresponse().status == 404
    connection.close()


def test_the_furthest_place_that_can_be_named_has_all_alerts_before_it(
    shared_system: Any, page: Any, pattern: Any
) -> None:
    message = pattern()
    shared_system.append(message)
    alerts = get(page, f"/api/alerts?before={2**64 - 1}-0").json()["alerts"]
    assert alerts[0]["flow_id"] == message["data"]["flow_id"]


def test_behind_https_the_sessions_cookie_stays_there(anonymous: Any) -> None:
    anonymous.http.headers["X-Forwarded-Proto"] = "https"
    answer = anonymous.http.get(f"{anonymous.url}/login", timeout=30)
    assert "Secure" in answer.headers["Set-Cookie"]


def test_bootstrap_gives_a_page_what_it_shows_first(page: Any, stored_bars: None) -> None:
    body = get(page, "/api/bootstrap").json()
    assert body["user"] == {"name": "admin", "is_admin": True}
    assert body["market"] == {
        "id": "simulated",
        "label": "Simulated market",
        "timezone": "UTC",
        "open": True,
    }
    assert len(body["universe"]) == 70
    assert body["universe"][0] == {"symbol": "AAPL", "name": "Apple Inc."}
    quotes = body["quotes"]
    place = quotes["symbols"].index("NVDA")
    assert quotes["price"][place] == 11
    assert quotes["change_percent"][place] == pytest.approx(10)
    assert quotes["state"][place] == "stale"
    assert body["seq"]


def test_a_live_quote_replaces_the_stored_one(
    shared_system: Any, page: Any, stored_bars: None, eventually: Any
) -> None:
    columns = {"symbols": ["NVDA"], "price": [12.5], "change_percent": [25.0]}
    columns |= {"volume": [7.0], "state": ["live"]}
    told = {"event": "quotes", "timestamp": "2026-11-25T18:01:00Z", "payload": columns}
    shared_system.publish(names.QUOTES_SNAPSHOT, told)

    def price() -> float:
        quotes = get(page, "/api/bootstrap").json()["quotes"]
        return quotes["price"][quotes["symbols"].index("NVDA")]

    eventually(lambda: price() == 12.5)


def test_bars_are_columns_oldest_first(page: Any, stored_bars: None) -> None:
    body = get(page, "/api/bars/nvda", limit=3).json()
    assert (body["symbol"], body["timeframe"]) == ("NVDA", "1min")
    bars = body["bars"]
    assert [later - earlier for earlier, later in pairwise(bars["time"])] == [60, 60]
    assert bars["close"] == [11.0] * 3
    assert bars["revision"] == [1] * 3


def test_a_preferred_share_is_found_by_its_small_letter(
    shared_system: Any, page: Any, stored_bars: None
) -> None:
    shared_system.rows(
        "INSERT INTO ohlcv_1min (symbol, timestamp, open, high, low, close, volume)"
        " VALUES ('BACpB', date_trunc('minute', now()), 25, 25, 25, 25, 1)"
    )
    body = get(page, "/api/bars/BACpB").json()
    assert (body["symbol"], body["bars"]["close"]) == ("BACpB", [25.0])
    closes = get(page, "/api/closes", symbols="BACpB,nvda,NVDA,NOPE").json()["closes"]
    assert [(symbol, len(rows)) for symbol, rows in closes.items()] == [
        ("BACpB", 1),
        ("NVDA", 60),
        ("NOPE", 0),
    ]


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        ("/api/bars/NOPE", 404, "unknown_symbol"),
        ("/api/bars/NVDA?timeframe=2min", 422, "invalid_timeframe"),
        ("/api/bars/NVDA?limit=0", 422, "invalid_limit"),
        ("/api/bars/NVDA?limit=many", 422, "invalid_limit"),
        (f"/api/bars/NVDA?limit={'9' * 5_000}", 422, "invalid_limit"),
        ("/api/bars/NVDA?timeframes=5min", 422, "invalid_parameter"),
        ("/api/closes?symbols=NVDA&limit=5", 422, "invalid_parameter"),
        ("/api/alerts?after=1-0", 422, "invalid_parameter"),
        ("/api/bootstrap?symbol=NVDA", 422, "invalid_parameter"),
        ("/api/preferences?theme=light", 422, "invalid_parameter"),
        ("/api/health?verbose=1", 422, "invalid_parameter"),
        (f"/api/flow/{uuid.uuid4()}?limit=5", 422, "invalid_parameter"),
        ("/api/alerts?before=yesterday", 422, "invalid_before"),
        ("/api/alerts?before=1_0-0", 422, "invalid_before"),
        ("/api/alerts?before=-5-0", 422, "invalid_before"),
        (f"/api/alerts?before={2**64}-0", 422, "invalid_before"),
        ("/api/flow/7", 422, "invalid_flow_id"),
        (f"/api/flow/{uuid.uuid4()}", 404, "unknown_flow"),
        ("/api/nothing", 404, "not_found"),
        ("/api/bars/NV%00DA", 422, "invalid_text"),
    ],
)
def test_a_wrong_question_is_answered_with_what_is_wrong(
    page: Any, path: str, status: int, error: str
) -> None:
    answer = get(page, path)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    ("asked", "detail"),
    [
        ("bars/NVDA?limit=5&limit=7", "limit: expected one value, was 5 and 7"),
        ("bars/NVDA?timeframe=1min&timeframe=1min", "timeframe: expected one value, was 1min and"),
        ("closes?symbols=NVDA&symbols=AAPL", "symbols: expected one value, was NVDA and AAPL"),
        ("alerts?before=2-0&limit=1&before=1-0", "before: expected one value, was 2-0 and 1-0"),
    ],
)
def test_a_parameter_given_twice_is_refused(page: Any, asked: str, detail: str) -> None:
    answer = get(page, f"/api/{asked}")
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_parameter")
    assert answer.json()["detail"].startswith(detail)


def test_alerts_are_listed_newest_first_and_paged(
    shared_system: Any, page: Any, pattern: Any
) -> None:
    messages = [pattern() for _ in range(5)]
    ids = [shared_system.append(message) for message in messages]
    newest = get(page, "/api/alerts", limit=2).json()["alerts"]
    assert [alert["seq"] for alert in newest] == ids[:2:-1]
    older = get(page, "/api/alerts", limit=2, before=newest[-1]["seq"]).json()["alerts"]
    assert [alert["flow_id"] for alert in older] == [
        messages[2]["data"]["flow_id"],
        messages[1]["data"]["flow_id"],
    ]


def test_alerts_of_one_moment_are_all_listed_on_some_page(
    shared_system: Any, page: Any, pattern: Any
) -> None:
    detected_at = 1_700_000_000.25
    messages = [pattern(timestamp=detected_at) for _ in range(7)]
    messages.append(pattern(timestamp=detected_at - 1))
    for seq, message in enumerate(messages):
        shared_system.store(message, "streaming", seq)
    listed, before = [], f"{int(detected_at * 1000) + 1}-0"
    while alerts := get(page, "/api/alerts", limit=3, before=before).json()["alerts"]:
        assert len(alerts) <= 3
        listed += [alert["flow_id"] for alert in alerts]
        before = alerts[-1]["seq"]
    flows = [message["data"]["flow_id"] for message in messages]
    assert listed == [*flows[6::-1], flows[7]]


def test_a_flow_is_traced(shared_system: Any, page: Any, pattern: Any, eventually: Any) -> None:
    message = pattern()
    flow_id = message["data"]["flow_id"]
    shared_system.rows(
        "SELECT log_integration_event(%s, 'pattern_detected', 'TickStockPL', 'PATTERN_PUBLISHED',"
        " %s, 'NVDA', 'Volume_Spike', 0.87, NULL, %s)",
        flow_id,
        names.EVENTS_PATTERNS,
        json.dumps({"at": time.time() - 0.01}),
    )
    shared_system.append(message)
    eventually(lambda: len(shared_system.checkpoints(flow_id)) == 3)
    body = get(page, f"/api/flow/{flow_id}").json()
    assert [step["checkpoint"] for step in body["checkpoints"]] == [
        "PATTERN_PUBLISHED",
        "EVENT_RECEIVED",
        "EVENT_PARSED",
        "WEBSOCKET_DELIVERED",
    ]
    assert body["latency_ms"]["total"] >= 10


def test_preferences_are_kept_and_refused_without_token(page: Any) -> None:
    token = re.search(r'name="csrf-token" content="([^"]+)"', get(page, "/").text)
    assert token
    url, change = f"{page.url}/api/preferences", {"columns": {"alerts": 420}}
    assert page.http.put(url, json=change, timeout=30).status_code == 400
    headers = {"X-CSRFToken": token[1]}
    assert page.http.put(url, json=change, headers=headers, timeout=30).json() == change
    assert get(page, "/api/preferences").json() == change
    assert get(page, "/api/bootstrap").json()["preferences"] == change
    wrong = page.http.put(url, json=[1], headers=headers, timeout=30)
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_json")
    large = page.http.put(url, json={"x": "y" * 20_000}, headers=headers, timeout=30)
    assert (large.status_code, large.json()["error"]) == (400, "too_large")


def test_a_taken_port_exits_69(shared_system: Any) -> None:
    done = shared_system.service.command("serve")
    assert done.returncode == 69
    assert shared_system.service.environ["APPV2_PORT"] in done.stderr
