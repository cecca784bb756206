"""Speak Massive's WebSocket protocol: connected, auth, subscribe, unsubscribe."""

import asyncio
from contextlib import suppress
from typing import Any, Final

import orjson
import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from pl.simulator.connection import MAX_WAITING_BYTES, Connection, Connections
from pl.simulator.faults import Faults
from pl.simulator.plans import Keys, Plan
from pl.simulator.subscriptions import KINDS, channels, kind_of
from pl.simulator.wire import status

log = structlog.get_logger()
AUTH_TIMEOUT_S: Final = 10.0
_MAX_REQUEST_BYTES: Final = 2**20
_CLOSE_TIMEOUT_S: Final = 2.0


class Door:
    """Let clients in at `/stocks` and answer their requests."""

    def __init__(
        self,
        keys: Keys,
        connections: Connections,
        faults: Faults,
        auth_timeout_s: float = AUTH_TIMEOUT_S,
        max_waiting_bytes: int = MAX_WAITING_BYTES,
    ) -> None:
        self._keys = keys
        self._connections = connections
        self._faults = faults
        self._auth_timeout_s = auth_timeout_s
        self._max_waiting_bytes = max_waiting_bytes

    async def enter(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one client until it or we close."""
        socket = web.WebSocketResponse(
            compress=False, max_msg_size=_MAX_REQUEST_BYTES, timeout=_CLOSE_TIMEOUT_S
        )
        await socket.prepare(request)
        client = Connection(socket, self._max_waiting_bytes)
        self._connections.open(client)
        writing = asyncio.create_task(client.write())
        client.tell("connected", "Connected Successfully")
        try:
            await self._converse(socket, client)
        finally:
            self._connections.leave(client)
            await self._finish(client, writing)
        return socket

    async def _converse(self, socket: web.WebSocketResponse, client: Connection) -> None:
        plan = await self._authenticated(socket, client)
        if plan is None:
            return
        async for message in socket:
            self._answer(client, plan, _request(message.data))

    async def _authenticated(
        self, socket: web.WebSocketResponse, client: Connection
    ) -> Plan | None:
        """Return the client's plan, or None after it was refused or went away."""
        try:
            async with asyncio.timeout(self._auth_timeout_s):
                return await self._first_auth(socket, client)
        except TimeoutError:
            words = status("auth_timeout", "No authentication request received in time.")
            client.part(WSCloseCode.POLICY_VIOLATION, words)
            return None

    async def _first_auth(self, socket: web.WebSocketResponse, client: Connection) -> Plan | None:
        async for message in socket:
            request = _request(message.data) if message.type is WSMsgType.TEXT else {}
            if request.get("action") != "auth":
                client.tell("error", "not authorized")
                continue
            key = str(request.get("params", ""))
            plan = None if self._faults.refuse_auth else self._keys.plan(key)
            if plan is None:
                client.part(
                    WSCloseCode.POLICY_VIOLATION, status("auth_failed", "authentication failed")
                )
                return None
            client.tell("auth_success", "authenticated")
            self._connections.admit(client, key)
            log.info("client_authenticated")
            return plan
        return None

    def _answer(self, client: Connection, plan: Plan, request: dict[str, Any]) -> None:
        wanted = channels(request.get("params"))
        match request.get("action"):
            case "subscribe":
                self._subscribe(client, plan, wanted)
            case "unsubscribe":
                for channel in wanted:
                    if client.subscriptions.remove(channel):
                        client.tell("success", f"unsubscribed to: {channel}")
            case "auth":
                client.tell("auth_success", "authenticated")
            case _:
                client.tell("error", "unknown action or malformed request")

    def _subscribe(self, client: Connection, plan: Plan, wanted: list[str]) -> None:
        for channel in wanted:
            if kind_of(channel) not in plan.channels:
                if kind_of(channel) in KINDS:
                    client.tell("error", "not authorized")
            elif client.subscriptions.add(channel):
                client.tell("success", f"subscribed to: {channel}")

    async def _finish(self, client: Connection, writing: asyncio.Task[None]) -> None:
        client.part(WSCloseCode.OK)
        with suppress(asyncio.CancelledError):
            await writing


def _request(data: object) -> dict[str, Any]:
    try:
        request = orjson.loads(data) if isinstance(data, str | bytes) else {}
    except orjson.JSONDecodeError:
        return {}
    return request if isinstance(request, dict) else {}
