"""Ask the producer's HTTP API."""

from typing import Final

import msgspec
import requests

from contracts.messages.health import Health
from service.errors import Unavailable

TIMEOUT_S: Final = (0.5, 2.0)


class ProducerApi:
    """Call the producer; every call ends within 2.5 seconds."""

    def __init__(self, url: str) -> None:
        self._url = url

    def health(self) -> Health:
        """Return the producer's own view of its health.

        Raises Unavailable when it does not answer, or not as the contract says.
        """
        try:
            answer = requests.get(f"{self._url}/health", timeout=TIMEOUT_S)
            return msgspec.json.decode(answer.content, type=Health)
        except (requests.RequestException, msgspec.DecodeError) as error:
            raise Unavailable("producer API", str(error)) from error
