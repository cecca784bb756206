"""Ask a health page whether its service can serve."""

import http.client
import json
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Health:
    """An answer of a health page.

    status : healthy, degraded, unhealthy; `silent` when nobody answered
    """

    status: str
    serves: bool
    detail: str = ""


SILENT = Health("silent", serves=False)


def ask(url: str, timeout_s: float = 2.0) -> Health:
    """Return what the health page at `url` says; it serves when the answer is 200."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=timeout_s)
    try:
        connection.request("GET", parts.path)
        response = connection.getresponse()
        body = response.read()
    except (OSError, http.client.HTTPException):
        return SILENT
    finally:
        connection.close()
    return _read(response.status, body)


def _read(code: int, body: bytes) -> Health:
    try:
        page = json.loads(body)
        status = str(page["status"])
    except (ValueError, KeyError, TypeError):
        return Health("unhealthy", serves=False, detail=f"answered {code} without a status")
    troubled = [
        f"{name}: {part.get('detail') or part.get('status')}"
        for name, part in page.get("services", {}).items()
        if part.get("status") != "healthy"
    ]
    return Health(status, serves=code == 200, detail="; ".join(troubled))
