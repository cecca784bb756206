"""The API ends when it can no longer say how it is."""

import asyncio

import pytest
from aiohttp import web

from launcher.ports import any_free
from pl.api.service import serve
from pl.serving import Dependencies


async def test_a_bug_in_asking_a_dependency_ends_it_instead_of_a_health_page_of_the_past() -> None:
    asked: list[str] = []

    def ping() -> None:
        asked.append("redis")
        if len(asked) > 1:
            raise ValueError("expected PONG, was BUSY")

    dependencies = Dependencies({"redis": ping}, every_s=0.01)
    with pytest.raises(ValueError, match="expected PONG"):
        await asyncio.wait_for(serve(web.Application(), dependencies, any_free()), 30.0)
