"""Ask Massive's REST interface: authenticate, wait when told to, try again, follow pages."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, Self

import aiohttp
import msgspec
from yarl import URL

from pl.feeds.salvage import UNREADABLE
from service.errors import Rejected, Unavailable

DEPENDENCY: Final = "Massive REST"
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_SOUND: Final = frozenset({"", "OK", "DELAYED"})
_REFUSALS: Final = {401: "unknown_key", 403: "not_authorized", 404: "not_found"}


@dataclass(frozen=True, slots=True)
class RestOptions:
    """Say where and how to ask; times in seconds.

    throttled_s : wait after a 429 that names none; a plan of 5 requests a minute needs 12.
    """

    url: str
    key: str = field(repr=False)
    concurrency: int = 8
    timeout_s: float = 30.0
    attempts: int = 6
    first_delay_s: float = 0.5
    longest_delay_s: float = 15.0
    throttled_s: float = 12.0
    longest_throttle_s: float = 300.0


class Envelope(msgspec.Struct):
    """Hold what every answer may carry beside its results."""

    status: str | None = ""
    error: str | None = None
    message: str | None = None
    next_url: str | None = None


class _Retry(Exception):
    """Ask again after `wait_s`; None leaves the delay to the back-off."""

    def __init__(self, detail: str, wait_s: float | None = None) -> None:
        super().__init__(detail)
        self.wait_s = wait_s


class MassiveHttp:
    """Hold one connection pool; safe to share between tasks of one event loop."""

    def __init__(self, options: RestOptions) -> None:
        self._options = options
        self._origin = URL(options.url).origin()
        self._slots = asyncio.Semaphore(options.concurrency)
        self._not_before = 0.0
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connection pool."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def pages(self, path: str, params: Mapping[str, str]) -> AsyncIterator[bytes]:
        """Yield the body of each page, following `next_url` on our own origin.

        Raises: Rejected, Unavailable.
        """
        url = self._origin.join(URL(path, encoded=True)).with_query(params)
        seen: set[URL] = set()
        while url not in seen:
            seen.add(url)
            body, envelope = await self.get(url)
            yield body
            if not envelope.next_url:
                return
            url = self._origin.join(URL(envelope.next_url).relative())
        raise Unavailable(DEPENDENCY, f"{url.path}: next_url leads in a circle")

    async def get(self, url: URL) -> tuple[bytes, Envelope]:
        """Return body and envelope of a success.

        Raises: Rejected (401, 403, 404, other 4xx, status ERROR), Unavailable.
        """
        async with self._slots:
            for attempt in range(self._options.attempts):
                await asyncio.sleep(max(0.0, self._not_before - time.monotonic()))
                try:
                    return await self._attempt(url)
                except (_Retry, aiohttp.ClientError, TimeoutError) as error:
                    failure = error
                if attempt + 1 < self._options.attempts:
                    await self._hold_back(failure, attempt)
        detail = f"{url.path}: {type(failure).__name__.lstrip('_')}: {failure}"
        raise Unavailable(DEPENDENCY, f"{detail}, {self._options.attempts} attempts") from failure

    def path(self, path: str, params: Mapping[str, str] | None = None) -> URL:
        """Return the address of `path` on the configured origin."""
        return self._origin.join(URL(path, encoded=True)).with_query(params or {})

    async def _hold_back(self, failure: Exception, attempt: int) -> None:
        wait_s = failure.wait_s if isinstance(failure, _Retry) else None
        if wait_s is not None:  # the plan's limit is everybody's: hold all requests
            self._not_before = max(self._not_before, time.monotonic() + wait_s)
            return
        options = self._options
        delay_s = min(options.longest_delay_s, options.first_delay_s * 2.0**attempt)
        await asyncio.sleep(delay_s * (0.5 + 0.5 * random.random()))  # noqa: S311 - jitter

    async def _attempt(self, url: URL) -> tuple[bytes, Envelope]:
        async with self._pool().get(url) as response:
            body = await response.read()
            self._refuse(response.status, response.headers, body, url.path)
        try:
            envelope = _envelope(body)
        except UNREADABLE as error:
            raise _Retry("the answer is no JSON") from error
        self._check(envelope, url.path)
        return body, envelope

    def _refuse(self, status: int, headers: Mapping[str, str], body: bytes, path: str) -> None:
        if status < 300:
            return
        if status == 429:
            raise _Retry("429 too many requests", self._throttle_s(headers))
        if status >= 500 or status == 408:
            raise _Retry(f"HTTP {status}")
        code = _REFUSALS.get(status, "bad_request")
        raise Rejected(code, f"{path}: HTTP {status}{_told(body)}", status)

    def _check(self, envelope: Envelope, path: str) -> None:
        status = (envelope.status or "").upper()
        if status in _SOUND:
            return
        told = envelope.error or envelope.message or ""
        if "maximum requests" in told:
            raise _Retry(told, self._options.throttled_s)
        if status == "NOT_AUTHORIZED":
            raise Rejected("not_authorized", f"{path}: {told}", 403)
        if status == "NOT_FOUND":
            raise Rejected("not_found", f"{path}: {told}", 404)
        raise Rejected("massive_error", f"{path}: status {status}: {told}", 502)

    def _throttle_s(self, headers: Mapping[str, str]) -> float:
        told = headers.get("Retry-After", "")
        wait_s = _seconds(told) if told else None
        return min(
            self._options.throttled_s if wait_s is None else wait_s,
            self._options.longest_throttle_s,
        )

    def _pool(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers={"Authorization": f"Bearer {self._options.key}"},
                timeout=aiohttp.ClientTimeout(total=self._options.timeout_s),
                connector=aiohttp.TCPConnector(limit=self._options.concurrency),
                trust_env=self._origin.host not in LOOPBACK,  # proxies, as the socket does
            )
        return self._session


def _envelope(body: bytes) -> Envelope:
    try:
        return msgspec.json.decode(body, type=Envelope)
    except msgspec.ValidationError:
        msgspec.json.decode(body)  # raises for what is no JSON either
        return Envelope(status="MALFORMED")


def _told(body: bytes) -> str:
    try:
        envelope = _envelope(body)
    except UNREADABLE:
        return ""
    told = envelope.error or envelope.message
    return f": {told}" if told else ""


def _seconds(retry_after: str) -> float | None:
    """Return the seconds of a Retry-After header, which may be a number or a date."""
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
