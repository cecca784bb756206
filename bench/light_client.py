"""A client that costs almost nothing: it notes when each alert arrives, and tells it later.

Run as `python -m bench.light_client ADDRESS ENOUGH`, the session's cookie on standard input: a
process of its own, so that neither the benchmark nor the browser beside it take its turn.
"""

import asyncio
import sys
import time
from dataclasses import dataclass, field
from typing import Final

import websockets

EVENT: Final = '42["pattern_alert",'
CONNECTED: Final = "connected"
_TELL_AFTER_S: Final = 0.5


@dataclass
class LightClient:
    """Speak Engine.IO 4 over one WebSocket; `arrived` holds (unix seconds, frame).

    enough : how many alerts to listen for, 0 for as many as come
    """

    address: str
    cookie: str = ""
    enough: int = 0
    arrived: list[tuple[float, str]] = field(default_factory=list)

    async def listen(self) -> None:
        """Note alerts until there are enough, or the connection ends."""
        url = self.address.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
        headers = {"Cookie": self.cookie} if self.cookie else {}
        n = 0
        async with websockets.connect(
            url, additional_headers=headers, compression=None, max_size=None, ping_interval=None
        ) as socket:
            async for frame in socket:
                at = time.time()
                if isinstance(frame, bytes):
                    continue
                if frame.startswith(EVENT):
                    self._note(at, frame)
                    n += 1
                    if n == self.enough:
                        break
                else:
                    await _answer(socket, frame)
        self._tell()

    def _note(self, at: float, frame: str) -> None:
        if not self.arrived:
            asyncio.get_running_loop().call_later(_TELL_AFTER_S, self._tell)
        self.arrived.append((at, frame))

    def _tell(self) -> None:
        sys.stdout.writelines(f"{at:.6f} {frame}\n" for at, frame in self.arrived)
        sys.stdout.flush()
        self.arrived.clear()


async def _answer(socket: websockets.ClientConnection, frame: str) -> None:
    if frame.startswith("0"):
        await socket.send("40")
    elif frame.startswith("40"):
        print(CONNECTED, flush=True)
    elif frame == "2":
        await socket.send("3")
    elif frame.startswith("44"):
        raise ConnectionRefusedError(frame[2:])


if __name__ == "__main__":
    asyncio.run(LightClient(sys.argv[1], sys.stdin.read(), int(sys.argv[2])).listen())
