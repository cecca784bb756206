"""Configure logging once: lines on a terminal, JSON elsewhere."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog


def configure(component: str, log_format: str) -> None:
    """Send structlog and the standard library's warnings to stdout.

    `log_format` is auto, json or console; `component` stands in every line.
    """

    def name_component(
        _logger: object, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        event["component"] = component
        return event

    as_lines = log_format == "console" or (log_format == "auto" and sys.stdout.isatty())
    renderer = structlog.dev.ConsoleRenderer() if as_lines else structlog.processors.JSONRenderer()
    logging.basicConfig(format="%(message)s", stream=sys.stdout, level=logging.WARNING)
    structlog.configure(
        processors=[
            name_component,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
