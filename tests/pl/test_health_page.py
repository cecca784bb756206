"""The pages that every process of the producer serves."""

import asyncio
import logging

import pytest
import structlog
from aiohttp import web

from pl.health_page import listen

LONG = b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
NO_HTTP = b"GET / HTTP/9.x\r\n\r\n"


async def answer_to(sent: bytes) -> bytes:
    runner = await listen(web.Application(), 0)
    try:
        reader, writer = await asyncio.open_connection(*runner.addresses[0])
        writer.write(sent)
        answer = await reader.readline()
        writer.close()
        return answer
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("sent", [LONG, NO_HTTP], ids=["a long address", "no http"])
async def test_a_malformed_request_is_refused_and_logged_in_one_line(
    sent: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), structlog.testing.capture_logs() as lines:
        assert await answer_to(sent) == b"HTTP/1.0 400 Bad Request\r\n"
    assert [record for record in caplog.records if record.exc_info] == []
    (line,) = [line for line in lines if line["event"] == "request_malformed"]
    assert len(line["detail"]) <= 200


async def test_a_bug_of_a_route_is_logged_with_its_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def broken(_: web.Request) -> web.Response:
        raise RuntimeError("a bug")

    app = web.Application()
    app.router.add_get("/", broken)
    runner = await listen(app, 0)
    try:
        reader, writer = await asyncio.open_connection(*runner.addresses[0])
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.1 500")
        writer.close()
    finally:
        await runner.cleanup()
    assert any(record.exc_info for record in caplog.records)
