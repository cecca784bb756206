"""Answer errors: JSON `{error, detail}` with the status that names the reaction."""

import structlog
from flask import Flask, Response, jsonify
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from service.errors import Rejected, Unavailable

log = structlog.get_logger()

Answer = tuple[Response, int]


def register(app: Flask) -> None:
    """Attach an answer to each kind of error."""

    @app.errorhandler(Rejected)
    def rejected(error: Rejected) -> Answer:
        return jsonify(error=error.error, detail=error.detail), error.status

    @app.errorhandler(Unavailable)
    def unavailable(error: Unavailable) -> Answer:
        log.warning("request_failed", dependency=error.dependency, detail=error.detail)
        return jsonify(error="unavailable", detail=f"{error.dependency} does not answer"), 503

    @app.errorhandler(CSRFError)
    def forged(error: CSRFError) -> Answer:
        return jsonify(error="csrf", detail=str(error.description)), 400

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Answer:
        name = (error.name or "error").lower().replace(" ", "_")
        return jsonify(error=name, detail=error.description or ""), error.code or 500
