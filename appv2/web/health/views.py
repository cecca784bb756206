"""Answer health to anybody who asks; it holds no secret."""

import msgspec
from flask import Blueprint, Response

from appv2.web.health.report import HealthReport


def blueprint(report: HealthReport) -> Blueprint:
    """Return `/health`: 200 as long as this process serves."""
    pages = Blueprint("health", __name__)

    @pages.get("/health")
    def health() -> Response:
        return Response(msgspec.json.encode(report.health()), mimetype="application/json")

    return pages
