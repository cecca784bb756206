"""Answer as Massive's REST service does: keys, plans, statuses, errors, pages."""

import base64
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import parse_qs
from uuid import uuid4

import orjson
from aiohttp import web

from pl.simulator.faults import Faults
from pl.simulator.plans import Keys, Plan
from service.errors import Rejected

_UNKNOWN_KEY: Final = "Unknown API Key"
_TOO_MANY: Final = (
    "You've exceeded the maximum requests per minute, please wait or upgrade your subscription"
    " to continue. https://massive.com/pricing"
)
_NOT_ENTITLED: Final = (
    "You are not entitled to this data. Please upgrade your plan at https://massive.com/pricing"
)
_PLAN: Final = web.RequestKey("plan", Plan)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def answer(body: Any, http_status: int = 200) -> web.Response:
    """Return a JSON answer."""
    return web.Response(
        body=orjson.dumps(body), status=http_status, content_type="application/json"
    )


def results(request: web.Request, body: dict[str, Any]) -> web.Response:
    """Return a successful answer with the status that the plan gets and a request id."""
    plan: Plan = request[_PLAN]
    return answer(
        {**body, "status": "DELAYED" if plan.is_delayed else "OK", "request_id": uuid4().hex}
    )


def refusal(http_status: int, message: str, status: str = "ERROR") -> web.Response:
    """Return a failed answer in Massive's shape."""
    named = "error" if status == "ERROR" else "message"
    return answer({"status": status, "request_id": uuid4().hex, named: message}, http_status)


def require_history(request: web.Request) -> None:
    """Raise Rejected 403 when the plan has no aggregates."""
    plan: Plan = request[_PLAN]
    if not plan.history:
        raise Rejected("NOT_AUTHORIZED", _NOT_ENTITLED, 403)


def gate(keys: Keys, faults: Faults) -> Any:
    """Return the middleware that checks key, plan and rate of every API request."""

    @web.middleware
    async def checked(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith(("/v1/", "/v2/", "/v3/", "/stocks/v1/")):
            return await handler(request)
        if failure := faults.take_rest_failure():
            return refusal(failure, _TOO_MANY if failure == 429 else "simulated failure")
        key = key_of_request(request)
        plan = keys.plan(key)
        if plan is None:
            return refusal(401, _UNKNOWN_KEY)
        if not keys.may_request(key, time.monotonic()):
            return refusal(429, _TOO_MANY)
        request[_PLAN] = plan
        return await _handled(request, handler)

    return checked


async def _handled(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Rejected as reason:
        status = reason.error if reason.status in {403, 404} else "ERROR"
        return refusal(reason.status, reason.detail, status)


def key_of_request(request: web.Request) -> str:
    """Return the key from the Authorization header or the query, empty without one."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme == "Bearer" else request.query.get("apiKey", "")


def cursor_of(values: dict[str, Any]) -> str:
    """Return an opaque cursor that holds the values."""
    text = "&".join(f"{name}={value}" for name, value in values.items())
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def query_of(request: web.Request) -> dict[str, str]:
    """Return the query, with what its cursor holds in it; raises Rejected for a broken cursor."""
    query = dict(request.query)
    cursor = query.pop("cursor", "")
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except ValueError as broken:
        raise Rejected("ERROR", "cursor: could not be decoded") from broken
    return {**query, **{name: values[0] for name, values in parse_qs(text).items()}}


def page_url(request: web.Request, path: str, cursor: str) -> str:
    """Return the address of the next page on this server."""
    return f"{request.scheme}://{request.host}{path}?cursor={cursor}"
