"""Stand in for AppV2 behind the page: serve its real files, and send what a test asks for.

Run as `python stage.py PORT`. Nothing happens by itself: `POST /stage/emit` sends an event,
`/stage/drop` closes every connection (`"closed"` lets none in until `/stage/open`), `/stage/market`
chooses the market, `/stage/symbols` whom it watches.
"""

import sys
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, render_template, request
from flask_socketio import SocketIO

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from appv2.web import assets  # noqa: E402 - found through the path set above
from appv2.web.security import policy  # noqa: E402

SYMBOLS = {"NVDA": "NVIDIA Corporation", "AMD": "Advanced Micro Devices", "SPY": "SPDR S&P 500"}
FIRST_BAR = 1_764_093_600
N_BARS = 200
ZONES = {"real": "America/New_York", "simulated": "UTC", "replay": "America/New_York"}

app = Flask("stage", static_folder=None, template_folder=str(ROOT / "appv2/web/scanner/templates"))
socketio = SocketIO(app, async_mode="threading")
app.register_blueprint(assets.blueprint())

log: list[dict[str, Any]] = []
connections: set[str] = set()
BEGINNING: dict[str, Any] = {
    "market": "simulated",
    "symbols": list(SYMBOLS),
    "preferences": {},
    "closed": False,
}
state = dict(BEGINNING)


def seq_of(place: int) -> str:
    return f"1764105600000-{place}"


@app.after_request
def protect(response: Response) -> Response:
    rules = "; ".join(f"{name} {sources}" for name, sources in policy().items())
    response.headers["Content-Security-Policy"] = rules
    return response


@app.get("/")
def page() -> str:
    return render_template("scanner.html", import_map=assets.import_map())


@app.get("/api/bootstrap")
def bootstrap() -> Response:
    market = state["market"]
    return jsonify(
        user={"name": "admin"},
        market={"id": market, "label": market, "open": True, "timezone": ZONES[market]},
        universe=[{"symbol": symbol, "name": SYMBOLS[symbol]} for symbol in state["symbols"]],
        quotes={
            "symbols": list(SYMBOLS),
            "price": [100.0, 200.0, 300.0],
            "change_percent": [1.5, -0.5, 0.0],
            "volume": [1_000_000, 2_000_000, 3_000_000],
            "state": ["live", "live", "quiet"],
        },
        seq=seq_of(len(log)),
        notices=[],
        preferences=state["preferences"],
    )


@app.get("/api/alerts")
def alerts() -> Response:
    events = [{**entry["event"], "seq": entry["seq"]} for entry in log]
    return jsonify(alerts=list(reversed(events)))


@app.get("/api/bars/<symbol>")
def bars(symbol: str) -> Response:
    times = [FIRST_BAR + 60 * minute for minute in range(N_BARS)]
    closes = [100.0 + minute % 7 / 10 for minute in range(N_BARS)]
    columns = {
        "time": times,
        "open": [100.2] * N_BARS,
        "high": [100.9] * N_BARS,
        "low": [99.8] * N_BARS,
        "close": closes,
        "volume": [1000] * N_BARS,
        "revision": [0] * N_BARS,
    }
    return jsonify(symbol=symbol, timeframe=request.args["timeframe"], bars=columns)


@app.get("/api/closes")
def closes() -> Response:
    line = [[FIRST_BAR + 60 * minute, 100.0 + minute] for minute in range(60)]
    return jsonify(closes=dict.fromkeys(request.args["symbols"].split(","), line))


@app.get("/api/flow/<flow_id>")
def flow(flow_id: str) -> Response:
    return jsonify(flow_id=flow_id, checkpoints=[])


@app.put("/api/preferences")
def keep() -> Response:
    state["preferences"] = request.get_json()
    return jsonify(state["preferences"])


@app.post("/stage/emit")
def emit() -> Response:
    for name, message in request.get_json():
        if name in {"pattern_alert", "pattern_update"}:
            message["seq"] = seq_of(len(log) + 1)
            log.append({"name": name, **message})
        socketio.emit(name, message)
    return jsonify(log=len(log))


@app.post("/stage/drop")
def drop() -> Response:
    state["closed"] = request.get_json() == "closed"
    for sid in list(connections):
        socketio.server.disconnect(sid)
    return jsonify(dropped=True)


@app.post("/stage/open")
def let_in() -> Response:
    state["closed"] = False
    return jsonify(state)


@app.post("/stage/reset")
def reset() -> Response:
    log.clear()
    state.update(BEGINNING)
    return jsonify(state)


@app.post("/stage/market")
def market() -> Response:
    state["market"] = request.get_json()
    return jsonify(state)


@app.post("/stage/symbols")
def symbols() -> Response:
    state["symbols"] = request.get_json()
    return jsonify(state)


@socketio.on("connect")
def arrived() -> bool:
    if state["closed"]:
        return False
    connections.add(request.sid)
    return True


@socketio.on("disconnect")
def left(*_reason: str) -> None:
    connections.discard(request.sid)


@socketio.on("resume")
def resume(message: dict[str, str]) -> dict[str, Any]:
    seen = int(message["seq"].rpartition("-")[2])
    missed = log[seen:]
    for entry in missed:
        body = {name: value for name, value in entry.items() if name != "name"}
        socketio.emit(entry["name"], body, to=request.sid)
    return {"caught_up": len(missed), "seq": seq_of(len(log)), "from": "stream"}


if __name__ == "__main__":
    socketio.run(app, host="127.0.0.1", port=int(sys.argv[1]), allow_unsafe_werkzeug=True)
