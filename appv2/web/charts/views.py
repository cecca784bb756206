"""Answer charts."""

from typing import Final

from flask import Blueprint, Response, jsonify, request

from appv2.web.charts.history import BarHistory
from appv2.web.parameters import expect_only, whole_number
from service.errors import Rejected

MOST_SYMBOLS: Final = 200


def blueprint(history: BarHistory) -> Blueprint:
    """Return `/api/bars/{symbol}` and `/api/closes`."""
    charts = Blueprint("charts", __name__)

    @charts.get("/api/bars/<symbol>")
    def bars(symbol: str) -> Response:
        expect_only("timeframe", "limit")
        timeframe = request.args.get("timeframe", "1min")
        limit = whole_number("limit", 500, 1, 5000)
        name, columns = history.newest(symbol, timeframe, limit)
        return jsonify(symbol=name, timeframe=timeframe, bars=columns)

    @charts.get("/api/closes")
    def closes() -> Response:
        expect_only("symbols", "minutes")
        named = request.args.get("symbols", "").split(",")
        symbols = [symbol for symbol in dict.fromkeys(named) if symbol]
        if not 0 < len(symbols) <= MOST_SYMBOLS:
            detail = f"symbols: expected 1-{MOST_SYMBOLS}, was {len(symbols)}"
            raise Rejected("invalid_symbols", detail, 422)
        minutes = whole_number("minutes", 60, 2, 390)
        return jsonify(closes=history.closes(symbols, minutes))

    return charts
