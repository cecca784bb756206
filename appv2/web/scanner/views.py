"""Serve the scanner page and what it needs to begin."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Response, jsonify, render_template, request
from flask_login import current_user

from appv2.realtime.latest import Latest
from appv2.realtime.stream import place
from appv2.web.account.users import Preferences
from appv2.web.assets import import_map
from appv2.web.parameters import expect_only, whole_number
from appv2.web.scanner.alerts import AlertHistory
from appv2.web.scanner.quotes import Quotes
from appv2.web.scanner.universe import UniverseList
from service.errors import Rejected

LABELS: Final = {
    "real": "US stocks",
    "simulated": "Simulated market",
    "replay": "Replay of recorded trades",
}
ZONES: Final = {"real": "America/New_York", "simulated": "UTC", "replay": "America/New_York"}


@dataclass(frozen=True, slots=True)
class Scanner:
    """Hold what the scanner reads from; `market_id` is real, simulated or replay."""

    market_id: str
    universe: UniverseList
    quotes: Quotes
    alerts: AlertHistory
    preferences: Preferences
    latest: Latest
    current_seq: Callable[[], str]
    feed_state: Callable[[], dict[str, Any]]

    def bootstrap(self) -> dict[str, Any]:
        """Return everything a page shows before the first event arrives."""
        seq = self.current_seq()
        universe = self.universe.symbols()
        answer = {
            "seq": seq,
            "market": self._market(),
            "universe": universe,
            "quotes": self.quotes.of([row["symbol"] for row in universe]),
            "feed_state": self.feed_state(),
            "notices": [],
        }
        if self.latest.streaming_health is not None:
            answer["streaming_health"] = self.latest.streaming_health
        return answer

    def _market(self) -> dict[str, Any]:
        known = self.latest.market_open
        return {
            "id": self.market_id,
            "label": LABELS[self.market_id],
            "timezone": ZONES[self.market_id],
            "open": self.market_id == "simulated" if known is None else known,
        }


def blueprint(scanner: Scanner) -> Blueprint:
    """Return the page, `/api/bootstrap` and `/api/alerts`."""
    pages = Blueprint("scanner", __name__, template_folder="templates")

    @pages.get("/")
    def page() -> str:
        return render_template("scanner.html", import_map=import_map())

    @pages.get("/api/bootstrap")
    def bootstrap() -> Response:
        expect_only()
        user = {"name": current_user.username, "is_admin": current_user.is_admin}
        preferences = scanner.preferences.of(current_user)
        return jsonify(user=user, preferences=preferences, **scanner.bootstrap())

    @pages.get("/api/alerts")
    def alerts() -> Response:
        expect_only("limit", "before")
        limit = whole_number("limit", 200, 1, 1000)
        return jsonify(alerts=scanner.alerts.newest(limit, _before()))

    return pages


def _before() -> str | None:
    before = request.args.get("before") or None
    try:
        if before is not None:
            place(before)
    except ValueError as error:
        raise Rejected("invalid_before", f"before: expected a seq, was {before}", 422) from error
    return before
