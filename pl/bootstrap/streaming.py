"""Start Streaming."""

import asyncio
from typing import TYPE_CHECKING

from pl.bootstrap.beginning import begin
from pl.bootstrap.shared import check_market
from pl.bootstrap.stores import open_stores
from pl.settings import Settings
from pl.streaming.collecting import rest_while_starting
from service.errors import SettingsError

if TYPE_CHECKING:
    from pl.bootstrap.building import Building


async def run_streaming(settings: Settings) -> None:
    """Build, catch up and run until told to stop; raises Unavailable, SettingsError."""
    rest_while_starting()
    await asyncio.to_thread(check_market, settings)
    stores = await asyncio.to_thread(open_stores, settings)
    try:
        begun = begin(settings, stores)
        building = (await asyncio.to_thread(_building_code))(settings, begun)
        try:
            service = await building.service()
        except SettingsError:
            await building.close()
            raise
        await service.run()
    finally:
        stores.close()


def _building_code() -> "type[Building]":
    """Load what is not needed to begin: half a second, in which others work."""
    from pl.bootstrap.building import Building

    return Building
