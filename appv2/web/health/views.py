"""Answer health: AppV2's to anybody who asks, the whole system's to whoever is logged in."""

from typing import Any

import msgspec
from flask import Blueprint, Response, jsonify

from appv2.adapters.producer import ProducerApi
from appv2.web.health.report import HealthReport
from appv2.web.parameters import expect_only
from service.errors import Unavailable


def blueprint(report: HealthReport, producer: ProducerApi) -> Blueprint:
    """Return `/health`, 200 as long as this process serves, and `/api/health`."""
    pages = Blueprint("health", __name__)

    @pages.get("/health")
    def health() -> Response:
        return Response(msgspec.json.encode(report.health()), mimetype="application/json")

    @pages.get("/api/health")
    def system_health() -> Response:
        expect_only()
        return jsonify(appv2=msgspec.to_builtins(report.health()), producer=_asked(producer))

    return pages


def _asked(producer: ProducerApi) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = msgspec.to_builtins(producer.health())
    except Unavailable as error:
        return {"status": "unhealthy", "detail": error.detail}
    return answer
