"""Count answers for Prometheus."""

from collections import Counter
from collections.abc import Iterator

from aiohttp import web
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from pl.api.answers import Handler

NO_ROUTE = "none"


class Tally(Collector):
    """Count by route, as it is declared, and status."""

    def __init__(self) -> None:
        self._answers: Counter[tuple[str, int]] = Counter()

    @web.middleware
    async def count(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Count the answer of a request."""
        answer = await handler(request)
        resource = request.match_info.route.resource
        self._answers[resource.canonical if resource else NO_ROUTE, answer.status] += 1
        return answer

    def collect(self) -> Iterator[Metric]:
        """Return what was counted."""
        family = CounterMetricFamily(
            "tickstock_api_answers", "Answers of the API", labels=["route", "status"]
        )
        for (route, status), count in self._answers.items():
            family.add_metric([route, str(status)], count)
        yield family
