"""Answer in JSON, errors as `{error, detail}`."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import structlog
from aiohttp import web

from contracts.codec import iso
from service.errors import Rejected, Unavailable

log = structlog.get_logger()

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def answer(body: Mapping[str, object], status: int = 200) -> web.Response:
    """Return `body` as JSON: times ISO 8601 with Z, fields of rows without a value left out."""
    plain = {name: _plain(value) for name, value in body.items()}
    return web.Response(
        body=msgspec.json.encode(plain), status=status, content_type="application/json"
    )


def error(kind: str, detail: str, status: int) -> web.Response:
    """Return an error that says what was wrong and what was expected."""
    return answer({"error": kind, "detail": detail}, status)


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn what a route raises into an answer; our own bugs are logged and say 500."""
    try:
        return await handler(request)
    except Rejected as rejected:
        return error(rejected.error, rejected.detail, rejected.status)
    except Unavailable as away:
        return error("unavailable", str(away), 503)
    except web.HTTPException as refused:
        return _refusal(request, refused)
    except Exception:  # the outer boundary of a request: a bug must not end the process
        log.exception("request_failed", method=request.method, path=request.path)
        return error("internal_error", "the request failed here; the log says why", 500)


def _refusal(request: web.Request, refused: web.HTTPException) -> web.Response:
    if isinstance(refused, web.HTTPNotFound):
        return error("not_found", f"{request.method} {request.path}: no such route", 404)
    if isinstance(refused, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(refused.allowed_methods))
        detail = f"{request.path}: expected {allowed}, was {request.method}"
        found = error("method_not_allowed", detail, 405)
        found.headers["Allow"] = allowed
        return found
    return error("refused", f"{request.path}: {refused.reason}", refused.status)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return iso(value.astimezone(UTC).timestamp())
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value
